"""Data of published analyses, as facts: the counts, effects and errors that the papers print, each with its citation.

Arms are (events treated, n treated, events control, n control) in columns. The printed results stand in
`test_worked_examples.py`.
"""

from __future__ import annotations

from typing import NamedTuple


class Counts(NamedTuple):
    """2 × 2 counts of one published analysis, in columns."""

    events1: tuple[int, ...]
    n1: tuple[int, ...]
    events2: tuple[int, ...]
    n2: tuple[int, ...]


class Effects(NamedTuple):
    """Effects and standard errors (or variances, as the constant's comment says) as printed."""

    effect: tuple[float, ...]
    spread: tuple[float, ...]


# Colditz GA, Brewer TF, Berkey CS et al. JAMA 1994;271:698–702. BCG vaccine, tuberculosis, 13 trials; latitude.
BCG = Counts(
    (4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
    (123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913),
    (11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
    (139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854),
)
BCG_LATITUDE = (44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33)

# Nissen SE, Wolski K. N Engl J Med 2007;356:2457–2471, Table 3. Rosiglitazone, 42 trials.
_ROSIGLITAZONE = (
    357, 391, 774, 213, 232, 43, 121, 110, 382, 284, 294, 563, 278, 418, 395, 203, 104, 212, 138, 196, 122, 175, 56, 39,
    561, 116, 148, 231, 89, 168, 116, 1172, 706, 204, 288, 254, 314, 162, 442, 394, 2635, 1456,
)  # fmt: skip
_NO_ROSIGLITAZONE = (
    176, 207, 185, 109, 116, 47, 124, 114, 384, 135, 302, 142, 279, 212, 198, 106, 99, 107, 139, 96, 120, 173, 58, 38,
    276, 111, 143, 242, 88, 172, 61, 377, 325, 185, 280, 272, 154, 160, 112, 124, 2634, 2895,
)  # fmt: skip
NISSEN_INFARCTION = Counts(
    (2, 2, 1, 0, 1, 0, 1, 5, 1, 1, 0, 2, 2, 2, 2, 1, 1, 2, 3, 0, 0, 0, 1, 1, 0, 2, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0,
     1, 1, 15, 27),
    _ROSIGLITAZONE,
    (0, 1, 1, 1, 0, 1, 0, 2, 0, 0, 1, 0, 1, 0, 1, 1, 2, 0, 1, 0, 1, 1, 0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0,
     0, 0, 9, 41),
    _NO_ROSIGLITAZONE,
)  # fmt: skip
NISSEN_DEATH = Counts(
    (1, 0, 0, 0, 1, 0, 0, 3, 0, 0, 2, 0, 0, 0, 2, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 2, 2, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0, 0,
     1, 1, 12, 2),
    _ROSIGLITAZONE,
    (0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
     0, 0, 10, 5),
    _NO_ROSIGLITAZONE,
)  # fmt: skip

# Yusuf S, Peto R, Lewis J et al. Prog Cardiovasc Dis 1985;27:335–371, Table 6. Short-term oral beta blockers, deaths.
YUSUF_TABLE_6 = Counts(
    (14, 18, 15, 10, 21, 3, 2, 19, 15, 5, 0, 8, 3, 0, 1, 0, 14, 0, 8, 6, 3),
    (56, 66, 100, 52, 226, 38, 20, 76, 106, 62, 9, 133, 48, 16, 42, 25, 221, 11, 259, 157, 177),
    (15, 19, 12, 12, 24, 6, 3, 15, 9, 4, 0, 11, 3, 0, 1, 3, 15, 0, 7, 4, 2),
    (58, 64, 95, 47, 228, 31, 20, 67, 114, 57, 8, 127, 49, 13, 46, 25, 228, 11, 129, 158, 136),
)

# Crins ND, Röver C, Goralczyk AD, Friede T. Pediatr Transplant 2014;18:839–850. IL-2 receptor antagonists in children
# with a liver transplant, acute rejection (the counts as the authors give them in their package bayesmeta).
CRINS_REJECTION = Counts(
    (14, 16, 3, 9, 4, 0), (61, 28, 18, 54, 36, 50), (15, 19, 8, 29, 11, 3), (20, 28, 12, 54, 36, 34)
)

# Hine LK, Laird N, Hewitt P, Chalmers TC. Arch Intern Med 1989;149:2694–2698, as in Normand S-LT. Stat Med
# 1999;18:321–359, Table I. Prophylactic lidocaine, deaths.
LIDOCAINE = Counts((2, 4, 6, 7, 7, 11), (39, 44, 107, 103, 110, 154), (1, 4, 4, 5, 3, 4), (43, 44, 110, 100, 106, 146))

# Normand 1999 (as above), Table II. Days in hospital after a stroke: specialist and routine care (mean, SD, n).
STROKE_SPECIAL = (
    (55, 27, 64, 66, 14, 19, 52, 21, 30), (47, 7, 17, 20, 8, 7, 45, 16, 27), (155, 31, 75, 18, 8, 57, 34, 110, 60),
)  # fmt: skip
STROKE_ROUTINE = (
    (75, 29, 119, 137, 18, 18, 41, 31, 23), (64, 4, 29, 48, 11, 4, 34, 27, 20), (156, 32, 71, 18, 13, 52, 33, 183, 52),
)  # fmt: skip

# Collins R, Yusuf S, Peto R. BMJ 1985;290:17–23. Diuretics in pregnancy, pre-eclampsia.
PREECLAMPSIA = Counts(
    (14, 21, 14, 6, 12, 138, 15, 6, 65), (131, 385, 57, 38, 1011, 1370, 506, 108, 153),
    (14, 17, 24, 18, 35, 175, 20, 2, 40), (136, 134, 48, 40, 760, 1336, 524, 103, 102),
)  # fmt: skip

# Niël-Weise BS, Stijnen T, van den Broek PJ. Intensive Care Med 2007;33:2058–2068: coated catheters, infections of the
# blood; analysed by Stijnen T, Hamza TH, Özdemir P. Stat Med 2010;29:3046–3067.
CATHETER = Counts(
    (0, 1, 2, 0, 5, 1, 1, 1, 1, 1, 0, 0, 3, 6, 0, 0, 1, 4),
    (116, 44, 208, 130, 151, 98, 174, 74, 97, 113, 66, 70, 188, 187, 118, 252, 345, 64),
    (3, 3, 9, 7, 6, 4, 3, 2, 19, 2, 7, 1, 5, 11, 0, 1, 3, 1),
    (117, 35, 195, 136, 157, 139, 177, 39, 103, 122, 64, 58, 175, 180, 105, 262, 362, 69),
)

# Li J, Zhang Q, Zhang M, Egger M. Cochrane Database Syst Rev 2007;(2):CD002755. Magnesium in infarction, early deaths.
MAGNESIUM = Counts(
    (1, 4, 2, 1, 1, 1, 6, 10, 2, 90, 5, 4, 4, 2216, 3, 1, 6, 475, 2, 0, 101, 1),
    (40, 56, 92, 48, 25, 50, 81, 150, 21, 1150, 125, 130, 96, 29011, 40, 31, 169, 3113, 50, 75, 1691, 89),
    (2, 14, 7, 1, 3, 9, 11, 8, 4, 118, 12, 8, 17, 2103, 3, 0, 18, 472, 10, 1, 134, 3),
    (36, 74, 93, 46, 23, 53, 81, 148, 25, 1150, 102, 122, 98, 29039, 38, 30, 181, 3100, 50, 75, 1488, 91),
)

# CLASP trials, as in DerSimonian R, Kacker R. Contemp Clin Trials 2007;28:105–114. Aspirin in pregnancy.
CLASP = Counts(
    (5, 5, 12, 69, 9, 313), (156, 303, 565, 1570, 103, 4659), (8, 17, 9, 94, 11, 352), (74, 303, 477, 1565, 105, 4650)
)

# Lee A, Done ML. Cochrane Database Syst Rev 2004;(3):CD003281 (acupuncture point P6, nausea), as analysed by Henmi M,
# Copas JB. Stat Med 2010;29:2969–2983.
ACUPUNCTURE = Counts(
    (18, 5, 9, 32, 9, 11, 69, 3, 1, 11, 7, 4, 1, 24, 16, 28),
    (100, 50, 20, 135, 23, 18, 122, 25, 30, 30, 44, 47, 30, 40, 50, 110),
    (20, 18, 7, 31, 10, 12, 80, 12, 1, 19, 16, 6, 13, 71, 53, 25),
    (100, 50, 20, 139, 23, 18, 122, 25, 30, 30, 39, 47, 30, 80, 88, 111),
)

# Collins R, Langman M. N Engl J Med 1985;313:660–666. H2 antagonists, rebleeding: control first, as analysed by van
# Houwelingen HC, Zwinderman KH, Stijnen T. Stat Med 1993;12:2273–2284.
REBLEEDING = Counts(
    (16, 12, 1, 6, 10, 11, 8, 12, 3, 3, 8, 30, 4, 5, 21, 51, 1, 12, 15, 15, 7, 5, 13, 3),
    (50, 53, 12, 15, 36, 48, 20, 47, 19, 43, 19, 132, 9, 24, 80, 260, 11, 29, 54, 107, 39, 26, 31, 14),
    (8, 11, 5, 2, 12, 9, 7, 5, 0, 9, 10, 44, 1, 4, 14, 50, 3, 6, 16, 16, 6, 11, 3, 2),
    (50, 56, 18, 14, 33, 40, 20, 46, 18, 45, 21, 153, 10, 24, 78, 259, 10, 31, 51, 106, 33, 36, 34, 15),
)

# University Group Diabetes Program, deaths with tolbutamide and placebo below and above 55 years; and Down syndrome and
# spermicides by mother's age (exposed, cases first). Rothman KJ, Greenland S, Lash TL. Modern Epidemiology, 3rd ed.,
# 2008, Tables 15-1 and 15-5.
TOLBUTAMIDE = Counts((8, 22), (106, 98), (5, 16), (120, 85))
SPERMICIDE = Counts((3, 1), (12, 4), (104, 5), (1163, 91))

# Fisher RA. The Design of Experiments, 1935: the lady and the tea, with the table of Agresti A. Categorical Data
# Analysis, 1990 (3 of 4 cups named rightly).
TEA = Counts((3,), (4,), (1,), (4,))

# Hackshaw AK, Law MR, Wald NJ. BMJ 1997;315:980–988. Passive smoking and lung cancer, 37 studies: relative risk and
# bounds of its 95 % interval.
PASSIVE_SMOKING = (
    (1.18, 0.90, 1.54), (1.45, 1.02, 2.08), (2.02, 0.48, 8.56), (1.20, 0.80, 1.60), (0.75, 0.43, 1.30), (2.07, 0.81, 5.25),
    (2.13, 1.19, 3.83), (0.80, 0.34, 1.90), (0.79, 0.25, 2.45), (2.01, 1.09, 3.72), (1.23, 0.81, 1.87), (1.20, 0.45, 2.97),
    (1.52, 0.87, 2.63), (1.03, 0.41, 2.55), (1.55, 0.90, 2.67), (1.03, 0.61, 1.74), (2.34, 0.78, 6.50), (1.65, 1.16, 2.35),
    (1.19, 0.82, 1.73), (1.52, 0.39, 5.96), (2.16, 1.08, 4.29), (1.08, 0.64, 1.82), (2.55, 0.74, 8.78), (1.62, 0.90, 2.91),
    (1.06, 0.74, 1.52), (0.79, 0.62, 1.02), (0.74, 0.32, 1.69), (2.27, 0.75, 6.82), (0.97, 0.78, 1.21), (1.60, 0.80, 3.00),
    (1.19, 0.66, 2.13), (1.66, 0.73, 3.78), (1.26, 1.04, 1.54), (1.10, 0.62, 1.96), (1.66, 1.12, 2.45), (1.16, 0.80, 1.69),
    (1.11, 0.67, 1.84),
)  # fmt: skip

# Molloy GJ, O'Carroll RE, Ferguson E. Ann Behav Med 2014;47:92–101. Conscientiousness and adherence: correlation, n.
ADHERENCE = (
    (0.19, 109), (0.16, 749), (0.34, 55), (0.32, 107), (0.27, 72), (0.0, 65), (0.17, 174), (0.05, 326), (0.26, 58),
    (0.01, 771), (-0.09, 56), (0.37, 91), (0.0, 116), (0.15, 537), (0.24, 158), (0.04, 65),
)  # fmt: skip

# Rubin DB. J Educ Stat 1981;6:377–401. Coaching in eight schools: effects and standard errors.
EIGHT_SCHOOLS = Effects(
    (28.39, 7.94, -2.75, 6.82, -0.64, 0.63, 18.01, 12.16), (14.9, 10.2, 16.3, 11.0, 9.4, 11.4, 10.4, 17.6)
)

# Raudenbush SW, Bryk AS. J Educ Stat 1985;10:75–98. Teachers' expectations: standardised mean differences, sampling
# variances, and weeks of contact before (more than 3 counted as 3).
EXPECTANCY = Effects(
    (0.03, 0.12, -0.14, 1.18, 0.26, -0.06, -0.02, -0.32, 0.27, 0.80, 0.54, 0.18, -0.02, 0.23, -0.18, -0.06, 0.30, 0.07,
     -0.07),
    (0.0156, 0.0216, 0.0279, 0.1391, 0.1362, 0.0106, 0.0106, 0.0484, 0.0269, 0.0630, 0.0912, 0.0497, 0.0835, 0.0841,
     0.0253, 0.0279, 0.0193, 0.0088, 0.0303),
)  # fmt: skip
EXPECTANCY_WEEKS = (2, 3, 3, 0, 0, 3, 3, 3, 0, 1, 0, 0, 1, 2, 3, 3, 1, 2, 3)

# Viechtbauer W. J Educ Behav Stat 2005;30:261–293, p. 271 and 272: effects and sampling variances of two examples.
VIECHTBAUER_1 = Effects(
    (-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232),
    (0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040),
)
VIECHTBAUER_2 = Effects(
    (0.100, -0.162, -0.090, -0.049, -0.046, -0.010, -0.431, -0.261, 0.134, 0.019, 0.175, 0.056, 0.045, 0.103, 0.121,
     -0.482, 0.290, 0.342),
    (0.016, 0.015, 0.050, 0.050, 0.032, 0.052, 0.036, 0.024, 0.034, 0.033, 0.031, 0.034, 0.039, 0.167, 0.134, 0.096,
     0.016, 0.035),
)  # fmt: skip

# Miller JJ. Am Stat 1978;32:138: events and sizes of the example for the back-transformed double arcsine.
MILLER = ((3, 6, 10, 1), (11, 17, 21, 6))
