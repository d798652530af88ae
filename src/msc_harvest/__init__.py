"""msc-harvest: trials and reports of mesenchymal stromal cells in organ transplantation, from source to SQL.

`msc_harvest.pool(...)` pools what the warehouse holds, or your own numbers; it is loaded when first used, so that
importing the package costs nothing.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False  # type checkers take it for true; typing itself would cost most of the import
if TYPE_CHECKING:
    from msc_harvest.cli.from_python import pool as pool


def __getattr__(name: str) -> object:
    if name != "pool":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return importlib.import_module("msc_harvest.cli.from_python").pool
