"""Pools at every build: which studies stand together, what they say, how sure that is, and what earlier builds said.

Rows in, rows out: the statistics are those of `synthesis`, what may be pooled is decided in queries/synth.
"""
