"""Published analyses by author and year: what the paper prints, to the printed digits.

Where a printed value was confirmed: **abstract** – read in the paper's own abstract; **quoted** – the authors of the R
package metafor compare their program with the page named and quote where the print differs (their test files and
analysis pages); **manual** – printed in a program's documentation. The papers' full text was not at hand.
"""

from __future__ import annotations

import numpy as np

from msc_harvest.synthesis.effect_sizes import StudyEffects, Tables, binary, continuous, tables
from msc_harvest.synthesis.exact_odds import exact_odds
from msc_harvest.synthesis.heterogeneity import q_profile
from msc_harvest.synthesis.mantel_haenszel import mantel_haenszel
from msc_harvest.synthesis.peto import peto
from msc_harvest.synthesis.random_effects import inverse_variance
from msc_harvest.synthesis.regression import meta_regression
from msc_harvest.synthesis.single_arm import binomial_normal, two_step
from tests.synthesis import published
from tests.synthesis.published import Counts


def of(counts: Counts) -> Tables:
    return tables(*counts)


def effects(counts: Counts, measure: str) -> StudyEffects:
    return binary(of(counts), measure)


def show(digits: int, *values: float | None) -> str:
    """As a paper prints: so many digits, minus signs of zeros dropped."""
    return " ".join("–" if value is None else f"{round(value, digits) + 0.0:.{digits}f}" for value in values)


def ratio(digits: int, *logs: float | None) -> str:
    return show(digits, *(None if one is None else float(np.exp(one)) for one in logs))


def test_colditz_1994_bcg_random_effects() -> None:
    """Manual (metafor, its first example): log risk ratio −0.7145, standard error 0.1798, tau² 0.3132, I² 92.2 %."""
    own = effects(published.BCG, "RR")
    reml = inverse_variance(own.effects, own.variances, "REML", "z")
    assert show(4, reml.estimate, reml.se, reml.tau2) == "-0.7145 0.1798 0.3132"
    assert show(1, reml.i2_percent) == "92.2"
    dl = inverse_variance(own.effects, own.variances, "DL", "z")
    assert show(4, dl.estimate, dl.tau2) == "-0.7141 0.3088"


def test_colditz_1994_bcg_as_stata_prints_it() -> None:
    """Quoted (metan): Mantel–Haenszel log RR −0.4537 (−0.5308 to −0.3766), OR 0.6229 (0.5748–0.6750), Q 152.5676 and
    163.9426; Peto −0.4744 (−0.5541 to −0.3948), OR 0.6222 (0.5746–0.6738), Q 167.7302. The risk difference −0.0033
    (−0.0039 to −0.0027); its z of 11.56 there rests on another variance than Sato's (11.47 here)."""
    t = of(published.BCG)
    risk, odds, difference, one_step = (*(mantel_haenszel(t, m) for m in ("RR", "OR", "RD")), peto(t))
    assert show(4, risk.estimate, risk.ci_low, risk.ci_high, risk.q) == "-0.4537 -0.5308 -0.3766 152.5676"
    assert ratio(4, odds.estimate, odds.ci_low, odds.ci_high) == "0.6229 0.5748 0.6750"
    assert show(4, odds.q) == "163.9426" and show(2, odds.statistic) == "-11.54"
    assert show(4, difference.estimate, difference.ci_low, difference.ci_high) == "-0.0033 -0.0039 -0.0027"
    assert show(4, one_step.estimate, one_step.ci_low, one_step.ci_high) == "-0.4744 -0.5541 -0.3948"
    assert ratio(4, one_step.estimate, one_step.ci_low, one_step.ci_high) == "0.6222 0.5746 0.6738"
    assert show(4, one_step.q) == "167.7302" and any("unbalanced" in warning for warning in one_step.warnings)


def test_colditz_1994_bcg_latitude() -> None:
    """Manual (metafor): slope −0.0291 (0.0072), residual tau² 0.0764; 0.0763 once REML is iterated to its end."""
    own = effects(published.BCG, "RR")
    found = meta_regression(own.effects, own.variances, published.BCG_LATITUDE, ["latitude"], "REML", "z")
    assert show(4, found.coefficients[1].estimate, found.coefficients[1].se, found.tau2) == "-0.0291 0.0072 0.0763"


def test_berkey_1995_bcg_smoothed_variances() -> None:
    """Quoted (p. 408): mean −0.5429 (0.1842), tau² 0.268; with latitude −0.6304 (0.1591) and −0.0268 (0.0110), tau²
    0.157. Their empirical Bayes estimator is Paule and Mandel's; −0.6303 here, as in R."""
    t = of(published.BCG)
    y, k = binary(t, "RR").effects, t.k
    without1, without2 = t.n1 - t.events1, t.n2 - t.events2
    v = (without1 / t.events1).sum() / (k * t.n1) + (without2 / t.events2).sum() / (k * t.n2)
    mean = inverse_variance(y, v, "PM", "z")
    assert show(4, mean.estimate, mean.se) == "-0.5429 0.1842" and show(3, mean.tau2) == "0.268"
    centred = np.asarray(published.BCG_LATITUDE) - 33.46
    found = meta_regression(y, v, centred, ["latitude"], "PM", "z")
    first, slope = found.coefficients
    assert show(4, first.estimate, first.se, slope.estimate, slope.se) == "-0.6303 0.1591 -0.0268 0.0110"
    assert show(3, found.tau2) == "0.157"


def test_van_houwelingen_2002_bcg_common_odds_ratio() -> None:
    """Quoted (p. 596): odds ratio 0.647 (0.595–0.703); the upper bound is 0.702 here and in R. Q-profile of tau²:
    0.130–1.181 in R (0.1302 with its stop at 1.2e-4)."""
    own = effects(published.BCG, "OR")
    found = inverse_variance(own.effects, own.variances, "FE", "z")
    assert ratio(3, found.estimate, found.ci_low, found.ci_high) == "0.647 0.595 0.702"
    bounds = q_profile(own.effects, own.variances)
    assert show(3, bounds.low, bounds.high) == "0.130 1.181"


def test_nissen_wolski_2007() -> None:
    """Abstract: infarction 1.43 (1.03–1.98), p 0.03; cardiovascular death 1.64 (0.98–2.74), p 0.06: Peto."""
    infarction, death = peto(of(published.NISSEN_INFARCTION)), peto(of(published.NISSEN_DEATH))
    assert ratio(2, infarction.estimate, infarction.ci_low, infarction.ci_high) == "1.43 1.03 1.98"
    assert ratio(2, death.estimate, death.ci_low, death.ci_high) == "1.64 0.98 2.74"
    assert show(2, infarction.p_value, death.p_value) == "0.03 0.06"
    assert (infarction.k, death.k) == (38, 23)
    assert [len(one.excluded) for one in (infarction, death)] == [4, 19]


def test_nissen_wolski_2007_by_mantel_haenszel() -> None:
    """Statistics page, section 4: without correction the odds ratio of infarction stays above 1; deaths 1.70
    (0.98–2.93). With 0.5 added in every cell of every trial (never done here) significance is lost."""
    infarction = mantel_haenszel(of(published.NISSEN_INFARCTION), "OR")
    death = mantel_haenszel(of(published.NISSEN_DEATH), "OR")
    assert infarction.ci_low is not None and infarction.ci_low > 0
    assert ratio(2, death.estimate, death.ci_low, death.ci_high) == "1.70 0.98 2.93"
    a, n, c, m = (np.asarray(column, dtype=float) for column in published.NISSEN_INFARCTION)
    padded = mantel_haenszel(tables(a + 0.5, n + 1, c + 0.5, m + 1), "OR")
    assert padded.ci_low is not None and padded.ci_low < 0


def test_yusuf_1985_table_6() -> None:
    """Quoted: odds ratio 0.93 (0.74–1.18) by the one-step method."""
    found = peto(of(published.YUSUF_TABLE_6))
    assert ratio(2, found.estimate, found.ci_low, found.ci_high) == "0.93 0.74 1.18"
    assert [one.study for one in found.excluded] == [10, 13, 17]


def test_crins_2014_acute_rejection() -> None:
    """Abstract: risk ratio 0.38 (0.22–0.66), p 0.0005 (DerSimonian–Laird). Its interval for steroid-resistant
    rejection, 0.32 (0.19–1.03), cannot come from one normal interval (the middle of the logs is 0.44) and is left."""
    own = effects(published.CRINS_REJECTION, "RR")
    found = inverse_variance(own.effects, own.variances, "DL", "z")
    assert ratio(2, found.estimate, found.ci_low, found.ci_high) == "0.38 0.22 0.66"
    assert show(4, found.p_value) == "0.0005"
    # statistics page, section 4: the same data as odds ratio
    t, odds = of(published.CRINS_REJECTION), effects(published.CRINS_REJECTION, "OR")
    common, one_step = mantel_haenszel(t, "OR"), peto(t)
    floor = inverse_variance(odds.effects, odds.variances)
    assert ratio(3, common.estimate, common.ci_low, common.ci_high) == "0.206 0.125 0.339"
    assert ratio(3, one_step.estimate) == "0.218"
    assert ratio(3, floor.estimate, floor.ci_low) == "0.204 0.086" and ratio(2, floor.ci_high) == "0.48"


def test_normand_1999_lidocaine() -> None:
    """Quoted (Tables III and VII): risk differences of 2.8, 0.0, 2.0, 1.8, 3.5, 4.4 %; pooled 2.94 (0.4–5.5), tau² 0."""
    own = effects(published.LIDOCAINE, "RD")
    assert show(4, *(100 * own.effects)) == "2.8026 0.0000 1.9711 1.7961 3.5334 4.4031"
    assert show(4, *(100**2 * own.variances)) == "17.7575 37.5657 8.1323 10.8998 8.0114 6.1320"
    for method in ("FE", "REML", "DL"):
        found = inverse_variance(100 * own.effects, 100**2 * own.variances, method, "z")
        assert show(2, found.estimate) == "2.94" and show(1, found.ci_low, found.ci_high) == "0.4 5.5"
        assert show(3, found.tau2) == "0.000"


def test_normand_1999_length_of_stay() -> None:
    """Quoted (Tables VIII and IX): common −3.49 (−5.03 to −1.96); DL −14.10 (−24.45 to −3.75), tau² 218.72; REML −15.12
    (−32.67 to 2.43), tau² 685.20; with one standard deviation for both arms of a study."""
    (mean1, sd1, n1), (mean2, sd2, n2) = (
        np.asarray(arm, dtype=float) for arm in (published.STROKE_SPECIAL, published.STROKE_ROUTINE)
    )
    sd = np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))
    own = continuous(mean1, sd, n1, mean2, sd, n2, "MD")
    assert show(2, *own.variances) == "40.59 2.05 15.28 150.22 20.19 1.22 95.38 8.03 20.69"
    expected = {"FE": "-3.49 -5.03 -1.96 0.00", "DL": "-14.10 -24.45 -3.75 218.72", "REML": "-15.12 -32.67 2.43 685.20"}
    for method, printed in expected.items():
        found = inverse_variance(own.effects, own.variances, method, "z")
        assert show(2, found.estimate, found.ci_low, found.ci_high, found.tau2) == printed


def test_stijnen_2010_exact_binomial_normal_model() -> None:
    """Quoted (Table II): binomial-normal, control −3.50 (0.26), variance 0.81, 2.9 % (1.8–4.8); coated −4.81 (0.36),
    0.83, 0.8 % (0.4–1.6). Normal-normal: −3.30 (0.24), 0.663; −4.26 (0.26), 0.393, 1.4 % (0.8–2.3)."""
    arms = (published.CATHETER[2:], published.CATHETER[:2])
    exact = ("-3.50 0.26 0.81 2.9 1.8 4.8", "-4.81 0.36 0.83 0.8 0.4 1.6")
    two_steps = ("-3.30 0.24 0.663", "-4.26 0.26 0.393")
    for (x, n), printed, printed_two in zip(arms, exact, two_steps, strict=True):
        found = binomial_normal(x, n)
        m, wald = found.model, found.wald
        assert m is not None and found.estimate is not None and wald.low is not None and wald.high is not None
        percents = show(1, 100 * found.estimate, 100 * wald.low, 100 * wald.high)
        assert f"{show(2, m.estimate, m.se, m.tau2)} {percents}" == printed
        rough = two_step(x, n, "logit", "REML", "z").model
        assert rough is not None
        assert f"{show(2, rough.estimate, rough.se)} {show(3, rough.tau2)}" == printed_two


def test_stijnen_2010_log_odds_ratio() -> None:
    """Quoted (Table III, normal-normal): −0.980 (0.244), tau 0.19, odds ratio 0.38 (0.23–0.62); R and we get 0.243 and
    0.60."""
    own = effects(published.CATHETER, "OR")
    found = inverse_variance(own.effects, own.variances, "REML", "z")
    assert found.tau2 is not None and show(2, float(np.sqrt(found.tau2))) == "0.19"
    assert show(3, found.estimate) == "-0.980" and found.se is not None and abs(found.se - 0.244) < 1.1e-3
    assert ratio(2, found.estimate, found.ci_low, found.ci_high) == "0.38 0.23 0.60"


def test_viechtbauer_2007_preeclampsia() -> None:
    """Quoted (Table II): tau² 0.230 by DL, 0.301 by REML, Q-profile interval 0.072–2.203."""
    own = effects(published.PREECLAMPSIA, "OR")
    both = [inverse_variance(own.effects, own.variances, method, "z").tau2 for method in ("DL", "REML")]
    bounds = q_profile(own.effects, own.variances)
    assert show(3, *both, bounds.low, bounds.high) == "0.230 0.301 0.072 2.203"


def test_dersimonian_kacker_2007_clasp() -> None:
    """Quoted (Tables 3 and 4): tau, mean, standard error by PM 0.3681, −0.3811, 0.2060; DL 0.2323, −0.3240, 0.1540; by
    REML 0.1843, −0.2980, 0.1343 in R with its loose stop."""
    own = effects(published.CLASP, "OR")
    printed = {"PM": "0.3681 -0.3811 0.2060", "DL": "0.2323 -0.3240 0.1540", "REML": "0.1843 -0.2980 0.1343"}
    for method, values in printed.items():
        found = inverse_variance(own.effects, own.variances, method, "z")
        assert found.tau2 is not None and show(4, float(np.sqrt(found.tau2)), found.estimate, found.se) == values


def test_henmi_copas_2010_acupuncture() -> None:
    """Quoted (p. 2978): DL tau² 0.3325, log odds ratio −0.6787 (−1.0664 to −0.2911)."""
    own = effects(published.ACUPUNCTURE, "OR")
    found = inverse_variance(own.effects, own.variances, "DL", "z")
    assert show(4, found.tau2, found.estimate, found.ci_low, found.ci_high) == "0.3325 -0.6787 -1.0664 -0.2911"


def test_li_2007_magnesium_common_and_random_effects_disagree() -> None:
    """Abstract: odds ratio 0.99 (0.94–1.04) by the common effect, 0.66 (0.53–0.82) by random effects."""
    t, own = of(published.MAGNESIUM), effects(published.MAGNESIUM, "OR")
    common, random = mantel_haenszel(t, "OR"), inverse_variance(own.effects, own.variances, "DL", "z")
    assert ratio(2, common.estimate, common.ci_low, common.ci_high) == "0.99 0.94 1.04"
    assert ratio(2, random.estimate, random.ci_low, random.ci_high) == "0.66 0.53 0.82"


def test_van_houwelingen_1993_exact_conditional_odds_ratio() -> None:
    """Quoted (p. 2275): log odds ratio 0.122 by the exact conditional likelihood. Their interval is another (Wald)."""
    found = exact_odds(of(published.REBLEEDING))
    assert found.estimate is not None and show(3, float(np.log(found.estimate))) == "0.122"


def test_rothman_2008_mantel_haenszel_with_90_percent() -> None:
    """Quoted (chapter 15): tolbutamide, risk difference 0.035 (−0.018 to 0.088 in print, 0.087 here and in R), risk ratio
    1.33 (0.87–2.03), odds ratio 1.40 (0.84–2.34); spermicide 3.78 (1.43–10.0)."""
    t = of(published.TOLBUTAMIDE)
    difference, risk, odds = (mantel_haenszel(t, one, 0.90) for one in ("RD", "RR", "OR"))
    assert show(3, difference.estimate, difference.ci_low, difference.ci_high) == "0.035 -0.018 0.087"
    assert ratio(2, risk.estimate, risk.ci_low, risk.ci_high) == "1.33 0.87 2.03"
    assert ratio(2, odds.estimate, odds.ci_low, odds.ci_high) == "1.40 0.84 2.34"
    sparse = mantel_haenszel(of(published.SPERMICIDE), "OR", 0.90)
    assert ratio(2, sparse.estimate, sparse.ci_low) == "3.78 1.43" and ratio(1, sparse.ci_high) == "10.0"


def test_fisher_1935_tea() -> None:
    """Manual (R, fisher.test, after Agresti 1990): conditional odds ratio 6.408, one-sided lower bound 0.3136."""
    both, one_sided = exact_odds(of(published.TEA)), exact_odds(of(published.TEA), 0.90)
    assert show(3, both.estimate) == "6.408" and show(4, one_sided.ci_low, both.p_value) == "0.3136 0.4857"
