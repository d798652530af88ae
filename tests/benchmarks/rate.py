"""How much of the rate a service allows is used by two processes together, when the service is quick."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measure import report, report_at_most
from tests.standin import StandIn
from tests.standin.answers import Answer

ROOT = Path(__file__).resolve().parents[2]

# One process of two: waits for the word to begin, so that both ask during the whole of the time measured.
_ASKER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from msc_harvest.http import Client
from msc_harvest.model import Request
url, rate, count, state = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
client = Client(user_agent="bench/1", state=state, sleep=time.sleep, monotonic=time.monotonic,
                wall_clock=lambda: datetime.now(UTC))
fetch = client.fetcher(url, rate, identify=False)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(count):
    fetch(Request("/x"))
"""


def arrivals(rate: float, count: int, processes: int = 2) -> list[float]:
    """Moments (seconds, in order) at which a stand-in was asked by `processes` processes, each asking `count` times
    and keeping to `rate` requests per second together."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with (
        tempfile.TemporaryDirectory() as state,
        StandIn(handle=lambda _: Answer(200, "application/json", b"{}")) as service,
    ):
        command = [sys.executable, "-c", _ASKER, service.url, str(rate), str(count), state]
        pipe = subprocess.PIPE
        askers = [
            subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) for _ in range(processes)
        ]
        for asker in askers:
            assert asker.stdout is not None and asker.stdout.readline() == "ready\n"
        for asker in askers:
            assert asker.stdin is not None
            asker.stdin.write("go\n")
            asker.stdin.flush()
        for asker in askers:
            asker.communicate(timeout=60)
            assert asker.returncode == 0
        return sorted(asked.at for asked in service.log)


def most_in_a_second(moments: list[float]) -> int:
    """The most requests in any window of one second (its end excluded)."""
    return max(sum(1 for other in moments if moment <= other < moment + 1.0) for moment in moments)


def share_used(moments: list[float], rate: float) -> float:
    """Requests per second from the first to the last, as a share of the rate allowed."""
    return (len(moments) - 1) / (moments[-1] - moments[0]) / rate


def rates() -> None:
    """The share used at 3 requests per second and at 10, and the fullest second of each."""
    for rate, count in ((3.0, 15), (10.0, 50)):
        moments = arrivals(rate, count)
        report(f"two processes at {rate:g}/s: used ÷ allowed", share_used(moments, rate), 0.9)
        report_at_most(f"two processes at {rate:g}/s: fullest second", most_in_a_second(moments), rate)


if __name__ == "__main__":
    rates()
