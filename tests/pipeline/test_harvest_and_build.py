"""The whole way against the stand-in: what is harvested, what is kept, what a failure leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from msc_harvest.archive import Archive, read_manifests
from msc_harvest.errors import ChecksFailed, NothingReachable
from msc_harvest.pipeline.harvesting import Wish
from msc_harvest.warehouse.inspect import schema_digest
from tests.pipeline.conftest import Bench
from tests.standin import Fault, StandIn
from tests.standin.records import articles_in, studies_in

Make = Callable[..., StandIn]


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_harvest_then_build_holds_every_record_byte_for_byte(bench: Bench, standin: Make) -> None:
    with standin() as server:
        manifest = bench.harvest(server)
    assert manifest.status == "finished"
    assert {(one.source, one.strategy): (one.seen, one.new, one.expected) for one in manifest.harvests} == {
        ("clinicaltrials_gov", "clinical"): (len(studies_in()),) * 3,
        ("pubmed", "clinical"): (len(articles_in()),) * 3,
        ("pubmed", "preclinical"): (len(articles_in()),) * 3,
    }
    built = bench.build()
    assert (built.data_origin, built.n_records, built.n_rejected) == (
        "harvest",
        len(studies_in()) + len(articles_in()),
        0,
    )
    bodies = {bytes(body) for (body,) in rows(bench.home.warehouse, "SELECT body FROM raw.record_version")}  # type: ignore[arg-type]
    assert bodies == {*studies_in(), *articles_in()}
    ledger = rows(
        bench.home.warehouse, "SELECT count(*), sum(n_seen)::BIGINT, bool_and(status = 'finished') FROM ops.harvest_run"
    )
    assert ledger == [(3, len(studies_in()) + 2 * len(articles_in()), True)]


def test_the_same_answer_again_adds_no_version(harvested: Path, tmp_path: Path, standin: Make) -> None:
    bench = Bench.on_a_copy(harvested, tmp_path)
    before = [(segment.path, segment.path.read_bytes()) for segment in Archive(bench.home).segments()]
    first = schema_digest(bench.home.warehouse)
    with standin() as server:
        again = bench.harvest(server)
    assert all((one.new, one.changed, one.segments) == (0, 0, ()) for one in again.harvests)
    assert [(segment.path, segment.path.read_bytes()) for segment in Archive(bench.home).segments()] == before
    bench.build()
    assert schema_digest(bench.home.warehouse) == first


def test_a_new_version_only_when_content_changes(bench: Bench, standin: Make) -> None:
    studies = studies_in()
    reloaded = [body.replace(b'"versionHolder":"2026-09-11"', b'"versionHolder":"2026-09-12"') for body in studies]
    assert reloaded != studies
    changed = [reloaded[0].replace(b'"overallStatus":"', b'"overallStatus":"X'), *reloaded[1:]]
    for bodies, expected in ((studies, 0), (reloaded, 0), (changed, 1)):
        with standin(studies=bodies) as server:
            manifest = bench.harvest(server, wish=Wish(whole=True))
        assert next(one for one in manifest.harvests if one.source == "clinicaltrials_gov").changed == expected
    bench.build()
    versions = rows(
        bench.home.warehouse, "SELECT max(version), count(*) FILTER (WHERE version = 2) FROM raw.record_version"
    )
    assert versions == [(2, 1)]


def test_as_of_gives_what_was_known_then(bench: Bench, standin: Make) -> None:
    with standin(studies=studies_in()[:5]) as server:
        bench.harvest(server)
    moment = bench.now()
    bench.build()
    then = schema_digest(bench.home.warehouse)
    bench.clock.sleep(86_400)
    with standin() as server:
        bench.harvest(server)
    assert bench.build().n_records > bench.build(as_of=moment.replace(tzinfo=None)).n_records
    assert schema_digest(bench.home.warehouse) == then


def test_one_source_down_and_the_other_is_kept(bench: Bench, standin: Make) -> None:
    with standin(faults=[Fault("status", path="esearch", times=100, status=500)]) as server:
        manifest = bench.harvest(server)
    failed = [one for one in manifest.harvests if one.status == "failed"]
    assert {one.source for one in failed} == {"pubmed"} and all("500" in str(one.error) for one in failed)
    assert manifest.status == "failed"
    assert bench.build().n_records == len(studies_in())


def test_nothing_reachable_is_told_and_recorded(bench: Bench, standin: Make) -> None:
    with (
        standin(faults=[Fault("status", times=10_000, status=503)]) as server,
        pytest.raises(NothingReachable, match="run again later"),
    ):
        bench.harvest(server)
    assert read_manifests(bench.home)[0].status == "failed"


def test_an_interruption_keeps_what_had_arrived_and_the_next_run_goes_on(
    bench: Bench, standin: Make, harvested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = 0
    real = bench.progress.advance

    def interrupt(units: int = 1) -> None:
        nonlocal counted
        counted += units
        if counted == 20:
            raise KeyboardInterrupt

    with standin() as server:
        monkeypatch.setattr(bench.progress, "advance", interrupt)
        with pytest.raises(KeyboardInterrupt):
            bench.harvest(server)
        monkeypatch.setattr(bench.progress, "advance", real)
        manifest = read_manifests(bench.home)[0]
        assert manifest.status == "interrupted" and manifest.harvests[0].seen == 20
        assert sum(segment.rows for segment in Archive(bench.home).segments()) == 20
        bench.harvest(server)
    bench.build()
    interrupted = schema_digest(bench.home.warehouse, skip=("ops", "raw"))
    assert schema_digest(harvested / "home" / "msc_harvest.duckdb", skip=("ops", "raw")) == interrupted


def test_a_record_that_cannot_be_parsed_is_kept_and_listed(bench: Bench, standin: Make) -> None:
    broken = b"<PubmedArticle><MedlineCitation><PMID>99</PMID><Article><ArticleTitle/></Article></MedlineCitation></PubmedArticle>"
    strange = json.loads(studies_in()[0])
    strange["protocolSection"]["identificationModule"]["nctId"] = "NCT99999998"
    strange["protocolSection"]["designModule"]["enrollmentInfo"] = {"count": "many", "type": 7}
    strange["protocolSection"]["designModule"]["brandNew"] = {"leaf": [1]}
    with standin(studies=[*studies_in(), json.dumps(strange).encode()], articles=[*articles_in(), broken]) as server:
        bench.harvest(server)
    built = bench.build()
    assert built.n_records == len(studies_in()) + len(articles_in()) + 2
    drift = rows(
        bench.home.warehouse,
        "SELECT source_path, example_record_id FROM ops.schema_drift WHERE source = 'clinicaltrials_gov'",
    )
    assert any("brandNew" in str(path) for path, _ in drift) and any(
        "enrollmentInfo.count" in str(path) for path, _ in drift
    )
    assert rows(bench.home.warehouse, "SELECT enrollment_count FROM core.trial WHERE nct_id = 'NCT99999998'") == [
        (None,)
    ]
    kept = rows(bench.home.warehouse, "SELECT count(*) FROM raw.record_version WHERE record_id = '99'")
    assert kept == [(1,)]


def test_failing_checks_leave_the_old_warehouse(
    harvested: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench.on_a_copy(harvested, tmp_path)
    before = bench.home.warehouse.read_bytes()
    from msc_harvest.warehouse import checks

    always = checks.Check("fail_always", "never", "SELECT 'NCT1' AS nct_id")
    monkeypatch.setattr(checks, "from_folder", lambda folder: iter([always]))
    with pytest.raises(ChecksFailed, match=r"fail_always: 1 rows, first nct_id=NCT1"):
        bench.build()
    assert bench.home.warehouse.read_bytes() == before


def test_no_secret_is_left_anywhere(bench: Bench, standin: Make) -> None:
    """Fault matrix F18, as far as harvest and build write files."""
    key = "c4n4ryKEY0123456789"
    with standin(faults=[Fault("status", path="efetch", status=500)]) as server:
        bench.harvest(server, key=key)
        assert any(("api_key", key) in asked.form for asked in server.log)
    bench.build()
    for path in bench.home.root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert key.encode() not in content and b"canary.person" not in content, path
