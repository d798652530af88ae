"""Meta-analysis as pure functions of numbers. This package knows no tables and no outcomes."""
