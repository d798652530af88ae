"""Which ids are fetched, and the books kept of what came: the part of a search that is the same for every source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msc_harvest.connectors.delivery import Batch, Delivery, batches, wanted
from msc_harvest.model import Notice, Reading, Received

SINCE = date(2026, 9, 4)
ids = st.integers(1, 12).map(str)
some_ids = st.frozensets(ids)
readings = st.builds(
    Reading, held=some_ids, since=st.none() | st.just(SINCE), after=st.none() | st.integers(0, 13).map(str)
)


@given(listed=some_ids, changed=some_ids, reading=readings)
def test_every_listed_id_is_fetched_unless_held_unchanged_and_landed(
    listed: frozenset[str], changed: frozenset[str], reading: Reading
) -> None:
    chosen = wanted(listed, changed, reading, int)
    assert chosen <= listed
    assert listed - reading.held <= chosen, "what is not held is always fetched"
    assert listed & changed <= chosen, "what changed is always fetched"
    if reading.is_whole:
        assert chosen == listed
    for spared in listed - chosen:
        assert reading.after is None or int(spared) <= int(reading.after)
    if reading.since and reading.after:
        assert {one for one in listed if int(one) > int(reading.after)} <= chosen, (
            "nothing behind the landing is spared"
        )
    if reading.since and reading.after is None:
        assert chosen == listed - (reading.held - changed), "and nothing else is fetched"


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (Reading(), "1 2 3 9 10"),
        (Reading(frozenset({"1", "2", "3"})), "1 2 3 9 10"),
        (Reading(frozenset({"1", "2", "3"}), SINCE), "2 9 10"),
        (Reading(frozenset({"1", "2", "3", "9", "10"}), SINCE, after="3"), "2 9 10"),
        (Reading(frozenset({"1", "2", "3", "9", "10"}), SINCE, after="9"), "2 10"),
        (Reading(frozenset({"1", "2", "3", "9", "10"}), SINCE, after="10"), "2"),
        (Reading(frozenset({"2", "3", "9", "10"}), SINCE, after="10"), "1 2"),
    ],
)
def test_what_a_reading_asks_for(reading: Reading, expected: str) -> None:
    assert wanted(frozenset({"1", "2", "3", "9", "10"}), frozenset({"2"}), reading, int) == set(expected.split())


class Shelf:
    """Gives what it holds of the ids asked for, each record saying its id; `odd` replaces an answer by its number."""

    def __init__(self, *held: str, **odd: Batch) -> None:
        self._held = set(held)
        self._odd = odd
        self.asked: list[tuple[str, bool]] = []

    def __call__(self, wished: list[str], is_last: bool) -> Iterator[Batch]:
        self.asked.append((" ".join(wished), is_last))
        usual = Batch(f"u{len(self.asked)}", {one: one.encode() for one in wished if one in self._held})
        yield self._odd.get(f"answer_{len(self.asked)}", usual)


def told(shelf: Shelf, asked: str, size: int = 2) -> list[str]:
    """Records as their ids, notices as `kind detail`."""
    items = Delivery(shelf, "The source", "text/plain", size).of(asked.split())
    return [item.record_id if isinstance(item, Received) else f"{item.kind} {item.detail}" for item in items]


def test_each_batch_says_how_far_the_reading_has_landed() -> None:
    assert told(Shelf(*"12345"), "1 2 3 4 5") == ["1", "2", "landed 2", "3", "4", "landed 4", "5", "landed 5"]
    assert told(Shelf(), "") == []


def test_nothing_lands_behind_an_id_that_is_missing() -> None:
    shelf = Shelf(*"124567")
    assert told(shelf, "1 2 3 4 5 6 7") == ["1", "2", "landed 2", "4", "5", "6", "7", "missing 3"]
    assert shelf.asked == [("1 2", False), ("3 4", False), ("5 6", False), ("7", False), ("3", True)]


def test_what_came_late_lets_the_reading_land_at_the_end() -> None:
    shelf = Shelf(*"12345", answer_1=Batch("odd", {"2": b"2"}))
    assert told(shelf, "1 2 3 4 5") == ["2", "3", "4", "5", "1", "landed 5"]
    assert [one for one, is_last in shelf.asked if is_last] == ["1"]


def test_a_record_carries_the_answer_it_came_with() -> None:
    (first, second) = (
        item for item in Delivery(Shelf("1", "2"), "s", "text/x", 1).of(["1", "2"]) if isinstance(item, Received)
    )
    assert first == Received("1", b"1", "u1", "text/x")
    assert second.url == "u2"


def test_an_id_withdrawn_is_neither_missing_nor_in_the_way() -> None:
    shelf = Shelf(*"1345", answer_1=Batch("odd", {"1": b"1"}, deleted=("2", "2")))
    assert told(shelf, "1 2 3 4") == ["deleted 2", "1", "landed 2", "3", "4", "landed 4"]


def test_an_id_that_has_become_part_of_another_record_brings_that_record() -> None:
    shelf = Shelf(*"345", answer_1=Batch("odd", {"1": b"1", "9": b"9"}, renamed={"2": "9"}))
    assert told(shelf, "1 2 3") == [
        "warning The source returned 9 for 2, which has become part of it",
        "1",
        "9",
        "landed 2",
        "3",
        "landed 3",
    ]


def test_an_id_refused_by_name_is_missing_and_not_asked_for_again() -> None:
    shelf = Shelf(*"13", answer_1=Batch("odd", {"1": b"1"}, refused={"2": "HTTP 400: bad"}))
    assert told(shelf, "1 2 3") == ["warning The source refuses 2: HTTP 400: bad", "1", "3", "missing 2"]
    assert len(shelf.asked) == 2


def test_records_nobody_asked_for_are_told_in_one_line() -> None:
    crowd = {str(number): b"x" for number in range(100, 109)}
    shelf = Shelf("2", answer_1=Batch("odd", {"1": b"1", **crowd}, repeated=("1",)))
    assert told(shelf, "1 2", size=1) == [
        "warning The source returned 1 more than once; the first is kept",
        "1",
        "warning The source returned 100, 101, 102, 103, 104 and 4 more, not asked for and left out",
        "landed 1",
        "2",
        "landed 2",
    ]


def test_a_record_delivered_twice_is_one() -> None:
    shelf = Shelf("1", "2", answer_2=Batch("odd", {"1": b"again", "2": b"2"}))
    assert told(shelf, "1 2", size=1) == ["1", "landed 1", "2", "landed 2"]


def test_a_record_without_an_id_is_kept_and_stands_for_nobody() -> None:
    shelf = Shelf(answer_1=Batch("odd", {"sha256-ab": b"?"}))
    assert told(shelf, "1") == [
        "warning The source returned a record without an id, kept as sha256-ab",
        "sha256-ab",
        "missing 1",
    ]


answers: st.SearchStrategy[Callable[[list[str]], Batch]] = st.builds(
    lambda records, deleted: (
        lambda wished: Batch("u", dict.fromkeys(records, b""), deleted=tuple(one for one in deleted if one in wished))
    ),
    records=st.lists(ids, unique=True),
    deleted=st.lists(ids, max_size=2),
)


@given(asked=st.lists(ids, unique=True), size=st.integers(1, 4), serving=st.lists(answers, max_size=20))
def test_whatever_comes_every_id_asked_for_is_accounted_for_once(
    asked: list[str], size: int, serving: list[Callable[[list[str]], Batch]]
) -> None:
    script = iter(serving)

    def ask(wished: list[str], is_last: bool) -> list[Batch]:
        answer: Any = next(script, None)
        return [answer(wished)] if answer else []

    items = list(Delivery(ask, "s", "t", size).of(asked))
    came = [item.record_id for item in items if isinstance(item, Received)]
    kinds = {kind: [item.detail for item in items if isinstance(item, Notice) and item.kind == kind] for kind in
             ("deleted", "missing", "landed")}  # fmt: skip
    assert len(came) == len(set(came)) and set(came) <= set(asked)
    assert set(kinds["missing"]) == set(asked) - set(came) - set(kinds["deleted"])
    yielded: set[str] = set()
    for item in items:
        if isinstance(item, Received):
            yielded.add(item.record_id)
        elif item.kind == "deleted":
            yielded.add(item.detail)
        elif item.kind == "landed":
            assert set(asked[: asked.index(item.detail) + 1]) <= yielded, "landed means: all up to here has come"


@given(listed=st.lists(ids), size=st.integers(1, 5))
def test_batches_hold_every_id_in_its_place(listed: list[str], size: int) -> None:
    cut = list(batches(listed, size))
    assert [one for batch in cut for one in batch] == listed
    assert all(len(batch) == size for batch in cut[:-1]) and all(cut)
