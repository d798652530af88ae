"""Arms whose size or name stands elsewhere than where people were allotted: under the results, in a bracket."""

from __future__ import annotations

import pytest

from msc_harvest.evidence import Reading, read_abstract
from tests.evidence.measure import shipped_words

WORDS = shipped_words()


def sizes(reading: Reading) -> list[tuple[str | None, int]]:
    """Role and size of every arm."""
    return [(arm.role, arm.size.value) for arm in reading.arms]


def counts(reading: Reading) -> list[tuple[str | None, str | None, int | None, int | None]]:
    """Outcome, role, events and people at risk of every count."""
    return [(v.outcome_code, v.arm_role, v.n_events, v.n_at_risk) for v in reading.values if v.n_events is not None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Methods: Twenty-four kidney recipients were randomised to steroids with MSC or steroids with saline. "
            "Results: Rejection was seen in 3 of 12 and 5 of 12, respectively.",
            [("msc", 12), ("control", 12)],
        ),
        (
            "We described 16 liver recipients, half of whom were given MSC on day 2, while the other eight served as "
            "controls. One MSC recipient died.",
            [("msc", 8), ("control", 8)],
        ),
        (
            "Methods: Fifty adults were randomised to MSC (n = 25) or saline (n = 25). Forty-seven were analysed "
            "(23 and 24). Results: Rejection occurred in 2 and 5 patients.",
            [("msc", 23), ("control", 24)],
        ),
        (
            "Methods: Forty-two adults were randomly allocated to MSC or to standard care. Two moved away, which left "
            "21 patients in the MSC arm and 19 in the standard arm for analysis. Results: Rejection was rare.",
            [("msc", 21), ("control", 19)],
        ),
        (
            "Methods: Thirty patients were allocated in turn, 14 to MSC and 16 to thymoglobulin. Results: One patient "
            "in the MSC group was excluded. Of the remaining 13, two had rejection.",
            [("msc", 13), ("control", 16)],
        ),
    ],
)
def test_arms_are_read_where_they_stand(text: str, expected: list[tuple[str, int]]) -> None:
    assert sizes(read_abstract(text, WORDS)) == expected


def test_those_who_had_an_outcome_are_no_arm() -> None:
    text = "Twenty recipients got MSC or saline. CLAD had developed in 3 of 9 MSC recipients and in 4 of 8 on saline."
    assert not {size for _, size in sizes(read_abstract(text, WORDS))} & {3, 4}


def test_letters_beside_a_size_name_an_arm() -> None:
    text = (
        "Sixty recipients were randomised to bone marrow MSC (BM, n=20), cord MSC (UC, n=20) or no cells (NC, n=20). "
        "Rejection was seen in two BM, three UC and six NC patients."
    )
    read = counts(read_abstract(text, WORDS))
    assert [one[1:] for one in read] == [("msc", 2, 20), ("msc", 3, 20), ("control", 6, 20)]


def test_kinds_of_cells_make_no_control() -> None:
    text = (
        "All 12 participants of our first two kidney studies (seven autologous, five third-party MSC) were reviewed "
        "at a median of 6 years. Two patients had died."
    )
    reading = read_abstract(text, WORDS)
    assert "control" not in {role for role, _ in sizes(reading)}
    assert [one[2:] for one in counts(reading)] == [(2, 12)]


@pytest.mark.parametrize(
    "told",
    [
        "A total of 21 serious adverse events were reported, 9 with MSC and 12 with saline.",
        "Serious adverse events: 9 in the MSC group (7 patients) and 12 in the saline group (8 patients).",
    ],
)
def test_events_are_not_people(told: str) -> None:
    text = f"Forty recipients were randomised to MSC (n = 20) or saline (n = 20). {told}"
    assert not {one[2] for one in counts(read_abstract(text, WORDS))} & {9, 12}
