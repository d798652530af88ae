"""Print every benchmark's ratio beside its goal."""

from __future__ import annotations

from tests.benchmarks import loading, parsing, rate, synthesis
from tests.benchmarks.inputs import origin
from tests.benchmarks.measure import REPEATS

if __name__ == "__main__":
    print(f"CPU seconds, medians of {REPEATS}, paired in this run; {origin()}")
    parsing.pubmed()
    parsing.registry()
    loading.warehouse()
    loading.harvest_again()
    loading.memory()
    loading.start_up()
    rate.rates()
    synthesis.pooling()
