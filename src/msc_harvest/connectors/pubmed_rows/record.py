"""One record while it is read: its rows per table, its once-only facts, and what nobody expected in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Any

from msc_harvest.connectors.pubmed_rows.xml_text import Element, day_of, plain
from msc_harvest.model import Row

Reader = Callable[["Record", Element], None]
# What stands for a tag: the function that reads the element, with the attributes it may carry; or, for an element of
# bare text (half of all, so that a call each would be felt), the column its text goes to.
Readers = Mapping[str, tuple[Reader, Collection[str]] | str]


class Record:
    """Rows by qualified table name, facts by column of core.publication and core.publication_book, drift as met."""

    __slots__ = ("book", "drift", "facts", "pmid", "rows")

    def __init__(self, pmid: str) -> None:
        self.pmid = pmid
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.facts: dict[str, Any] = {"pmid": pmid}
        self.book: dict[str, Any] = {}
        self.drift: list[tuple[str, str]] = []

    def unknown(self, path: str, child: Element) -> None:
        """Note an element nobody expected below `path`."""
        self.drift.append((f"{path}/{_local(child.tag)}", "unknown element"))

    def children(self, parent: Element, tag: str, path: str) -> list[Element]:
        """The children of a list that should hold nothing but `tag`; others are noted as unknown below `path`."""
        found = list(parent.iterchildren(tag))
        if len(found) != len(parent):
            for child in parent:
                if child.tag != tag:
                    self.unknown(path, child)
        return found

    def attributes(self, path: str, element: Element, known: Collection[str]) -> None:
        """Note each attribute of the element at `path` that is not in `known`."""
        for name in element.keys():  # noqa: SIM118 - an element is no mapping
            if name not in known:
                self.drift.append((f"{path}/@{_local(name)}", "unknown attribute"))


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def read_children(record: Record, parent: Element, path: str, readers: Readers) -> None:
    """Hand each child to the reader of its tag; note tags and attributes that have none."""
    facts = record.facts
    for child in parent[:]:
        tag = child.tag
        entry = readers.get(tag)
        if entry is None:
            record.unknown(path, child)
            continue
        if isinstance(entry, str):
            text = child.text
            facts[entry] = text.strip() or None if text else None
            continue
        reader, known = entry
        for name in child.keys():  # noqa: SIM118 - an element is no mapping
            if name not in known:
                record.drift.append((f"{path}/{tag}/@{_local(name)}", "unknown attribute"))
        reader(record, child)


def skip(record: Record, element: Element) -> None:
    """Read nothing: the path stands in the list of unmapped paths, with the reason."""


def into(column: str, read: Callable[[Element], object] = plain) -> Reader:
    """A reader that keeps the element's text, as `read` takes it, as a fact of the publication."""

    def reader(record: Record, element: Element) -> None:
        record.facts[column] = read(element)

    return reader


def into_list(column: str) -> Reader:
    """A reader that adds the element's text to a list among the publication's facts."""

    def reader(record: Record, element: Element) -> None:
        text = plain(element)
        if text:
            record.facts.setdefault(column, []).append(text)

    return reader


def into_book(column: str, read: Callable[[Element], object] = plain) -> Reader:
    """A reader that keeps the element's text, as `read` takes it, as a fact of the book."""

    def reader(record: Record, element: Element) -> None:
        record.book[column] = read(element)

    return reader


def into_day(column: str, path: str, of_book: bool = False) -> Reader:
    """A reader of a date element into `<column>`, `<column>_text` and `<column>_precision`; the first one counts."""
    names = (column, f"{column}_text", f"{column}_precision")

    def reader(record: Record, element: Element) -> None:
        facts = record.book if of_book else record.facts
        day, others = day_of(element)
        for tag in others:
            record.drift.append((f"{path}/{_local(tag)}", "unknown element"))
        if facts.get(names[1]) is None:
            facts[names[0]], facts[names[1]], facts[names[2]] = day

    return reader
