"""What changed, told to people and programs: plain text, Markdown, JSON and an Atom feed. Pure: events in, text out.

Every event of the window is told once: under the first of its organs in the order of the vocabulary, those without an
organ last. What the first harvest brought is counted and not listed. Texts of the sources are made harmless for each
form; NULL reads "not stated".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import polars as pl

NOT_STATED = "not stated"
NO_ORGAN = "Organ not stated"

_PLACEHOLDER = re.compile(r"\{(old|new)\}")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of change: its code, its heading, the sentence said of a record ({old} and {new} are filled in), and
    whether old and new text are passages that stand below the sentence."""

    code: str
    name: str
    sentence: str
    is_passage: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of time told about: from `since` (None: nothing is known at all) up to, and without, `until` (None:
    no end). `known_until` is the last moment the data know of. Moments are UTC without a zone."""

    since: datetime | None
    until: datetime | None
    known_until: datetime | None
    data_origin: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it is told. `sentence` and passages carry the source's words as they are: each form escapes them."""

    changed_at: datetime
    kind: Kind
    source: str
    record_id: str
    linked_id: str | None
    organ_codes: tuple[str, ...]
    title: str | None
    old_text: str | None
    new_text: str | None
    detail_text: str | None
    record_url: str | None

    @property
    def sentence(self) -> str:
        """What is said of the record: the kind's sentence with both texts filled in, then the detail."""
        texts = {"old": self.old_text or NOT_STATED, "new": self.new_text or NOT_STATED}
        said = _PLACEHOLDER.sub(lambda found: texts[found[1]], self.kind.sentence)
        return f"{said} ({self.detail_text})" if self.detail_text else said

    @property
    def passages(self) -> tuple[tuple[str, str], ...]:
        """(label, text) of what stands below the sentence."""
        if not self.kind.is_passage:
            return ()
        return (("was", self.old_text or NOT_STATED), ("now", self.new_text or NOT_STATED))


@dataclass(frozen=True, slots=True)
class OrganGroup:
    """What is told of one organ: what was held from the first harvest on, in counts, and the events by kind."""

    code: str | None
    name: str
    n_trials: int
    n_papers: int
    n_links: int
    events: tuple[Event, ...]

    @property
    def held(self) -> str | None:
        """The counts in one sentence, or None when the first harvest is not within the window."""
        counts = [
            f"{number} {one if number == 1 else more}"
            for number, one, more in (
                (self.n_trials, "trial", "trials"),
                (self.n_papers, "paper", "papers"),
                (self.n_links, "link between trial and paper", "links between trial and paper"),
            )
            if number
        ]
        total = self.n_trials + self.n_papers + self.n_links
        listed = f"{', '.join(counts[:-1])} and {counts[-1]}" if len(counts) > 1 else "".join(counts)
        return f"{listed} {'was' if total == 1 else 'were'} held from the first harvest on" if counts else None

    def by_kind(self) -> Iterator[tuple[Kind, list[Event]]]:
        """Events under their kind, kinds in the order of the vocabulary."""
        for kind, some in groupby(self.events, key=lambda event: event.kind):
            yield kind, list(some)


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything that is told: the window, and the organs that have something to tell."""

    window: Window
    organs: tuple[tuple[str, str], ...]
    groups: tuple[OrganGroup, ...]

    @property
    def events(self) -> tuple[Event, ...]:
        """All events, in the order they are told in."""
        return tuple(event for group in self.groups for event in group.events)

    @property
    def title(self) -> str:
        """The window in one line."""
        begin = f"since {minute(self.window.since)}" if self.window.since else "so far"
        end = f" and before {minute(self.window.until)}" if self.window.until else ""
        return f"Changes {begin}{end}"

    @property
    def about(self) -> str:
        """How many events, from what data, and up to when these data are known."""
        known = f", known up to {minute(self.window.known_until)}" if self.window.known_until else ""
        number = len(self.events)
        told = f"{number} {'change' if number == 1 else 'changes'}" if number else "Nothing changed in this time"
        return f"{told}. Data: {self.window.data_origin}{known}."

    def other_organs(self, event: Event, group: OrganGroup) -> str:
        """The event's other organs in words, for the group it is told in; empty when there is none."""
        names = dict(self.organs)
        others = [names.get(code, code) for code in event.organ_codes if code != group.code]
        return f"also: {', '.join(others)}" if others else ""


def digest(events: pl.DataFrame, window: Window, organs: Iterable[tuple[str, str]], kinds: Iterable[Kind]) -> Digest:
    """Rows of out.change (its columns, in any order of rows) as a digest.

    `organs` holds (code, name) in the order to tell them, `kinds` the kinds of change in theirs. An organ or kind they
    do not name is told after those they do, under its code.
    """
    organs = tuple(organs)
    known = {kind.code: kind for kind in kinds}
    kind_order = {code: place for place, code in enumerate(known)}
    organ_order = {code: place for place, (code, _) in enumerate(organs)}
    rows: dict[str | None, list[dict[str, Any]]] = {}
    for row in events.iter_rows(named=True):
        row["organs"] = _codes(row["organ_codes"], organ_order)
        rows.setdefault(row["organs"][0] if row["organs"] else None, []).append(row)

    def place_of_organ(code: str | None) -> tuple[int, str]:
        last = len(organ_order) + (1 if code is None else 0)
        return (organ_order.get(code, last) if code is not None else last, code or "")

    def place_of_event(event: Event) -> tuple[Any, ...]:
        place = kind_order.get(event.kind.code, len(kind_order))
        return (place, event.kind.code, event.changed_at, event.source, event.record_id, event.linked_id or "")

    groups = []
    for code in sorted(rows, key=place_of_organ):
        name = NO_ORGAN if code is None else dict(organs).get(code, code)
        news = [_event(row, known) for row in rows[code] if not row["is_first_harvest"]]
        counts = _held(row for row in rows[code] if row["is_first_harvest"])
        groups.append(OrganGroup(code, name, *counts, tuple(sorted(news, key=place_of_event))))
    return Digest(window, organs, tuple(groups))


def minute(moment: datetime) -> str:
    """A moment for people, to the minute: 2026-01-31 08:30 UTC."""
    return f"{moment.isoformat(sep=' ', timespec='minutes')} UTC"


def _codes(text: str | None, order: dict[str, int]) -> tuple[str, ...]:
    codes = {code for code in (text or "").split(";") if code}
    return tuple(sorted(codes, key=lambda code: (order.get(code, len(order)), code)))


def _event(row: dict[str, Any], known: dict[str, Kind]) -> Event:
    code = row["change_code"]
    return Event(
        row["changed_at"],
        known.get(code, Kind(code, code, "{old} → {new}")),
        row["source"],
        row["record_id"],
        row["linked_id"],
        row["organs"],
        row["title"],
        row["old_text"],
        row["new_text"],
        row["detail_text"],
        row["record_url"],
    )


def _held(rows: Iterable[dict[str, Any]]) -> tuple[int, int, int]:
    """How many trials, papers and links the rows of the first harvest are."""
    codes = [row["change_code"] for row in rows]
    links = codes.count("paper_linked")
    papers = codes.count("new_paper")
    return len(codes) - links - papers, papers, links
