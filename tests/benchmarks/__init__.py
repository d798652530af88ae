"""Benchmarks: ratios against a floor measured in the same run. Run them with `python -m tests.benchmarks`."""
