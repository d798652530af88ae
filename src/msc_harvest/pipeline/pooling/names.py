"""Names that a user types, checked against those that there are."""

from __future__ import annotations

from collections.abc import Iterable

from msc_harvest.errors import UsageError, nearest


def known(what: str, name: str | None, names: Iterable[str], where: str = "") -> None:
    """Raises UsageError in one line, with near names, where `name` is none of `names`; `where` says of what they are
    (`for these columns`). None is no name and passes."""
    there = tuple(names)
    if name is not None and name not in there:
        raise UsageError(f"there is no {what} {name}{f' {where}' if where else ''}; {nearest(str(name), there)}")
