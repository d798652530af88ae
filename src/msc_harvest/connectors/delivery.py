"""Fetching records by their ids, the same way for every source: in batches, with the books kept of what came.

A list of ids is what makes a harvest complete: what is listed and not received is asked for once more and then named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from msc_harvest.model import Found, Notice, Reading, Received

#: How a record without an id of its own is called: this and the start of its digest.
NAMELESS = "sha256-"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Batch:
    """One answer to a request by ids: bodies by the id each gives itself, ids the source withdraws, ids that came more
    than once. `renamed` maps an id asked for to the one its record goes by now, `refused` an id the source will not
    hear of to its words."""

    url: str
    records: dict[str, bytes]
    deleted: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


#: (ids, whether this is the last time they are asked for) → what came, in one answer or several.
Ask = Callable[[list[str], bool], Iterable[Batch]]


def wanted(
    listed: AbstractSet[str], changed: AbstractSet[str], reading: Reading, rank: Callable[[str], Any]
) -> frozenset[str]:
    """The listed ids that `reading` asks to fetch, given those changed since. `rank` orders ids as they are fetched."""
    if reading.is_whole:
        return frozenset(listed)
    landed = None if reading.after is None else rank(reading.after)
    return frozenset(
        one
        for one in listed
        if one not in reading.held or one in changed or (landed is not None and rank(one) > landed)
    )


class Delivery:
    """Fetches records by id through `ask`, `size` at a time. `title` names the source in warnings."""

    def __init__(self, ask: Ask, title: str, media_type: str, size: int) -> None:
        self._ask = ask
        self._title = title
        self._media_type = media_type
        self._size = size
        self._asked: frozenset[str] = frozenset()
        self._delivered: set[str] = set()
        self._settled: set[str] = set()
        self._refused: set[str] = set()

    def of(self, asked: list[str]) -> Found:
        """Records and notices for the ids asked for, in their order. As long as none is missing, each batch ends with
        how far the reading has landed; ids that came late let it land at the end."""
        self._asked = frozenset(asked)
        is_complete = True
        for ids in batches(asked, self._size):
            yield from self._fetched(ids, is_last=False)
            is_complete = is_complete and not self._missing(ids)
            if is_complete:
                yield Notice("landed", ids[-1])
        if is_complete:
            return
        for ids in batches([one for one in self._missing(asked) if one not in self._refused], self._size):
            yield from self._fetched(ids, is_last=True)
        missing = self._missing(asked)
        yield from (Notice("missing", one) for one in missing)
        if not missing:
            yield Notice("landed", asked[-1])

    def _missing(self, asked: list[str]) -> list[str]:
        return [one for one in asked if one not in self._delivered and one not in self._settled]

    def _fetched(self, ids: list[str], is_last: bool) -> Found:
        for batch in self._ask(ids, is_last):
            yield from self._told(batch)
            yield from self._received(batch)

    def _told(self, batch: Batch) -> Iterator[Notice]:
        for one, words in batch.refused.items():
            self._refused.add(one)
            yield Notice("warning", f"{self._title} refuses {one}: {words}")
        for one, now in batch.renamed.items():
            self._settled.add(one)
            yield Notice("warning", f"{self._title} returned {now} for {one}, which has become part of it")
        for one in batch.repeated:
            yield Notice("warning", f"{self._title} returned {one} more than once; the first is kept")
        for one in batch.deleted:
            if one not in self._settled:
                self._settled.add(one)
                yield Notice("deleted", one)

    def _received(self, batch: Batch) -> Found:
        uninvited: list[str] = []
        invited = self._asked if not batch.renamed else self._asked.union(batch.renamed.values())
        for one, body in batch.records.items():
            if one in self._delivered:
                continue
            is_nameless = one.startswith(NAMELESS)
            if one not in invited and not is_nameless:
                uninvited.append(one)
                continue
            if is_nameless:
                yield Notice("warning", f"{self._title} returned a record without an id, kept as {one}")
            self._delivered.add(one)
            yield Received(one, body, batch.url, self._media_type)
        if uninvited:
            yield Notice("warning", f"{self._title} returned {some(uninvited)}, not asked for and left out")


def batches(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """The ids in lists of at most `size`."""
    rest = iter(ids)
    while batch := list(islice(rest, size)):
        yield batch


def some(ids: Sequence[str]) -> str:
    """The first of these ids, and how many more there are."""
    return ", ".join(ids[:_SHOWN]) + (f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else "")
