"""Animal experiments read by rules alone against the reviewed table of ../shared, column by column.

The sheet of facts read by people is left out of the query, so that only title and abstract speak. A rule may stay silent;
what it says must not contradict the table. Effects of another grade of the same direction (longer survival where the
table says tolerance) are counted apart.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import duckdb

Codes = set[str]

SOURCES = {"bone marrow": "bone_marrow", "adipose": "adipose", "MAPC": "bone_marrow"}
ORIGINS = {"donor": "donor_derived", "third-party": "third_party", "syngeneic": "syngeneic", "recipient": "syngeneic"}
GRADES = {"tolerance": 3, "prolonged": 2, "protected": 1, "no_effect": 0, "none": 0, "worse": -1, "accelerated": -2}
"""How well the graft fared, in both vocabularies; mixed has no grade."""


def _by_rules(checkout: Path, warehouse: Path) -> dict[str, dict[str, str]]:
    """Rows of out.preclinical_by_organ as they would be had nobody read a paper, by PMID and by DOI."""
    text = (checkout / "queries" / "out" / "preclinical_by_organ.sql").read_text(encoding="utf-8")
    nobody = "(SELECT * FROM curated.preclinical_study WHERE FALSE) AS preclinical_study"
    text = re.sub(r"(FROM|JOIN) curated\.preclinical_study", rf"\1 {nobody}", text)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        result = connection.sql(text)
        rows = [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]
    return {str(key): row for row in rows for key in (row["pmid"], row["doi"]) if key}


def _source(text: str) -> Codes:
    return {code for word, code in SOURCES.items() if word in text}


def _origin(text: str) -> Codes:
    return {code for word, code in ORIGINS.items() if word in text}


def _timing(text: str) -> Codes:
    days = [int(day) for day in re.findall(r"(?:day |days |,|\+)\s*([+-]?\d+)", text)]
    codes = {"pre" if day < 0 else "peri" if day == 0 else "post_early<=30d" for day in days}
    return codes | ({"post_late"} if "week" in text else set()) | ({"peri"} if "after reperfusion" in text else set())


def _agreement(checkout: Path, shared: Path, warehouse: Path) -> tuple[dict[str, Counter[str]], list[str]]:
    """Per column how often rules agree, are silent, or differ; and what differs."""
    found = _by_rules(checkout, warehouse)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    differing: list[str] = []
    with (shared / "data" / "gold" / "preclinical.csv").open(encoding="utf-8", newline="") as lines:
        gold = [row for row in csv.DictReader(lines) if row["confidence"] == "confirmed_in_source"]
    for row in gold:
        read = found.get(row["pmid"]) or found.get(row["doi"])
        if not read:
            continue
        told: dict[str, tuple[Codes, str | None]] = {
            "organ": ({row["organ"]}, read["organ_code"]),
            "species": ({row["species"]}, read["species"]),
            "cell_source": (_source(row["msc_source"]), read["cell_source"]),
            "cell_origin": (_origin(row["msc_origin"]), read["cell_origin"]),
            "timing": (_timing(row["timing"]), read["timing_codes"]),
        }
        for column, (truth, said) in told.items():
            if truth:
                verdict = "silent" if not said else "agree" if set(said.split(";")) <= truth else "differ"
                counts[column][verdict] += 1
                differing += [f"{column} of {read['pmid']}: {said} for {sorted(truth)}"] * (verdict == "differ")
        verdict = _effect_verdict(row["outcome_class"], read["effect"])
        counts["effect"][verdict] += 1
        differing += [f"effect of {read['pmid']}: {read['effect']} for {row['outcome_class']}"] * (verdict == "differ")
    return counts, differing


def _effect_verdict(truth: str, said: str | None) -> str:
    if said is None:
        return "silent"
    true_grade, grade = GRADES.get(truth), GRADES.get(said)
    if true_grade == grade:
        return "agree"
    if true_grade is None or grade is None or true_grade * grade <= 0:
        return "differ"
    return "weaker" if abs(grade) < abs(true_grade) else "stronger"


def test_what_rules_say_of_animal_experiments_does_not_contradict_the_reviewed_table(
    checkout: Path, shared: Path, sample_warehouse: Path
) -> None:
    """Silence is allowed, contradiction is not; an effect is never read stronger than it is."""
    counts, differing = _agreement(checkout, shared, sample_warehouse)
    figures = {column: dict(tally) for column, tally in counts.items()}
    assert counts["species"]["agree"] >= 6, figures
    assert counts["effect"]["agree"] >= 5, figures
    assert not counts["effect"]["stronger"], figures
    assert not differing, (differing, figures)
