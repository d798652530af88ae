"""Kappa against published examples."""

from __future__ import annotations

import numpy as np
import pytest

from msc_harvest.synthesis.agreement import cohen_kappa, kappa_of_table


def test_sas_printout() -> None:
    """The printout of SAS PROC FREQ that statsmodels' own test of cohens_kappa (table10) quotes: kappa, standard error
    after Fleiss, Cohen and Everitt, and the interval."""
    found = kappa_of_table([[0, 4, 1], [0, 8, 0], [0, 1, 5]])
    assert [round(value or 0, 4) for value in (found.kappa, found.kappa_se)] == [0.4842, 0.1380]
    assert [round(value or 0, 4) for value in (found.kappa_ci_low, found.kappa_ci_high)] == [0.2137, 0.7547]


@pytest.mark.parametrize(
    "table", [[[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]], [[20, 5], [10, 15]], [[1, 9], [8, 2]]]
)
def test_the_error_is_that_of_the_delta_method(table: list[list[int]]) -> None:
    """Another way to the same number: kappa's slope in every cell, with the covariance of a multinomial sample."""
    counts = np.asarray(table, dtype=float)
    n = counts.sum()
    share = (counts / n).ravel()

    def kappa(cells: np.ndarray) -> float:
        square = (cells / cells.sum()).reshape(counts.shape)
        expected = square.sum(axis=1) @ square.sum(axis=0)
        return float((np.trace(square) - expected) / (1 - expected))

    step = 1e-6
    slope = np.array(
        [(kappa(share + step * unit) - kappa(share - step * unit)) / (2 * step) for unit in np.eye(len(share))]
    )
    covariance = (np.diag(share) - np.outer(share, share)) / n
    found = kappa_of_table(table)
    assert found.kappa == pytest.approx(kappa(share))
    assert found.kappa_se == pytest.approx(float(np.sqrt(slope @ covariance @ slope)), rel=1e-5)


def test_lists_and_table_agree() -> None:
    first = ["include"] * 25 + ["exclude"] * 25
    second = ["include"] * 20 + ["exclude"] * 5 + ["include"] * 10 + ["exclude"] * 15
    found = cohen_kappa(first, second)
    assert found.kappa == pytest.approx(0.4)
    assert found == kappa_of_table([[15, 10], [5, 20]])


def test_no_kappa_where_chance_agrees_always() -> None:
    found = cohen_kappa(["include"] * 4, ["include"] * 4)
    assert (found.observed_prop, found.kappa, found.kappa_ci_low) == (1.0, None, None)


def test_perfect_agreement_has_no_error() -> None:
    found = cohen_kappa(["a", "b", "b"], ["a", "b", "b"])
    assert (found.kappa, found.kappa_ci_low, found.kappa_ci_high) == (1.0, 1.0, 1.0)


def test_different_items_are_refused() -> None:
    with pytest.raises(ValueError, match="same items"):
        cohen_kappa(["a"], ["a", "b"])
    with pytest.raises(ValueError, match="same items"):
        cohen_kappa([], [])
    with pytest.raises(ValueError, match="square"):
        kappa_of_table(np.zeros((2, 3)))
