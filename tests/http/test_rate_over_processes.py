"""Must show 3: whatever two processes do at once, the service sees no second with more requests than it allows."""

from __future__ import annotations

import sys

import pytest

from tests.benchmarks.rate import arrivals, most_in_a_second, share_used


@pytest.mark.parametrize(("rate", "each"), [(3.0, 6), (10.0, 15)])
def test_two_processes_share_one_budget(rate: float, each: int, capsys: pytest.CaptureFixture[str]) -> None:
    moments = arrivals(rate, each)
    with capsys.disabled():
        sys.stdout.write(f" [{share_used(moments, rate):.0%} of {rate:g}/s used]")
    assert len(moments) == 2 * each
    assert most_in_a_second(moments) <= rate
    # Not a timing: two budgets side by side would show twice the rate above, and a budget lost would show here.
    assert share_used(moments, rate) > 0.5
