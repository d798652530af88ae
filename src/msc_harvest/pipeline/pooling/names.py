"""Names that a user types, checked against those that there are, with near ones in the answer."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from msc_harvest.errors import UsageError

MOST_LISTED = 12


def known(what: str, name: str | None, names: Iterable[str]) -> None:
    """Raises UsageError in one line where `name` is none of `names`: the near ones, or all where they are few."""
    there = tuple(names)
    if name is None or name in there:
        return
    near = get_close_matches(name.lower().replace(" ", "_").replace("-", "_"), there, 3, 0.5)
    near = near or [one for one in there if name.lower() in one.lower()][:3]
    if near:
        hint = f"did you mean {' or '.join(near)}?"
    elif len(there) <= MOST_LISTED:
        hint = f"there are: {', '.join(there) or 'none'}"
    else:
        hint = f"there are {len(there)}, such as {', '.join(there[:3])}"
    raise UsageError(f"there is no {what} {name}; {hint}")
