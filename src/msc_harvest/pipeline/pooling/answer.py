"""Numbers in, pooled answers out: one per stratum and design class, never mixed unless asked, with words throughout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from msc_harvest.errors import UsageError
from msc_harvest.pipeline.estimating.pool_words import corrections, statement, warnings_of
from msc_harvest.pipeline.estimating.pools import MIXED, kept, usable
from msc_harvest.pipeline.pooling.names import known
from msc_harvest.pipeline.pooling.numbers import DESIGNS, StudyNumbers
from msc_harvest.synthesis import Pooled, pool_generic, pool_means, pool_single_arm, pool_two_arm
from msc_harvest.synthesis.decision import LEAST_PER_GROUP, MODELS, SINGLE_ARM_MODELS
from msc_harvest.synthesis.distributions import chi2_upper
from msc_harvest.synthesis.subgroups import q_between

if TYPE_CHECKING:
    import polars as pl

COUNTED = {"risk_ratio": "RR", "odds_ratio": "OR", "risk_difference": "RD"}
MEASURED = {"mean_difference": "MD", "standardised_mean_difference": "SMD"}
GIVEN = {"effect": "effect", "hazard_ratio": "HR", "rate_ratio": "IRR"}
PROPORTION = "proportion"
MEASURES = (*COUNTED, *MEASURED, PROPORTION, *GIVEN)
TAU2 = ("REML", "PM", "DL")
TESTS = ("hk-floor", "hk", "t", "z")
ALL_MODELS = tuple(dict.fromkeys((*MODELS, *SINGLE_ARM_MODELS)))
CODES = {**COUNTED, **MEASURED, **GIVEN, PROPORTION: PROPORTION}
PLAIN_MODELS = ("default", "random", "common")
# These give odds ratios, whatever of two counted arms is asked for.
ODDS_MODELS = ("peto", "exact")
LEAST_LEVEL, MOST_LEVEL = 0.5, 0.999
NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Request:
    """How to pool. `measure` None: what the numbers allow (ratio of risks, difference of means, proportion). `designs`
    empty: each design apart; one: only that; more: mixed on purpose, with a warning."""

    measure: str | None = None
    by: str | None = None
    designs: tuple[str, ...] = ()
    model: str = "default"
    tau2: str = "REML"
    test: str = "hk-floor"
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Pool:
    """Studies that may stand in one pool, and the words for its sentences (as in pipeline/estimating/pool_words.py)."""

    stratum: str | None
    design: str | None
    measure: str
    members: tuple[StudyNumbers, ...]
    words: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Result:
    """One pooled answer. `members` are the studies given to it, in the order of the places in `pooled.studies`;
    `left_out` names each study that bears nothing, with the reason; `group` is the value of `by` where it is a
    subgroup; `statement` is the answer in sentences."""

    stratum: str | None
    design: str | None
    measure: str
    by: str | None
    group: str | None
    members: tuple[StudyNumbers, ...]
    pooled: Pooled
    left_out: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    statement: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Whether subgroups differ: Q between their estimates, each with its own tau². `reason` where not tested."""

    stratum: str | None
    design: str | None
    measure: str
    by: str
    q: float | None = None
    df: int | None = None
    p: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PoolAnswer:
    """All results of one question: whole strata first, each followed by its subgroups. `note` says in words why there
    are none, or what else a reader should know; `organ` and `outcome` are None for a user's own numbers."""

    request: Request
    results: tuple[Result, ...]
    differences: tuple[Difference, ...] = ()
    organ: str | None = None
    outcome: str | None = None
    note: str | None = None
    build_id: str | None = None
    data_origin: str | None = None

    def estimates(self) -> pl.DataFrame:
        """One row per result; the columns are named in `telling.estimates`."""
        from msc_harvest.pipeline.pooling import telling

        return telling.estimates(self)

    def studies(self) -> pl.DataFrame:
        """One row per study of each whole result: its numbers, own estimate, weight, and why it is left out."""
        from msc_harvest.pipeline.pooling import telling

        return telling.studies(self)

    def as_object(self) -> dict[str, Any]:
        """The whole answer as plain values, as `--json` prints it."""
        from msc_harvest.pipeline.pooling import telling

        return telling.as_object(self)


def check(request: Request) -> None:
    """Raises UsageError, with near names, for a measure, model, estimator or level that there is not."""
    known("measure", request.measure, MEASURES)
    known("model", request.model, ALL_MODELS)
    known("tau2", request.tau2, TAU2)
    known("test", request.test, TESTS)
    if not isinstance(request.level, float) or not LEAST_LEVEL <= request.level <= MOST_LEVEL:
        raise UsageError(f"level {request.level!r} is not between {LEAST_LEVEL} and {MOST_LEVEL}; write 0.95 for 95 %")


def pool_numbers(numbers: Sequence[StudyNumbers], request: Request) -> PoolAnswer:
    """Pool a user's own numbers, each stratum and design apart unless `request.designs` names several.

    Raises UsageError for names that there are not, and where the numbers do not allow the measure or model asked for.
    """
    check(request)
    known("column to group by", request.by, sorted({name for one in numbers for name in one.groups}))
    known("measure", request.measure, _allowed(numbers), "for these columns")
    present = ordered(one.design for one in numbers)
    for design in request.designs:
        known("design", design, tuple(one for one in present if one))
    classes = [request.designs] if request.designs else [(one,) for one in present]
    pools = []
    for stratum in sorted({one.stratum for one in numbers}, key=lambda one: (one is None, one or "")):
        for designs in classes:
            members = tuple(one for one in numbers if one.stratum == stratum and one.design in designs)
            if members:
                measure = request.measure or _measure_of(members)
                pools.append(Pool(stratum, label(members), measure, members, _plain_words(measure, stratum, members)))
    return pool_all(pools, request)


def pool_all(pools: Iterable[Pool], request: Request) -> PoolAnswer:
    """Each pool answered, followed by its subgroups where `request.by` names a column."""
    results: list[Result] = []
    differences: list[Difference] = []
    for pool in pools:
        fit, excluded = kept(as_member(one) for one in pool.members)
        names = {one["study_id"] for one in fit}
        members = tuple(sorted((one for one in pool.members if one.study in names), key=lambda one: one.study))
        results.append(_result(pool, None, members, excluded, request))
        if request.by:
            parts = [_result(pool, value, part, {}, request) for value, part in _parts(members, request.by)]
            results += parts
            differences.append(_difference(pool, parts, request))
    return PoolAnswer(request, tuple(results), tuple(differences))


def label(members: Sequence[StudyNumbers]) -> str | None:
    """The design of the members; several, mixed on purpose, are joined by +."""
    return "+".join(one for one in ordered(one.design for one in members) if one) or None


def _plain_words(measure: str, stratum: str | None, members: Sequence[StudyNumbers]) -> dict[str, object]:
    """Names for numbers of which nothing more is known than their columns."""
    where = ", ".join(one.replace("_", " ").replace("+", " and ") for one in (stratum, label(members)) if one)
    what = "the event" if measure in (*COUNTED, PROPORTION) else "the effect"
    return {"treatment": "MSC", "outcome_name": what, "design_phrase": where and f"studies: {where}"}


def _allowed(numbers: Sequence[StudyNumbers]) -> tuple[str, ...]:
    """Measures that the columns of the numbers allow."""
    if any(one.effect is not None or one.se is not None for one in numbers):
        return (*GIVEN, *COUNTED, *MEASURED)
    own = _measure_of(numbers)
    return (*COUNTED, PROPORTION) if own in COUNTED else tuple(MEASURED) if own in MEASURED else (PROPORTION,)


def _measure_of(members: Sequence[StudyNumbers]) -> str:
    if any(one.has_effect for one in members):
        return "effect"
    if any(one.mean_msc is not None or one.sd_msc is not None for one in members):
        return "mean_difference"
    two = any(one.events_control is not None or one.n_control is not None for one in members)
    return "risk_ratio" if two else PROPORTION


def _parts(members: Sequence[StudyNumbers], by: str) -> list[tuple[str, tuple[StudyNumbers, ...]]]:
    values = sorted({one.groups.get(by) for one in members} - {None}, key=str)
    found = [(str(value), tuple(one for one in members if one.groups.get(by) == value)) for value in values]
    silent = tuple(one for one in members if one.groups.get(by) is None)
    return [*found, *([(NOT_KNOWN, silent)] if silent else [])]


def as_member(one: StudyNumbers) -> dict[str, object]:
    """The numbers as a row like those of synth.pool_candidate, which the rules of pools speak of."""
    if one.row is not None:
        return dict(one.row)
    return {
        "study_id": one.study,
        "n_events_msc": one.events_msc,
        "n_at_risk_msc": one.n_msc,
        "n_events_control": one.events_control,
        "n_at_risk_control": one.n_control,
        "mean_msc": one.mean_msc,
        "sd_msc": one.sd_msc,
        "mean_control": one.mean_control,
        "sd_control": one.sd_control,
        "exclusion_reason": one.exclusion,
        "shares_people_with": one.shares_people_with,
        **{name: one.shown.get(name) for name in ("unit", "timepoint_months", "outcome_definition", "certainty")},
    }


def _result(
    pool: Pool, group: str | None, members: tuple[StudyNumbers, ...], excluded: Mapping[str, str], request: Request
) -> Result:
    pooled = pooled_by(members, pool.measure, request)
    rows = [as_member(one) for one in members]
    left_out = {**excluded, **{members[out.study].study: out.reason for out in pooled.excluded}}
    words = {**pool.words, "unit": pool.words.get("unit") or next((row["unit"] for row in rows if row["unit"]), None)}
    by = request.by if group is not None else None
    if by:
        part = f"{by.replace('_', ' ')}: {str(group).replace('_', ' ')}"
        words["group_phrase"] = ", ".join(str(one) for one in (words.get("design_phrase"), part) if one)
    counted = usable(rows, pooled, CODES[pool.measure])
    said = statement(pooled, words, counted, left_out, corrections(pooled, rows))
    own = _default_instead(members, pool.measure, request)
    warnings = (*_mixed(members, pool.design), *own, *warnings_of(pooled, rows))
    return Result(
        pool.stratum, pool.design, pool.measure, by, group, members, pooled, tuple(sorted(left_out.items())), warnings,
        said if words.get("organ_name") else _of_nobody_named(said),
    )  # fmt: skip


def _of_nobody_named(said: str) -> str:
    """Sentences about numbers of which neither the people nor the follow-up are known."""
    return said.replace(" in  (", " (").replace(" Follow-up: not stated.", "")


def pooled_by(members: Sequence[StudyNumbers], measure: str, request: Request) -> Pooled:
    """The numbers of `members` pooled as `measure`. Raises UsageError where the model asked for is none of it."""
    request = replace(request, model=_model(members, measure, request))
    known("model", request.model, _models(members, measure), f"for a {measure}")
    try:
        if measure == PROPORTION:
            events, people = _columns(members, "events_msc", "n_msc")
            return pool_single_arm(events, people, model=request.model, level=request.level)
        return _compared(members, measure, request)
    except ValueError as problem:
        raise UsageError(f"model {request.model} cannot be used for {measure}: {problem}") from None
    except ArithmeticError:
        studies = ", ".join(one.study for one in members[:3])
        raise UsageError(f"numbers of {studies} … differ too widely in size to be pooled; check their units") from None


def _models(members: Sequence[StudyNumbers], measure: str) -> tuple[str, ...]:
    if measure == PROPORTION:
        return SINGLE_ARM_MODELS
    return MODELS if measure in COUNTED and not any(one.has_effect for one in members) else PLAIN_MODELS


def _model(members: Sequence[StudyNumbers], measure: str, request: Request) -> str:
    """The model asked for; where no measure was asked for, the default of pools for which there is no such model."""
    return request.model if request.measure or request.model in _models(members, measure) else "default"


def _compared(members: Sequence[StudyNumbers], measure: str, request: Request) -> Pooled:
    code, model, tau2, test, level = CODES[measure], request.model, request.tau2, request.test, request.level
    if any(one.has_effect for one in members):
        effect, se = _columns(members, "effect", "se")
        return pool_generic(effect, [one**2 for one in se], code, model, tau2, test, level=level)
    if measure in MEASURED:
        m1, s1, n1, m0, s0, n0 = _columns(
            members, "mean_msc", "sd_msc", "n_msc", "mean_control", "sd_control", "n_control"
        )
        return pool_means(m1, s1, n1, m0, s0, n0, code, model, tau2, test, level=level)
    if measure not in COUNTED:
        raise UsageError(f"{measure} needs the columns effect and se")
    a, n1, c, n0 = _columns(members, "events_msc", "n_msc", "events_control", "n_control")
    code = CODES["odds_ratio"] if model in ODDS_MODELS else code
    return pool_two_arm(a, n1, c, n0, code, model, tau2, test, level=level)


def _columns(members: Sequence[StudyNumbers], *names: str) -> list[list[float]]:
    return [
        [float("nan") if (value := getattr(one, name)) is None else float(value) for one in members] for name in names
    ]


def _default_instead(members: Sequence[StudyNumbers], measure: str, request: Request) -> tuple[str, ...]:
    if _model(members, measure, request) == request.model:
        return ()
    return (f"there is no model {request.model} for a {measure.replace('_', ' ')}: the default is used",)


def _mixed(members: Sequence[StudyNumbers], design: str | None) -> tuple[str, ...]:
    designs = ordered(one.design for one in members)
    if len(designs) < 2 or "+" not in (design or ""):
        return ()
    each = ", ".join(f"{one or 'not said'} ({sum(m.design == one for m in members)})" for one in designs)
    return (f"designs mixed on request: {each}; what the allotment by chance of some is worth is lost",)


def _difference(pool: Pool, parts: Sequence[Result], request: Request) -> Difference:
    """Q between subgroups on estimates without Hartung–Knapp's factor, as Borenstein 2009 (ch. 19) tests it. Studies of
    several answers, and those whose answer is not known, enter no test."""
    base = Difference(pool.stratum, pool.design, pool.measure, request.by or "")
    told = [one for one in parts if one.group not in (NOT_KNOWN, MIXED)]
    small = [str(one.group) for one in told if one.pooled.k_informative < LEAST_PER_GROUP]
    if len(told) < 2 or small:
        why = f"fewer than {LEAST_PER_GROUP} studies in {', '.join(small)}" if small else "fewer than two groups"
        return replace(base, reason=f"groups not compared: {why}")
    plain = [pooled_by(one.members, one.measure, replace(request, test="z")) for one in told]
    pairs = [(one.scaled_estimate, one.scaled_se) for one in plain]
    if any(estimate is None or not error for estimate, error in pairs):
        return replace(base, reason="groups not compared: a group has no estimate with a standard error")
    q = q_between([estimate or 0.0 for estimate, _ in pairs], [error or 0.0 for _, error in pairs])
    return replace(base, q=q, df=len(pairs) - 1, p=chi2_upper(q, len(pairs) - 1))


def ordered(designs: Iterable[str | None]) -> list[str | None]:
    """Each design once, in the order in which they are told."""
    place = {one: number for number, one in enumerate(DESIGNS)}
    return sorted(set(designs), key=lambda one: (one is None, place.get(one or "", len(place)), one or ""))
