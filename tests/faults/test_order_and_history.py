"""F22 and F23: the order in which records come changes nothing; corrected, withdrawn and merged records keep history."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from msc_harvest.archive import Archive
from msc_harvest.connectors import pubmed
from msc_harvest.connectors.clinicaltrials_gov import ClinicalTrialsGov
from msc_harvest.pipeline.export import export
from msc_harvest.pipeline.harvesting import Wish
from tests.pipeline.conftest import Bench
from tests.standin import StandIn
from tests.standin.records import articles_in, studies_in

Make = Callable[..., StandIn]


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_pages_and_batches_in_any_order_give_the_same_exports(
    harvested: Path, tmp_path: Path, standin: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    benches = [Bench.on_a_copy(harvested, tmp_path / "as served")]
    for seed, size in ((1, 7), (2, 13)):
        bench = Bench(tmp_path / str(seed))
        studies, articles = studies_in(), articles_in()
        random.Random(seed).shuffle(studies)
        random.Random(seed).shuffle(articles)
        monkeypatch.setattr(ClinicalTrialsGov, "batch", size)
        monkeypatch.setattr(ClinicalTrialsGov, "page_size", size)
        monkeypatch.setattr(pubmed.PubMed, "batch", size)
        with standin(studies=studies, articles=articles) as server:
            bench.harvest(server)
        bench.build()
        benches.append(bench)
    told = []
    for bench in benches:
        export(bench.home.warehouse, bench.home.exports, [], bench.progress)
        # Moments of the harvest are no content.
        files = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in bench.home.exports.glob("*.csv")
            if path.stem not in ("change", "provenance", "estimate_history")
        }
        told.append((Archive(bench.home).digest(), files))
    assert told[0] == told[1] == told[2]


def test_a_correction_then_a_merger_upstream(bench: Bench, standin: Make) -> None:
    """A registration is corrected, then merged into another one, of which it becomes an alias."""
    studies = [json.loads(study) for study in studies_in()]
    # A trial of the field comes first: only those are told of.
    studies.sort(key=lambda study: study["protocolSection"]["identificationModule"]["nctId"] != "NCT00658073")
    first, into = (study["protocolSection"]["identificationModule"] for study in studies[:2])
    gone, stays = first["nctId"], into["nctId"]

    def served() -> list[bytes]:
        return [json.dumps(study, ensure_ascii=False).encode() for study in studies]

    with standin(studies=served()) as server:
        bench.harvest(server)
    first["briefTitle"] = "A corrected title"
    with standin(studies=served()) as server:
        bench.harvest(server, wish=Wish(whole=True))
    into["nctIdAliases"] = [gone]
    del studies[0]
    with standin(studies=served()) as server:
        bench.harvest(server, wish=Wish(whole=True))
    bench.build()
    held = rows(
        bench.home.warehouse,
        f"SELECT version, is_withdrawn, is_current, valid_to IS NULL FROM raw.record_version WHERE record_id = '{gone}' ORDER BY version",
    )
    assert held == [(1, False, False, False), (2, False, False, False), (3, True, False, True)]
    assert rows(bench.home.warehouse, f"SELECT nct_id FROM core.trial_alias WHERE alias_nct_id = '{gone}'") == [
        (stays,)
    ]
    assert rows(bench.home.warehouse, f"SELECT count(*) FROM core.trial WHERE nct_id = '{gone}'") == [(0,)]
    told = rows(
        bench.home.warehouse,
        f"SELECT change_code FROM out.change WHERE record_id = '{gone}' AND change_code = 'record_withdrawn'",
    )
    assert told == [("record_withdrawn",)]


def test_results_of_a_paper_that_is_withdrawn_are_no_longer_counted(
    harvested: Path, tmp_path: Path, standin: Make
) -> None:
    bench = Bench.on_a_copy(harvested, tmp_path)
    counted = rows(
        bench.home.warehouse,
        "SELECT record_id, count(*) FROM evidence.counted_outcome WHERE source = 'pubmed' AND record_sha256 IS NOT NULL GROUP BY ALL ORDER BY ALL",
    )
    assert counted
    gone = str(counted[0][0])
    kept = [article for article in articles_in() if f">{gone}</PMID>".encode() not in article[:400]]
    assert len(kept) == len(articles_in()) - 1
    with standin(articles=kept) as server:
        bench.harvest(server, wish=Wish(whole=True))
    bench.build(force=True)
    assert rows(bench.home.warehouse, f"SELECT count(*) FROM evidence.counted_outcome WHERE record_id = '{gone}'") == [
        (0,)
    ]
    told = rows(
        bench.home.warehouse,
        f"SELECT DISTINCT exclusion_reason FROM out.arm_outcome JOIN curated.arm_outcome AS line ON line.rowid + 2 = curated_line WHERE line.record_id = '{gone}'",
    )
    assert len(told) == 1 and told[0][0], "it stays visible, with the reason"
