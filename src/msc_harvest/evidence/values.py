"""What is read from an abstract, flat and final: values, sentences left unread, and the reading as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from msc_harvest.evidence.counts import Count
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, People


@dataclass(frozen=True, slots=True)
class Value:
    """One number of one arm: either a count (`n_events` of `n_at_risk`) or a measured `value` with its spread.

    Everything is None where the abstract does not state it. Places are half-open offsets in the abstract: the number,
    or the words that say zero, stand literally at `start`–`end`, their sentence at `quote_start`–`quote_end`.
    `value_kind` is mean, median, percent or value (kind not said). `sd` is set for a standard deviation only; of `se`
    and `unstated` (a number after ± that no word explains) the number stands in `spread_low`; iqr, range and ci95
    have both ends.
    """

    outcome_code: str | None
    arm_label: str | None
    arm_role: str | None
    n_events: int | None
    n_at_risk: int | None
    value: float | None
    value_kind: str | None
    sd: float | None
    spread_kind: str | None
    spread_low: float | None
    spread_high: float | None
    spread_text: str | None
    unit: str | None
    timepoint_months: float | None
    timepoint_text: str | None
    value_text: str
    count_basis: str
    start: int
    end: int
    at_risk_start: int | None
    at_risk_end: int | None
    quote: str
    quote_start: int
    quote_end: int
    rule_id: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A sentence that names an outcome beside a number, and why nothing was read from it."""

    start: int
    end: int
    quote: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read from an abstract. `totals` stand best first; places are half-open offsets in its text."""

    totals: tuple[People, ...]
    arms: tuple[Arm, ...]
    values: tuple[Value, ...]
    review: tuple[Unread, ...]


def of_count(part: Part, one: Count, outcome: str | None, moment: tuple[float, str] | None) -> Value:
    """A count of a sentence as a value."""
    return Value(
        outcome_code=outcome,
        arm_label=one.arm or None,
        arm_role=one.arm_role,
        n_events=one.n_events,
        n_at_risk=one.n_at_risk,
        value=None,
        value_kind=None,
        sd=None,
        spread_kind=None,
        spread_low=None,
        spread_high=None,
        spread_text=None,
        unit=None,
        timepoint_months=moment[0] if moment else None,
        timepoint_text=moment[1] if moment else None,
        value_text=part.text[one.start - part.start : one.end - part.start],
        count_basis=one.count_basis,
        start=one.start,
        end=one.end,
        at_risk_start=one.at_risk_start,
        at_risk_end=one.at_risk_end,
        quote=part.text,
        quote_start=part.start,
        quote_end=part.end,
        rule_id=one.rule_id,
        certainty=one.certainty,
    )


def of_share(
    part: Part,
    place: tuple[int, int],
    percent: float,
    arm: tuple[str, str],
    outcome: str,
    moment: tuple[float, str] | None,
) -> Value:
    """A percentage of an arm (`place`: where it stands in the text) from which no count can be worked out."""
    start, end = place
    return Value(
        outcome_code=outcome,
        arm_label=arm[0] or None,
        arm_role=arm[1],
        n_events=None,
        n_at_risk=None,
        value=percent,
        value_kind="percent",
        sd=None,
        spread_kind=None,
        spread_low=None,
        spread_high=None,
        spread_text=None,
        unit="%",
        timepoint_months=moment[0] if moment else None,
        timepoint_text=moment[1] if moment else None,
        value_text=part.text[start - part.start : end - part.start],
        count_basis="reported",
        start=start,
        end=end,
        at_risk_start=None,
        at_risk_end=None,
        quote=part.text,
        quote_start=part.start,
        quote_end=part.end,
        rule_id="share_alone",
        certainty="medium",
    )
