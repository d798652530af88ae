"""What is told of a name that nobody has: what is near it, or what there is."""

from __future__ import annotations

import pytest

from msc_harvest.errors import nearest

MEASURES = ("risk_ratio", "odds_ratio", "risk_difference", "hazard_ratio")


@pytest.mark.parametrize(
    ("word", "names", "told"),
    [
        ("Risk Ratio", MEASURES, "did you mean risk_ratio?"),
        ("OR", MEASURES, "did you mean odds_ratio?"),
        ("risk", MEASURES, "did you mean risk_ratio or risk_difference?"),
        ("hazzard", MEASURES, "did you mean hazard_ratio?"),
        ("weight", MEASURES, "there are: risk_ratio, odds_ratio, risk_difference, hazard_ratio"),
        ("TAN.2012", ["sun_2018", "tan_2012"], "did you mean tan_2012?"),
        ("x", [], "there are: none"),
        ("", ["", "lung"], "there are: lung"),
        ("q", [f"n{i}" for i in range(30)], "there are 30, such as n0, n1, n2"),
    ],
)
def test_near_names_come_first_and_no_far_one_is_offered(word: str, names: list[str], told: str) -> None:
    assert nearest(word, names) == told
