"""A package, so that `tests.standin` and the guard are found before any other package of that name."""
