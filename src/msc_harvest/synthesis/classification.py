"""Precision, recall and F1 of found against labelled, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

from msc_harvest.synthesis.proportion import wilson


@dataclass(frozen=True, slots=True)
class Share:
    """One share of `n` with its 95 % interval; all None where n is 0: nothing to measure is not 0 %."""

    n: int
    value: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Tally:
    """What is both found and labelled (true positive), found only (false positive), labelled only (false negative)."""

    true_positive: int
    false_positive: int
    false_negative: int

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.true_positive + other.true_positive,
            self.false_positive + other.false_positive,
            self.false_negative + other.false_negative,
        )

    @property
    def precision(self) -> Share:
        """Share of what was found that is labelled so; Wilson interval."""
        return share(self.true_positive, self.true_positive + self.false_positive)

    @property
    def recall(self) -> Share:
        """Share of what is labelled that was found; Wilson interval."""
        return share(self.true_positive, self.true_positive + self.false_negative)

    @property
    def f1(self) -> Share:
        """Harmonic mean of both. Its interval: F1 = 2J / (1 + J) grows with J, the share of true positives among all
        that is found or labelled (Hand DJ, Christen P, Kirielle N. Mach Learn 2021;110:451–456), so the Wilson bounds
        of J are carried over."""
        jaccard = share(self.true_positive, self.true_positive + self.false_positive + self.false_negative)
        if jaccard.value is None or jaccard.ci_low is None or jaccard.ci_high is None:
            return jaccard
        value, low, high = (2 * one / (1 + one) for one in (jaccard.value, jaccard.ci_low, jaccard.ci_high))
        return Share(jaccard.n, value, low, high)


def share(part: int, whole: int) -> Share:
    """`part` of `whole` with its Wilson interval. Raises ValueError when part is negative or above whole."""
    if whole == 0 and part == 0:
        return Share(0, None, None, None)
    low, high = wilson(part, whole)
    return Share(whole, part / whole, float(low), float(high))
