"""How well abstracts of this field are read, held to what was reached; and that the truth itself is sound.

Asked are GOAL_PRECISION and GOAL_RECALL of counts. Rules were mended on all files but UNSEEN by now, so only those give an honest
estimate; those are what was read at first sight, before a rule was mended on a file (field/README.md).
Floors stand just below what was measured, and are raised, never lowered.
`python -m tests.evidence.measure` prints what was read wrongly or missed.
"""

from __future__ import annotations

from functools import cache

import pytest

from tests.evidence.measure import Row, Score, abstracts, measured_codes, rows, scores
from tests.evidence.test_spans import literal

GOAL_PRECISION, GOAL_RECALL = 0.97, 0.85
FLOORS = {
    ("held6", "total"): (0.99, 0.99),
    ("held6", "arm"): (0.84, 0.72),
    ("held6", "count"): (0.89, 0.64),
    ("held6", "measure"): (0.93, 0.77),
    ("fresh_d", "total"): (0.96, 0.92),
    ("fresh_d", "arm"): (0.95, 0.97),
    ("fresh_d", "count"): (0.99, 0.80),
    ("fresh_d", "measure"): (0.95, 0.74),
    ("fresh_e", "total"): (0.99, 0.99),
    ("fresh_e", "arm"): (0.99, 0.93),
    ("fresh_e", "count"): (0.99, 0.85),
    ("fresh_e", "measure"): (0.99, 0.96),
    ("fresh_f", "total"): (0.97, 0.97),
    ("fresh_f", "arm"): (0.99, 0.88),
    ("fresh_f", "count"): (0.98, 0.77),
    ("fresh_f", "measure"): (0.97, 0.80),
    ("fresh_h", "total"): (0.97, 0.97),
    ("fresh_h", "arm"): (0.96, 0.98),
    ("fresh_h", "count"): (0.99, 0.89),
    ("fresh_h", "measure"): (0.99, 0.90),
    ("held5", "total"): (0.95, 0.97),
    ("held5", "arm"): (0.99, 0.99),
    ("held5", "count"): (0.99, 0.84),
    ("held5", "measure"): (0.99, 0.86),
    ("fresh_g", "total"): (0.95, 0.90),
    ("fresh_g", "arm"): (0.99, 0.94),
    ("fresh_g", "count"): (0.97, 0.66),
    ("fresh_g", "measure"): (0.88, 0.64),
    ("held3", "total"): (0.99, 0.99),
    ("held3", "arm"): (0.99, 0.99),
    ("held3", "count"): (0.99, 0.91),
    ("held3", "measure"): (0.99, 0.94),
    ("held4", "total"): (0.95, 0.95),
    ("held4", "arm"): (0.94, 0.99),
    ("held4", "count"): (0.95, 0.86),
    ("held4", "measure"): (0.92, 0.83),
    ("dev", "total"): (0.98, 0.94),
    ("dev", "arm"): (0.99, 0.99),
    ("dev", "count"): (0.99, 0.93),
    ("dev", "measure"): (0.98, 0.97),
    ("held", "total"): (0.99, 0.94),
    ("held", "arm"): (0.99, 0.99),
    ("held", "count"): (0.99, 0.93),
    ("held", "measure"): (0.99, 0.99),
    ("fresh_a", "total"): (0.99, 0.99),
    ("fresh_a", "arm"): (0.99, 0.99),
    ("fresh_a", "count"): (0.98, 0.90),
    ("fresh_a", "measure"): (0.99, 0.97),
    ("fresh_b", "total"): (0.99, 0.95),
    ("fresh_b", "arm"): (0.99, 0.93),
    ("fresh_b", "count"): (0.99, 0.92),
    ("fresh_b", "measure"): (0.99, 0.85),
    ("fresh_c", "total"): (0.99, 0.99),
    ("fresh_c", "arm"): (0.99, 0.99),
    ("fresh_c", "count"): (0.99, 0.98),
    ("fresh_c", "measure"): (0.99, 0.86),
    ("held2", "total"): (0.99, 0.99),
    ("held2", "arm"): (0.99, 0.99),
    ("held2", "count"): (0.99, 0.88),
    ("held2", "measure"): (0.99, 0.85),
}
# Files with the letters that their abstracts' names begin with.
FILES = {
    "dev": "d",
    "held": "h",
    "fresh_a": "f",
    "fresh_b": "fb",
    "fresh_c": "fc",
    "held2": "h",
    "held3": "h",
    "held4": "h",
    "fresh_d": "fd",
    "fresh_e": "fe",
    "fresh_f": "ff",
    "fresh_g": "fg",
    "fresh_h": "fh",
    "held5": "h",
    "held6": "h",
}
# Files of other examiners whose counts are not yet read as often as asked: what is read of them is right.
BELOW_RECALL = {"fresh_d", "fresh_f", "fresh_g", "held5"}
UNSEEN = ("held4", "held6")  # nobody has mended a rule on them: their figures are the honest ones
ALL = [(name, one) for name in FILES for one in abstracts(name)]


@cache
def measured(name: str) -> dict[str, Score]:
    """Scores of one file, worked out once."""
    return scores(name)[0]


@pytest.mark.parametrize(("name", "kind"), sorted(FLOORS))
def test_reading_is_no_worse_than_it_was(name: str, kind: str) -> None:
    precision, recall = FLOORS[name, kind]
    score = measured(name)[kind]
    report = "\n".join(score.errors) if name == "dev" else f"{score.false} false, {score.missed} missed"
    assert score.precision >= precision, report
    assert score.recall >= recall, report


@pytest.mark.parametrize("name", [name for name in FILES if name not in UNSEEN])
def test_counts_reach_their_goals(name: str) -> None:
    score = measured(name)["count"]
    assert score.precision >= GOAL_PRECISION
    assert (score.recall >= GOAL_RECALL) is (name not in BELOW_RECALL)


def test_there_are_sixty_to_mend_on_and_thirty_to_judge_by() -> None:
    assert len(abstracts("dev")) >= 60 and len(abstracts("held")) >= 30
    for field in ("id", "text"):
        assert len({one[field] for _, one in ALL}) == len(ALL)
    for name in ("dev", "held"):
        required = [row for one in abstracts(name) for row in one["truth"]["counts"] if not row.get("optional")]
        assert len(required) >= 100


def test_texts_are_their_own() -> None:
    """No sentence of eight words or more stands in two of the abstracts: the held ones teach nothing by heart."""
    seen: dict[str, str] = {}
    for _, one in ALL:
        for sentence in one["text"].replace("\n", ". ").split(". "):
            if len(sentence.split()) >= 8:
                assert seen.setdefault(sentence, one["id"]) == one["id"], sentence


@pytest.mark.parametrize(("name", "one"), ALL, ids=[one["id"] for _, one in ALL])
def test_truth_is_sound(name: str, one: Row) -> None:
    truth, codes = one["truth"], {row["outcome_code"] for row in rows("outcome")}
    assert one["id"].rstrip("0123456789") == FILES[name]
    for row in (*truth["counts"], *truth["measures"]):
        assert row["outcome_code"] in codes and row["arm_role"] in ("msc", "control", None)
        assert one["text"].count(row["at"]) == 1, row["at"]
    for row in truth["counts"]:
        assert row["outcome_code"] not in measured_codes()
        assert row["n_at_risk"] is None or 0 <= row["n_events"] <= row["n_at_risk"]
        assert row["count_basis"] != "zero_in_words" or row["n_events"] == 0
    for row in truth["measures"]:
        assert row["outcome_code"] in measured_codes()
        assert literal(row["at"]) is not None
    if one["kind"] in ("protocol", "review", "preclinical"):
        needed = [row for row in truth["counts"] if not row.get("optional")]
        assert not (needed or truth["arms"] or truth["measures"]) and truth["total"] is None


# Letters of the files by other examiners, who also count the one person that a text tells of without a number.
EXAMINED = ("fd", "fe", "ff", "fg", "fh", "h5", "h6")


def test_every_number_of_the_truth_is_in_its_snippet() -> None:
    for _, one in ALL:
        for row in one["truth"]["counts"]:
            if row["count_basis"] == "reported" and not row.get("optional"):
                at = one["text"].index(row["at"])
                said = one["text"][max(0, at - 12) : at] + row["at"]
                pieces = said.replace("/", " ").replace("(", " ").replace(",", " ").replace(":", " ").split()
                is_one = row["n_events"] == 1 and one["id"].startswith(EXAMINED)
                assert is_one or row["n_events"] in {literal(piece) for piece in pieces}, (one["id"], row["at"])
