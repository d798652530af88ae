"""One study's numbers as they enter a pooled answer, wherever they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Number = int | float

# The order in which designs are told; whatever else a user calls a design comes after them.
DESIGNS = ("randomised", "concurrent_control", "historical_control", "unknown_design", "uncontrolled", "case_report")


@dataclass(frozen=True, slots=True)
class StudyNumbers:
    """One row: a study with counts of one or two arms, with means and standard deviations of two arms, or with an
    effect and its standard error (both on the scale of the analysis).

    None is not reported. `design` and `stratum` None: not said. `groups` holds the columns by which studies can be
    grouped, `shown` what else a reader wants to see of the study. `exclusion` says why the study enters no pool at all,
    `shares_people_with` names studies with which it must not stand in one pool. `place` is the line of the file or row
    of the data, `row` the row of the warehouse with all that it says.
    """

    study: str
    design: str | None = None
    stratum: str | None = None
    events_msc: Number | None = None
    n_msc: Number | None = None
    events_control: Number | None = None
    n_control: Number | None = None
    mean_msc: Number | None = None
    sd_msc: Number | None = None
    mean_control: Number | None = None
    sd_control: Number | None = None
    effect: Number | None = None
    se: Number | None = None
    groups: Mapping[str, str | None] = field(default_factory=dict)
    shown: Mapping[str, str | Number | None] = field(default_factory=dict)
    exclusion: str | None = None
    shares_people_with: str | None = None
    place: int | None = None
    row: Mapping[str, object] | None = None

    @property
    def has_effect(self) -> bool:
        """An effect and its standard error are there."""
        return None not in (self.effect, self.se)
