"""The description of a published meta-analysis: its studies, outcomes, model and printed results, checked strictly.

citation, doi (or pmid), entered_by, entered_on (YYYY-MM-DD); if wanted pmid, note
model:    name (mantel-haenszel, common, random, peto, default); for random tau2 (REML, PM, DL) and test (z, t, hk,
          hk-floor). Left out where the paper, as far as we could read it, does not say: then the usual ones are tried.
studies:  name, n_msc, n_control (as printed, if known); study_id (ours, if we hold it); msc_arms, control_arms: the
          labels of our arms that the paper took, where it did not take all
outcomes: name, measure (risk_ratio, odds_ratio, risk_difference); organ, outcome (codes of ours) where it is to be
          compared with our evidence; timepoint_months; printed: estimate, ci_low, ci_high (p, decimals: 2);
          arms: study, events_msc, n_msc, events_control, n_control, where the paper prints them; note
"""

from __future__ import annotations

import math
import re
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from msc_harvest.errors import UsageError, nearest
from msc_harvest.pipeline.pooling.answer import LEAST_LEVEL, MOST_LEVEL
from msc_harvest.pipeline.pooling.own_numbers import LARGEST
from msc_harvest.pipeline.replaying.yaml_text import Lines, read_yaml

_AT = re.compile(r"\s*- at `\$\.?(.*?)`$")
_UNKNOWN = re.compile(r"unknown field `(.*?)`")
_WORDS = (
    ("Object contains unknown field", "there is no key"),
    ("Object missing required field", "lacks the key"),
    ("Expected `object`", "must be a mapping"),
    ("Expected `array`", "must be a list"),
    ("Expected `str`", "must be text"),
    ("Expected `int | null`", "must be a whole number"),
    ("Expected `float | null`", "must be a number"),
    ("Expected `float`", "must be a number"),
    ("Expected `int`", "must be a whole number"),
)
_CHOICE = re.compile(r"Invalid enum value '(.*)'")
_MOST_TOLD = 160
# Followed for longer, nobody was.
_MOST_MONTHS = 600


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all parts: nothing unknown is accepted, nothing is converted silently."""


class Model(_Strict, frozen=True):
    """The model as the paper names it."""

    name: Literal["mantel-haenszel", "common", "random", "peto", "exact", "default"]
    tau2: Literal["REML", "PM", "DL"] = "DL"
    test: Literal["z", "t", "hk", "hk-floor"] = "z"


class Study(_Strict, frozen=True):
    """A study of the paper: its name there, the sizes of its arms as printed, and what it is with us."""

    name: str
    n_msc: int | None = None
    n_control: int | None = None
    study_id: str | None = None
    msc_arms: list[str] = []
    control_arms: list[str] = []


class Arms(_Strict, frozen=True):
    """The numbers of one study for one outcome, as the paper prints them."""

    study: str
    events_msc: int
    n_msc: int
    events_control: int
    n_control: int


class Printed(_Strict, frozen=True):
    """The pooled result as printed; `decimals` to which it is rounded there, `level` of its interval."""

    estimate: float
    ci_low: float
    ci_high: float
    p: float | None = None
    decimals: int = 2
    level: float = 0.95


class Outcome(_Strict, frozen=True):
    """One pooled outcome of the paper."""

    name: str
    measure: Literal["risk_ratio", "odds_ratio", "risk_difference"]
    printed: Printed
    organ: str | None = None
    outcome: str | None = None
    timepoint_months: float | None = None
    arms: list[Arms] = []
    note: str | None = None


class Description(_Strict, frozen=True):
    """A whole published meta-analysis."""

    citation: str
    entered_by: str
    entered_on: str
    studies: list[Study]
    outcomes: list[Outcome]
    doi: str | None = None
    pmid: int | None = None
    model: Model | None = None
    note: str | None = None


# What may stand at each place, for who wrote something else there.
_PARTS: dict[str, type[_Strict]] = {
    "": Description, "model": Model, "studies[]": Study, "outcomes[]": Outcome, "outcomes[].printed": Printed,
    "outcomes[].arms[]": Arms,
}  # fmt: skip
_KEYS = {place: part.__struct_fields__ for place, part in _PARTS.items()}
_CHOICES = {
    f"{place}.{one.name}": tuple(map(str, one.type.values))
    for place, part in _PARTS.items()
    for one in msgspec.inspect.type_info(part).fields  # type: ignore[attr-defined]
    if isinstance(one.type, msgspec.inspect.LiteralType)
}


def read_description(path: Path) -> Description:
    """The description in a YAML file. Raises UsageError in one line, `FILE:LINE: key: what is wrong`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise UsageError(f"the file {path} cannot be read ({problem.strerror})") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text; save it as UTF-8") from None
    value, lines = read_yaml(text, str(path))
    try:
        found = msgspec.convert(value, Description)
    except msgspec.ValidationError as problem:
        raise UsageError(_told(str(problem), str(path), lines)) from None
    _check(found, str(path), lines)
    return found


def _told(problem: str, name: str, lines: Lines) -> str:
    at = _AT.search(problem)
    place = at.group(1).lstrip(".") if at else ""
    what = _AT.sub("", problem)
    unknown = _UNKNOWN.search(what)
    line = lines.get(f"{place}.{unknown.group(1)}".lstrip(".") if unknown else place, lines.get(place, 1))
    for words, plain in _WORDS:
        what = what.replace(words, plain)
    key = re.sub(r"\[\d+\]", "[]", place)
    if unknown:
        what = f"{what}; {nearest(unknown.group(1), _KEYS[key])}"
    elif choice := _CHOICE.fullmatch(what):
        what = f"there is no {choice.group(1)}; {nearest(choice.group(1), _CHOICES[key])}"
    what = what.replace("`", "").replace(", got", ", not").replace("must be text, not int", "must be text; quote it")
    return f"{name}:{line}: {place or 'the file'}: {what[:_MOST_TOLD]}"


def _check(found: Description, name: str, lines: Lines) -> None:
    """What types cannot say: places that must be filled, names that must be known, numbers that must fit."""

    def refuse(place: str, why: str) -> None:
        raise UsageError(f"{name}:{lines.get(place, 1)}: {place}: {why}")

    if not _is_day(found.entered_on):
        refuse("entered_on", "write the day as YYYY-MM-DD")
    for part in ("citation", "entered_by"):
        if not getattr(found, part).strip():
            refuse(part, "is empty")
    if not found.doi and not found.pmid:
        refuse("citation", "give doi or pmid too, so that the paper can be found")
    for part in ("studies", "outcomes"):
        if not getattr(found, part):
            refuse(part, "is empty")
        names = [one.name for one in getattr(found, part)]
        for i, one in enumerate(names):
            if one in names[:i]:
                refuse(f"{part}[{i}].name", f"{one} stands there twice")
    for i, study in enumerate(found.studies):
        sizes = [one for one in (study.n_msc, study.n_control) if one is not None]
        if not study.name.strip() or not all(1 <= one <= LARGEST for one in sizes):
            refuse(f"studies[{i}]", "the name is not empty, and an arm has 1 person or more, as studies have")
    studies = {one.name for one in found.studies}
    for i, outcome in enumerate(found.outcomes):
        place = f"outcomes[{i}]"
        if (outcome.organ is None) != (outcome.outcome is None):
            refuse(place, "organ and outcome belong together; give both or neither")
        if why := _odd_result(outcome):
            refuse(f"{place}.printed", why)
        if abs(outcome.timepoint_months or 0.0) > _MOST_MONTHS:
            refuse(f"{place}.timepoint_months", "more than fifty years; give the time in months")
        seen: set[str] = set()
        for j, arms in enumerate(outcome.arms):
            if arms.study not in studies or arms.study in seen:
                refuse(f"{place}.arms[{j}].study", f"{arms.study} is " + (
                    "there twice" if arms.study in seen else "none of the studies"))  # fmt: skip
            seen.add(arms.study)
            if why := _odd_arms(arms):
                refuse(f"{place}.arms[{j}]", why)


def _odd_result(outcome: Outcome) -> str | None:
    one = outcome.printed
    numbers = (one.estimate, one.ci_low, one.ci_high)
    if not all(math.isfinite(number) for number in numbers):
        return "not a finite number"
    if not one.ci_low <= one.estimate <= one.ci_high:
        return f"the estimate {one.estimate:g} lies outside its interval {one.ci_low:g} to {one.ci_high:g}"
    if outcome.measure != "risk_difference" and one.ci_low <= 0:
        return "a ratio and its interval are above 0"
    if outcome.measure == "risk_difference" and max(map(abs, numbers)) > 1:
        return "a difference of risks and its interval lie between -1 and 1 (10 percentage points are 0.1)"
    if one.p is not None and not 0 <= one.p <= 1:
        return f"p {one.p:g} does not lie between 0 and 1"
    if not 0 <= one.decimals <= 6 or not LEAST_LEVEL <= one.level <= MOST_LEVEL:
        return f"decimals lie between 0 and 6, level between {LEAST_LEVEL} and {MOST_LEVEL}"
    return None


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _odd_arms(arms: Arms) -> str | None:
    for side, events, n in (("msc", arms.events_msc, arms.n_msc), ("control", arms.events_control, arms.n_control)):
        if events < 0 or n < 1:
            return f"events_{side} and n_{side} must be 0 or more, and 1 or more"
        if events > n:
            return f"events_{side} {events} is above n_{side} {n}"
        if n > LARGEST:
            return f"n_{side} is beyond anything a study reports"
    return None
