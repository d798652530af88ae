"""Replay: a published meta-analysis, described in a YAML file, recomputed from its own numbers and from our evidence.

`description` reads and checks the file, `evidence` finds our numbers for its studies, `comparison` recomputes and says
where a difference comes from.
"""
