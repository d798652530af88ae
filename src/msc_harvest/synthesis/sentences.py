"""A pooled answer in plain sentences, as a clinician reads it: what was found, how sure, and what it does not say."""

from __future__ import annotations

from dataclasses import dataclass

from msc_harvest.synthesis.presenting import RATIOS, WIDENED
from msc_harvest.synthesis.results import Pooled

NAMES = {
    "RR": "risk ratio", "OR": "odds ratio", "HR": "hazard ratio", "IRR": "rate ratio", "RD": "risk difference",
    "MD": "mean difference", "SMD": "standardised mean difference", "proportion": "proportion", "rate": "rate",
}  # fmt: skip
WIDE_RATIO = 3.0
WIDE_DIFFERENCE = 0.2
LEAST_RATIO, MOST_RATIO = 0.01, 1000.0


@dataclass(frozen=True, slots=True)
class Names:
    """Words for the sentences: the treatment, what it was compared with (single arms: leave empty), the event or the
    quantity measured, in whom, the unit of a mean difference, and whether less of it is better (None: unsaid)."""

    treatment: str
    outcome: str
    comparator: str = ""
    population: str = ""
    unit: str = ""
    less_is_better: bool | None = None


def interpretation(pooled: Pooled, names: Names) -> str:
    """A few sentences: the finding with its interval, whether the interval allows both directions, how far studies
    differ, and the warnings that matter. Nothing pooled is said first. Never calls a result without difference
    equal."""
    if pooled.estimate is None:
        return " ".join(_unpooled(pooled, names))
    if pooled.measure in ("proportion", "rate"):
        parts = [_single(pooled, names), *(_spread(pooled) if pooled.estimate else []), *_caution(pooled)]
    else:
        parts = [_compared(pooled, names), _direction(pooled, names), *_spread(pooled), *_caution(pooled)]
    return " ".join(part for part in parts if part)


def _unpooled(pooled: Pooled, names: Names) -> list[str]:
    why = pooled.note or pooled.situation
    found = [f"{_opening(names)}: {why[:1].lower() + why[1:]}."]
    if pooled.ci_low is not None or pooled.ci_high is not None:
        found.append(f"The studies are compatible with {_what(pooled)} {_limits(pooled)}.")
    if pooled.lowest is not None and pooled.highest is not None and pooled.k > 1:
        found.append(f"The single studies range from {_shown(pooled, pooled.lowest)} to "
                     f"{_shown(pooled, pooled.highest)}.")  # fmt: skip
    if pooled.measure not in ("proportion", "rate"):
        found.append("This is a lack of evidence, not evidence of no difference.")
    return found


def _opening(names: Names) -> str:
    where = f" in {names.population}" if names.population else ""
    against = f" against {names.comparator}" if names.comparator else ""
    return f"{_capital(names.outcome)} with {names.treatment}{against}{where}"


def _single(pooled: Pooled, names: Names) -> str:
    counted = _counted(pooled, "series")
    level = f"{100 * pooled.level:g} % interval"
    if pooled.measure == "proportion" and pooled.estimate == 0:
        top = _shown(pooled, pooled.ci_high)
        return (
            f"{_opening(names)}: seen in nobody ({counted}); a true risk of up to {top} would still fit ({level}). "
            "Not seen does not mean that it does not happen."
        )
    prefix = "" if pooled.pooled else "one series, not pooled: "
    return f"{_opening(names)}: {prefix}{_shown(pooled, pooled.estimate)} ({level} {_limits(pooled)}; {counted})."


def _compared(pooled: Pooled, names: Names) -> str:
    prefix = "" if pooled.pooled else "one informative study, not pooled: "
    counted = _counted(pooled, "studies")
    level = f"{100 * pooled.level:g} % interval"
    value = _shown(pooled, pooled.estimate) + _unit(pooled, names)
    if pooled.estimate == 0 and pooled.measure in RATIOS:
        top = "without an upper limit" if pooled.ci_high is None else f"up to {_shown(pooled, pooled.ci_high)}"
        return (
            f"{_opening(names)}: {prefix}as few events with {names.treatment} as there could be, so that the "
            f"{_what(pooled)} is estimated as 0; {top} would still fit ({level}; {counted})."
        )
    return f"{_opening(names)}: {prefix}{_what(pooled)} {value} ({level} {_limits(pooled)}; {counted})."


def _direction(pooled: Pooled, names: Names) -> str:
    nothing = 1.0 if pooled.measure in RATIOS else 0.0
    low, high = pooled.ci_low, pooled.ci_high
    if low is None and high is None:
        return "No interval can be given, so nothing can be concluded."
    low_known, high_known = nothing - 1 if low is None else low, nothing + 1 if high is None else high
    if low_known <= nothing <= high_known:
        tail = ", and the interval is wide" if _is_wide(pooled.measure, low, high) else ""
        return (
            f"The interval includes no difference as well as less and more with {names.treatment}{tail}: "
            "this does not show that the two are alike."
        )
    fewer = high_known < nothing
    said = f"The interval lies wholly on the side of {'less' if fewer else 'more'} with {names.treatment}"
    if names.less_is_better is None:
        return f"{said}."
    return f"{said}, that is {'in its favour' if fewer == names.less_is_better else 'against it'}."


def _is_wide(measure: str, low: float | None, high: float | None) -> bool:
    """Whether an interval is wide: the upper limit of a ratio above three times the lower, 20 points of difference."""
    if measure in RATIOS:
        return low is not None and (high is None or low <= 0 or high / low > WIDE_RATIO)
    return measure == "RD" and low is not None and high is not None and high - low > WIDE_DIFFERENCE


def _spread(pooled: Pooled) -> list[str]:
    if pooled.tau2 == 0 and pooled.pi_low is not None:
        return [f"The studies differ no more than by chance; {pooled.k_informative} studies could hardly show it."]
    if pooled.pi_low is not None and pooled.pi_high is not None:
        span = f"{_shown(pooled, pooled.pi_low)} to {_shown(pooled, pooled.pi_high)}"
        return [f"In a new study like these it may lie anywhere from {span} (prediction interval)."]
    if pooled.pooled and 1 < pooled.k_informative < 5:
        return [f"With {pooled.k_informative} studies nobody can tell how far they truly differ."]
    return []


def _caution(pooled: Pooled) -> list[str]:
    found = []
    if not pooled.pooled:
        found.append("One study alone settles nothing.")
    if pooled.events and any(warning.startswith("few events") for warning in pooled.warnings):
        number = f"are only {pooled.events} events" if pooled.events > 1 else "is only 1 event"
        found.append(f"There {number} in all: a few more could turn the result.")
    elif any(warning.startswith("few participants") for warning in pooled.warnings):
        found.append(f"There are only {pooled.n} participants in all.")
    if WIDENED in pooled.method:
        found.append("With numbers this sparse one method is not enough: the interval takes in those of two.")
    elif "Mantel–Haenszel" in pooled.method:
        rough = "only roughly" if pooled.interval and pooled.interval.startswith("t ") else "not"
        found.append(f"The interval allows {rough} for true differences between studies.")
    return found


def _counted(pooled: Pooled, noun: str) -> str:
    number = pooled.k_informative if pooled.pooled else max(1, pooled.k_informative)
    one = {"studies": "study", "series": "series"}[noun]
    parts = [f"{number} {noun if number != 1 else one}"]
    if pooled.k > number:
        parts[0] += f" of {pooled.k}"
    if pooled.events is not None and pooled.n is not None:
        parts.append(f"{_number(pooled.events, 'event')} in {_number(pooled.n, 'participant')}")
    elif pooled.n is not None:
        parts.append(_number(pooled.n, "participant"))
    return ", ".join(parts)


def _number(count: float, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _what(pooled: Pooled) -> str:
    return NAMES.get(pooled.measure, "effect")


def _limits(pooled: Pooled) -> str:
    low, high = pooled.ci_low, pooled.ci_high
    if high is None:
        return f"from {_shown(pooled, low)} without an upper limit"
    if low is None:
        return f"up to {_shown(pooled, high)} without a lower limit"
    return f"{_shown(pooled, low)} to {_shown(pooled, high)}"


def _unit(pooled: Pooled, names: Names) -> str:
    return f" {names.unit}" if names.unit and pooled.measure == "MD" else ""


def _shown(pooled: Pooled, value: float | None) -> str:
    if value is None:
        return "not given"
    if pooled.measure == "proportion":
        return f"{100 * value:.1f} %"
    if pooled.measure == "RD":
        return f"{100 * value:+.1f} percentage points"
    if pooled.measure in RATIOS:
        return _ratio(value)
    return f"{value:.3g}"


def _ratio(value: float) -> str:
    """A ratio with two decimals; beyond 0.01 and 1000 only that it is, since more digits would feign knowledge."""
    if value > MOST_RATIO:
        return f"above {MOST_RATIO:.0f}"
    if 0 < value < LEAST_RATIO:
        return f"below {LEAST_RATIO}"
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
