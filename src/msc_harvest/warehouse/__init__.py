"""DuckDB and nothing else: tables from the dictionary, rows in, SQL files in dependency order, checks, publishing.

This room knows DuckDB, not medicine. Only modules of this package import duckdb.
"""
