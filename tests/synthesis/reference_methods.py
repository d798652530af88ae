"""Which of our functions answers which reference result, and its answer under R's names."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from msc_harvest.synthesis import asymmetry, effect_sizes, heterogeneity, rates, sensitivity
from msc_harvest.synthesis.effect_sizes import StudyEffects, Tables
from msc_harvest.synthesis.exact_odds import exact_odds
from msc_harvest.synthesis.mantel_haenszel import cochran_mantel_haenszel, mantel_haenszel
from msc_harvest.synthesis.peto import peto
from msc_harvest.synthesis.random_effects import inverse_variance, prediction_interval
from msc_harvest.synthesis.regression import Regression, meta_regression
from msc_harvest.synthesis.results import Estimate
from msc_harvest.synthesis.single_arm import binomial_normal, crude_pooled, series, two_step
from msc_harvest.synthesis.subgroups import subgroups
from msc_harvest.synthesis.trim_and_fill import TrimmedAndFilled, trim_and_fill
from tests.synthesis.r_root_search import as_r_finds_it

Case = dict[str, Any]
Values = dict[str, Any]
TESTS = {"": "z", ".hk": "hk", ".hk-adhoc": "hk-floor"}
TAU2 = {"EE": "FE", "DL": "DL", "REML": "REML", "PM": "PM"}


def table(case: Case) -> Tables:
    d = case["data"]
    return effect_sizes.tables(d["ai"], d["n1i"], d["ci"], d["n2i"])


def study_effects(case: Case, measure: str) -> StudyEffects:
    """Effects as the reference code makes them for `measure`."""
    d = case["data"]
    if measure in ("RR", "OR", "RD"):
        return effect_sizes.binary(table(case), measure)
    if measure in ("MD", "SMD"):
        return effect_sizes.continuous(d["m1i"], d["sd1i"], d["n1i"], d["m2i"], d["sd2i"], d["n2i"], measure)
    if measure in ("PLO", "PFT"):
        return effect_sizes.proportion(d["xi"], d["ni"], {"PLO": "logit", "PFT": "freeman-tukey"}[measure])
    yi, vi = np.asarray(d["yi"], dtype=float), np.asarray(d["vi"], dtype=float)
    return StudyEffects("IV", tuple(range(len(yi))), yi, vi)


def column(case: Case, study: StudyEffects, name: str) -> list[Any]:
    return [case["data"][name][i] for i in study.studies]


def pooled_values(p: Estimate) -> Values:
    return {
        "k": p.k, "estimate": p.estimate, "se": p.se, "zval": p.statistic, "pval": p.p_value, "ci.lb": p.ci_low,
        "ci.ub": p.ci_high, "tau2": p.tau2, "QE": p.q, "QEp": p.q_p, "I2": p.i2_percent, "H2": p.h2, "ddf": p.df,
    }  # fmt: skip


def regression_values(r: Regression) -> Values:
    c = r.coefficients
    return {
        "k": r.k, "estimate": [i.estimate for i in c], "se": [i.se for i in c], "zval": [i.statistic for i in c],
        "pval": [i.p_value for i in c], "ci.lb": [i.ci_low for i in c], "ci.ub": [i.ci_high for i in c], "tau2": r.tau2,
        "QE": r.q, "QEp": r.q_p, "I2": r.i2_percent, "H2": r.h2, "ddf": r.df, "QM": r.model_statistic, "QMp": r.model_p,
    }  # fmt: skip


def inverse(case: Case, measure: str, tau2: str, test: str) -> Values:
    s = study_effects(case, measure)
    p = inverse_variance(s.effects, s.variances, TAU2[tau2], TESTS[test or ""])
    return pooled_values(p) | {"s2w": p.variance_factor}


def predict(case: Case, measure: str, tau2: str, test: str) -> Values:
    s = study_effects(case, measure)
    p = inverse_variance(s.effects, s.variances, tau2, test)
    ahead = prediction_interval(p, "test", minimum_k=1)
    return {
        "pred": p.estimate,
        "se": p.se,
        "ci.lb": p.ci_low,
        "ci.ub": p.ci_high,
        "pi.lb": ahead.low,
        "pi.ub": ahead.high,
    }


def profile(case: Case, measure: str, tau2: str) -> Values:
    s = study_effects(case, measure)
    y, v = s.effects, s.variances
    bounds = heterogeneity.q_profile(y, v)
    if bounds.low is None or bounds.high is None:
        return {"tau^2": None, "tau": None, "I^2(%)": None, "H^2": None, "note": bounds.note}
    x = heterogeneity.ones(y)
    three = np.array([heterogeneity.estimate(y, v, x, tau2).value, bounds.low, bounds.high])
    typical = heterogeneity.typical_variance(v, x)
    return {
        "tau^2": list(three), "tau": list(np.sqrt(three)),
        "I^2(%)": list(100 * three / (three + typical)), "H^2": list(three / typical + 1),
    }  # fmt: skip


def in_turn(case: Case, measure: str, how: str, tau2: str) -> Values:
    s = study_effects(case, measure)
    step = sensitivity.leave_one_out if how == "leave1out" else sensitivity.cumulative
    if how == "leave1out" and len(s.studies) < 2:
        return {"estimate": None}
    rows = [pooled_values(p) for p in step(s.effects, s.variances, tau2, "z")]
    names = {"QE": "Q", "QEp": "Qp"}
    return {names.get(key, key): [row[key] for row in rows] for key in rows[0] if key != "ddf"} if rows else {}


def influence(case: Case, measure: str) -> Values:
    s = study_effects(case, measure)
    rows = sensitivity.influence(s.effects, s.variances)
    names = {
        "rstudent": "rstudent", "dffits": "dffits", "cook.d": "cook_distance", "cov.r": "covariance_ratio",
        "tau2.del": "tau2_without", "QE.del": "q_without", "hat": "hat", "weight": "weight_percent",
    }  # fmt: skip
    return {key: [getattr(row, name) for row in rows] for key, name in names.items()}


def egger(case: Case, measure: str, model: str) -> Values:
    s = study_effects(case, measure)
    test = asymmetry.egger if model == "lm" else asymmetry.egger_random_effects
    found = test(s.effects, s.variances, minimum_k=3)
    return {"zval": found.statistic, "pval": found.p_value, "dfs": found.df, "reason": found.reason}


def regress(case: Case, measure: str, tau2: str, test: str) -> Values:
    s = study_effects(case, measure)
    found = meta_regression(
        s.effects, s.variances, column(case, s, "mod"), ["mod"], tau2, TESTS[test or ""], forced=True
    )
    return regression_values(found)


def grouped(case: Case, measure: str, which: str) -> Values:
    s = study_effects(case, measure)
    labels = column(case, s, "grp")
    names = sorted(set(labels))
    if which == "REML.commontau2":
        dummies = np.column_stack([[float(one == name) for one in labels] for name in names[1:]])
        found = meta_regression(s.effects, s.variances, dummies, names[1:], "REML", "z", forced=True)
        both = subgroups(s.effects, s.variances, labels)
        return regression_values(found) | ({"QM": both.common_q, "QMp": both.common_p} if both.reason is None else {})
    tau2 = "FE" if which == "EE" else "REML"
    groups = subgroups(s.effects, s.variances, labels, tau2, "z", least=1)
    p = groups.pooled
    return {
        "levels": list(groups.names), "estimate": [i.estimate for i in p], "se": [i.se for i in p],
        "tau2": [i.tau2 for i in p], "k": [i.k for i in p], "Q.between": groups.separate_q, "df": groups.df,
        "p": groups.separate_p,
    }  # fmt: skip


def study_proportions(case: Case) -> Values:
    rows = [series(x, n) for x, n in zip(case["data"]["xi"], case["data"]["ni"], strict=True)]
    return {
        "p": [r.estimate for r in rows], "cp.lb": [r.exact.low for r in rows], "cp.ub": [r.exact.high for r in rows],
        "wilson.lb": [r.wilson.low for r in rows], "wilson.ub": [r.wilson.high for r in rows],
    }  # fmt: skip


def crude(case: Case) -> Values:
    found = crude_pooled(case["data"]["xi"], case["data"]["ni"])
    return {"estimate": found.estimate, "conf.int": [found.exact.low, found.exact.high]}


def glmm(case: Case, kind: str) -> Values:
    found = binomial_normal(case["data"]["xi"], case["data"]["ni"])
    m = found.model
    if m is None or m.tau2 is None:
        return {"estimate": None, "se": None, "fallback": found.warnings or found.reason}
    if kind == "exact.ML":
        values = {"estimate": m.estimate, "se": m.se, "tau2": m.tau2, "tau": math.sqrt(m.tau2)}
        return values | ({"logLik": found.log_likelihood} if found.log_likelihood is not None else {})
    values = {"k": m.k, "estimate": m.estimate, "se": m.se, "tau2": m.tau2}
    if found.t.df is None:  # one series is described, not pooled
        return values
    if kind == "PLO.ML":
        return values | {"zval": m.statistic, "ci.lb": m.ci_low, "ci.ub": m.ci_high}
    if kind == "PLO.ML.t":
        low, high = (math.log(p / (1 - p)) for p in (found.t.low, found.t.high))  # type: ignore[operator]
        return values | {"ci.lb": low, "ci.ub": high, "ddf": found.t.df}
    normal = kind == "PLO.ML.predict"
    ahead = prediction_interval(m, "normal" if normal else "k-1", minimum_k=1)
    low, high = (1 / (1 + math.exp(-one)) for one in (ahead.low, ahead.high))  # type: ignore[operator]
    ci = found.wald if normal else found.t
    return {"pred": found.estimate, "ci.lb": ci.low, "ci.ub": ci.high, "pi.lb": low, "pi.ub": high}


def arcsine(case: Case, tau2: str) -> Values:
    found = two_step(case["data"]["xi"], case["data"]["ni"], "freeman-tukey", tau2, "z")
    return {"pooled": found.estimate, "ci.lb": found.wald.low, "ci.ub": found.wald.high}


def common_ratio(case: Case, measure: str) -> Values:
    found = mantel_haenszel(table(case), measure)
    values = pooled_values(found) | {"k": found.k + len(found.excluded)}
    if measure == "OR":
        test = cochran_mantel_haenszel(table(case))
        values |= {"MH": test.statistic, "MHp": test.p_value}
    return values


def one_step(case: Case) -> Values:
    found = peto(table(case))
    return pooled_values(found) | {"k": found.k + len(found.excluded)}


def exact_common(case: Case) -> Values:
    found = exact_odds(table(case))
    if found.reason:
        return {"or.cmle": 0.0, "lb": 0.0, "ub": None, "p": 1.0}  # R's way of saying nothing
    return {"or.cmle": found.estimate, "lb": found.ci_low, "ub": found.ci_high, "p": found.p_value}


def exact_each(case: Case) -> Values:
    t = table(case)
    rows = [exact_odds(t.take([i])) for i in range(t.k)]
    # of a table that says nothing R shows 0 (0 to Inf), p 1; the program shows nothing
    told = [(0.0, 0.0, None, 1.0) if r.reason else (r.estimate, r.ci_low, r.ci_high, r.p_value) for r in rows]
    return {key: [row[i] for row in told] for i, key in enumerate(("or", "lb", "ub", "p"))}


def as_r_searches(t: Tables) -> tuple[float | None, float | None, float | None]:
    """R's digits of an exact odds ratio, by R's root search on our distribution."""
    used = t.take(~t.one_outcome_only)
    return as_r_finds_it(used) if used.k else (0.0, 0.0, None)


def exact_common_as_r(case: Case) -> Values:
    return dict(zip(("or.cmle", "lb", "ub"), as_r_searches(table(case)), strict=True))


def exact_each_as_r(case: Case) -> Values:
    t = table(case)
    rows = [as_r_searches(t.take([i])) for i in range(t.k)]
    return {key: [row[i] for row in rows] for i, key in enumerate(("or", "lb", "ub"))}


def one_study(case: Case, measure: str, drop: str) -> Values:
    if measure in ("RR", "OR", "RD"):
        s = effect_sizes.binary(table(case), measure, keep_double_zero=drop != "TRUE")
    else:
        s = study_effects(case, measure)
    return {"yi": list(s.effects), "vi": list(s.variances)}


def filled(case: Case, measure: str, tau2: str) -> Values:
    s = study_effects(case, measure)
    found = trim_and_fill(s.effects, s.variances, TAU2[tau2])
    if found.filled is None:
        return {"estimate": None, "reason": found.reason}
    if not found.missing or tau2 == "EE":
        return pooled_values(found.filled)
    # of the filled set metafor's scoring stops at its default 1e-5: its digits come from there
    return as_metafor_stops(s, found)


def as_metafor_stops(s: StudyEffects, found: TrimmedAndFilled) -> Values:
    y, v = found.effects, found.variances
    tau2 = scored(y, v)
    at = heterogeneity.fit(y, v, heterogeneity.ones(y), tau2)
    return {"k": len(y), "estimate": float(at.beta[0]), "se": float(np.sqrt(at.covariance[0, 0])), "tau2": tau2}


def scored(y: np.ndarray, v: np.ndarray) -> float:
    """REML by Fisher scoring from the unweighted moment estimate until a step is 1e-5 or less."""
    x = heterogeneity.ones(y)
    tau2 = max(0.0, float(np.var(y, ddof=1) - np.mean(v)))
    for _ in range(100):
        at = heterogeneity.fit(y, v, x, tau2)
        p = np.diag(at.weights) - np.outer(at.weights, at.weights) * at.covariance[0, 0]
        step = float((y @ p @ p @ y - np.trace(p)) / np.trace(p @ p))
        while tau2 + step < 0:
            step /= 2
        tau2 += step
        if abs(step) <= 1e-5:
            break
    return tau2


def lists(case: Case, _: str) -> Values:
    """Exact intervals of each series as meta's metaprop gives them, on the logit scale (0 and 1 are infinite there)."""
    rows = [series(x, n) for x, n in zip(case["data"]["xi"], case["data"]["ni"], strict=True)]
    return {"lower": [logit_of(r.exact.low) for r in rows], "upper": [logit_of(r.exact.high) for r in rows]}


def logit_of(share: float | None) -> float | None:
    return math.log(share / (1 - share)) if share is not None and 0 < share < 1 else None


def as_meta(p: Estimate, s: StudyEffects, convention: str | None) -> Values:
    """meta's names for random effects. Its interval of tau² stops at metafor's default tolerance and at 100, and its
    prediction interval beside Hartung–Knapp takes the plain standard error: neither is compared (the tightened runs of
    metafor are, above). `convention` None: no prediction interval."""
    common = inverse_variance(s.effects, s.variances, "FE", "z")
    values = {
        "TE.random": p.estimate, "lower.random": p.ci_low, "upper.random": p.ci_high, "pval.random": p.p_value,
        "seTE.random": p.se, "statistic.random": p.statistic, "TE.common": common.estimate, "seTE.common": common.se,
        "lower.common": common.ci_low, "upper.common": common.ci_high, "Q": p.q,
    }  # fmt: skip
    if p.statistic is None:  # no spread, no floor: R divides by a rounding error
        values.pop("statistic.random")
    if p.k > 1:
        values |= {"pval.Q": p.q_p, "tau2": p.tau2}
    if p.k >= 3 and convention is not None:
        ahead = prediction_interval(p, convention)
        values |= {"lower.predict": ahead.low, "upper.predict": ahead.high, "df.predict": ahead.df}
    return values


def given(case: Case, what: str) -> Values:
    s = study_effects(case, "IV")
    tests = {"ci.HK": "hk", "HK.adhoc-se": "hk-floor"}
    p = inverse_variance(s.effects, s.variances, "REML", tests.get(what, "z"))
    return as_meta(p, s, {"predict.HTS": "k-2", "predict.V": "k-1", "ci.classic": "k-1"}.get(what))


def arms(case: Case, how: str, measure: str) -> Values:
    """metabin by inverse variance: treatment-arm correction, or Hartung–Knapp with floor."""
    s = effect_sizes.binary(table(case), measure, "treatment-arm" if how == "TACC" else "half")
    if not s.studies:
        return {"TE.random": None}
    p = inverse_variance(s.effects, s.variances, "REML", "z" if how == "TACC" else "hk-floor")
    return as_meta(p, s, "k-1" if how == "TACC" else None)


def means(case: Case, measure: str) -> Values:
    s = study_effects(case, measure)
    return as_meta(inverse_variance(s.effects, s.variances, "REML", "z"), s, "k-1")


def rate_intervals(case: Case) -> Values:
    d = case["data"]
    rows = [rates.exact_rate(x, t) for x, t in zip(d["xi"], d["ti"], strict=True)]
    own = [x / t for x, t in zip(d["xi"], d["ti"], strict=True)]
    return {"rate": own, "lb": [r.low for r in rows], "ub": [r.high for r in rows]}


def rate_crude(case: Case) -> Values:
    found = rates.poisson_normal(case["data"]["xi"], case["data"]["ti"])
    return {"estimate": found.crude_rate, "conf.int": [found.crude.low, found.crude.high]}


def rate_effects(case: Case) -> StudyEffects:
    d = case["data"]
    if "xi" in d:
        return rates.log_rates(d["xi"], d["ti"])
    return rates.log_rate_ratios(d["x1i"], d["t1i"], d["x2i"], d["t2i"])


def rate_each(case: Case) -> Values:
    s = rate_effects(case)
    return {"yi": list(s.effects), "vi": list(s.variances)}


def rate_common(case: Case) -> Values:
    d = case["data"]
    found = rates.mantel_haenszel_rates(d["x1i"], d["t1i"], d["x2i"], d["t2i"])
    return pooled_values(found) | {"k": found.k + len(found.excluded)}


def rate_glmm(case: Case) -> Values:
    found = rates.poisson_normal(case["data"]["xi"], case["data"]["ti"]).fit
    return {"estimate": found.estimate, "se": found.se, "zval": found.statistic}


def rate_inverse(case: Case, tau2: str, test: str) -> Values:
    s = rate_effects(case)
    p = inverse_variance(s.effects, s.variances, TAU2[tau2], TESTS[test or ""])
    return pooled_values(p) | {"s2w": p.variance_factor}


def asymmetric(case: Case, name: str) -> Values:
    found = (asymmetry.harbord if name == "Harbord" else asymmetry.peters)(table(case), minimum_k=3)
    return {"statistic": found.statistic, "df": found.df, "pval": found.p_value, "estimate": [found.estimate, found.se]}


EXACT, EXACT_EACH = "exact conditional OR, at R's tolerance", "exact OR per study, at R's tolerance"
RATIO = "(RR|OR|RD|MD|SMD|PLO|PFT|IV)"
METHODS: tuple[tuple[str, str, Callable[..., Values]], ...] = (
    (r"escalc\.(RR|OR|RD)\.drop00=(TRUE|FALSE)", "effect per study, 2 × 2", one_study),
    (r"escalc\.(MD|SMD|PLO|PFT)()", "effect per study, means and proportions", one_study),
    (r"MH\.(RR|OR)\.nocc", "Mantel–Haenszel RR, OR", common_ratio),
    (r"MH\.(RD)\.nocc\.keep00", "Mantel–Haenszel RD", common_ratio),
    (r"peto", "Peto", one_step),
    (r"exact\.conditional\.OR", EXACT, exact_common),
    (r"exact\.fisher\.each", EXACT_EACH, exact_each),
    (r"exact\.conditional\.OR", "exact conditional OR, R's root search", exact_common_as_r),
    (r"exact\.fisher\.each", "exact OR per study, R's root search", exact_each_as_r),
    (RATIO + r"\.trimfill\.(REML|EE)", "trim and fill", filled),
    (r"meta\.metaprop\.ci\.(CP)", "Clopper–Pearson, Wilson", lists),
    (r"meta\.metagen\.(predict\.(?:HTS|V)|ci\.classic|ci\.HK|HK\.adhoc-se)", "random effects as meta", given),
    (r"meta\.metabin\.(TACC)\.(OR)", "treatment-arm correction", arms),
    (r"meta\.metabin\.(Inverse)\.(OR)\.HK", "random effects as meta", arms),
    (r"meta\.metacont\.(MD)", "random effects as meta", means),
    (RATIO + r"\.rma\.(EE|DL|REML|PM)(\.hk|\.hk-adhoc)?", "inverse variance", inverse),
    (RATIO + r"\.predict\.(DL|REML|PM)\.(z|t|hk)", "prediction interval", predict),
    (RATIO + r"\.confint\.(DL|REML|PM)\.QP", "Q-profile interval", profile),
    (RATIO + r"\.(leave1out|cumul)\.(REML|DL)", "leave-one-out, cumulative", in_turn),
    (RATIO + r"\.influence\.REML", "influence", influence),
    (RATIO + r"\.egger\.(lm|rma)", "Egger", egger),
    (r"meta\.metabias\.OR\.(Harbord|Peters)", "Harbord, Peters", asymmetric),
    (RATIO + r"\.metareg\.(REML|DL)(\.hk)?", "meta-regression", regress),
    (RATIO + r"\.subgroup\.(REML\.commontau2|REML\.separatetau2|EE)", "subgroups", grouped),
    (r"study\.intervals", "Clopper–Pearson, Wilson", study_proportions),
    (r"pool\.crude\.exact", "crude pooled exact", crude),
    (r"glmm\.(exact\.ML)", "GLMM, exact likelihood", glmm),
    (r"glmm\.(PLO\.ML(?:\.t)?(?:\.predict)?)", "GLMM, R's approximation", glmm),
    (r"PFT\.(REML|DL)\.backtransf\.hm", "Freeman–Tukey back-transformed", arcsine),
)
RATES: tuple[tuple[str, str, Callable[..., Values]], ...] = (
    (r"study\.intervals", "rates: exact Poisson", rate_intervals),
    (r"pool\.crude\.exact", "rates: exact Poisson", rate_crude),
    (r"escalc\.(?:IRLN|IRR)", "rates: effect per study", rate_each),
    (r"MH\.IRR\.nocc", "rates: Mantel–Haenszel", rate_common),
    (r"glmm\.IRLN\.ML", "rates: Poisson-normal GLMM", rate_glmm),
    (r"(?:IRLN|IRR)\.rma\.(EE|DL|REML|PM)(\.hk|\.hk-adhoc)?", "rates: inverse variance", rate_inverse),
)
