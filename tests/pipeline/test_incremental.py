"""Harvests that follow one another: only what changed travels, nothing is lost, what left the answer is withdrawn."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from msc_harvest.archive import Archive, Harvested, Manifest, read_manifests
from msc_harvest.archive.integrity import examine
from msc_harvest.errors import ChecksFailed
from msc_harvest.model import Strategy
from msc_harvest.pipeline.harvesting import Wish
from tests.pipeline.conftest import Bench
from tests.standin import Eutils, Registry, StandIn
from tests.standin.eutils import pmid_of
from tests.standin.records import articles_in, studies_in

Make = Callable[..., StandIn]
FULL = Wish(whole=True)
DAY = 86_400.0


def one(manifest: Manifest, source: str, strategy: str = "clinical") -> Harvested:
    return next(each for each in manifest.harvests if (each.source, each.strategy) == (source, strategy))


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def updated(study: bytes, day: str, **status: str) -> bytes:
    """A study as the register holds it after an update posted on `day`."""
    record = json.loads(study)
    module = record["protocolSection"]["statusModule"]
    module["lastUpdatePostDateStruct"] = {"date": day, "type": "ACTUAL"}
    module.update(status)
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def revised(article: bytes, day: str) -> bytes:
    """An article as PubMed holds it after a revision on `day`."""
    year, month, number = day.split("-")
    mark = f"<DateRevised><Year>{year}</Year><Month>{month}</Month><Day>{number}</Day></DateRevised>".encode()
    head, pmid, tail = article.partition(b"</PMID>")
    assert b"<DateRevised>" not in article
    return head + pmid + mark + tail


def multiplied(times: int) -> tuple[list[bytes], list[bytes]]:
    """The sample's records, so many times over under other numbers: the service's fixed costs shrink as in a real
    harvest of some thousand records."""
    studies = [
        re.sub(rb'"nctId":"NCT(\d\d)(\d{6})"', rb'"nctId":"NCT%02d\2"' % (10 + copy), study, count=1)
        for copy in range(times)
        for study in studies_in()
    ]
    articles = [
        re.sub(rb"(<PMID[^>]*>)(\d+)</PMID>", rb"\g<1>%d\2</PMID>" % (1 + copy), article, count=1)
        for copy in range(times)
        for article in articles_in()
    ]
    return studies, articles


def test_an_unchanged_source_costs_a_hundredth_and_brings_no_version(bench: Bench, standin: Make) -> None:
    studies, articles = multiplied(20)
    with standin(studies=studies, articles=articles) as server:
        first = bench.harvest(server)
        digest = Archive(bench.home).digest()
        bench.clock.sleep(DAY)
        second = bench.harvest(server)
    assert [each.read for each in (*first.harvests, *second.harvests)] == ["full"] * 3 + ["incremental"] * 3
    assert [each.new for each in first.harvests] == [len(studies), len(articles), len(articles)]
    assert all((each.seen, each.new, each.changed, each.segments) == (0, 0, 0, ()) for each in second.harvests)
    assert Archive(bench.home).digest() == digest
    spent = [sum(each.bytes for each in manifest.harvests) for manifest in (first, second)]
    assert spent[1] <= 0.01 * spent[0], f"{spent[1] / spent[0]:.2%} of the bytes of the first"


def test_a_reload_that_changes_nothing_but_the_day_of_the_data_set_makes_no_version(
    bench: Bench, standin: Make
) -> None:
    studies = studies_in()
    reloaded = [study.replace(b'"versionHolder":"2026-09-11"', b'"versionHolder":"2026-09-12"') for study in studies]
    assert reloaded != studies
    with standin() as server:
        bench.harvest(server)
        digest = Archive(bench.home).digest()
        server.registry.reload(reloaded, "2026-09-12T09:00:04")
        second = one(bench.harvest(server, wish=FULL), "clinicaltrials_gov")
    assert (second.seen, second.changed, second.segments) == (len(studies), 0, ())
    assert Archive(bench.home).digest() == digest


def test_only_what_changed_travels(bench: Bench, standin: Make) -> None:
    studies, articles = studies_in(), articles_in()
    with standin() as server:
        bench.harvest(server)
        bench.clock.sleep(DAY)
        server.registry.reload(
            [updated(studies[0], "2026-09-09", overallStatus="TERMINATED"), *studies[1:]], "2026-09-12T09:00:00"
        )
        server.eutils.reload([revised(articles[0], "2026-09-10"), *articles[1:]], "2026/09/12 09:05")
        second = bench.harvest(server)
    trials = one(second, "clinicaltrials_gov")
    assert (trials.seen, trials.changed, trials.since, trials.watermark) == (1, 1, date(2026, 9, 4), date(2026, 9, 12))
    papers = one(second, "pubmed")
    assert (papers.seen, papers.changed, papers.watermark) == (1, 1, date(2026, 9, 12))
    bench.build()
    assert rows(bench.home.warehouse, "SELECT count(*) FROM raw.record_version WHERE version = 2") == [(2,)]
    assert rows(
        bench.home.warehouse,
        "SELECT count(*) FROM core.trial WHERE overall_status = 'TERMINATED' AND nct_id = (SELECT record_id FROM raw.record_version WHERE version = 2 AND source = 'clinicaltrials_gov')",
    ) == [(1,)]


def test_a_record_not_held_is_fetched_whatever_its_dates(bench: Bench, standin: Make) -> None:
    with standin(studies=studies_in()[1:], articles=articles_in()[1:]) as server:
        bench.harvest(server)
    with standin() as server:
        second = bench.harvest(server)
    assert [(each.read, each.new, each.seen) for each in second.harvests] == [("incremental", 1, 1)] * 3


def test_an_incremental_reading_counts_what_left_and_a_full_one_withdraws_it(bench: Bench, standin: Make) -> None:
    gone = json.loads(studies_in()[0])["protocolSection"]["identificationModule"]["nctId"]
    with standin() as server:
        bench.harvest(server)
    bench.clock.sleep(DAY)
    with standin(studies=studies_in()[1:]) as server:
        assert (one(bench.harvest(server), "clinicaltrials_gov").left, bench.build().n_records) == (1, 122)
        full = one(bench.harvest(server, wish=FULL), "clinicaltrials_gov")
        assert (full.withdrawn, full.removed, full.left) == ((gone,), 1, 0)
        assert one(bench.harvest(server, wish=FULL), "clinicaltrials_gov").withdrawn == (), "once is enough"
    with pytest.raises(ChecksFailed, match="66 → 65"):
        bench.build()
    assert [gate.check.name for gate in bench.build(force=True).forced] == ["fail_study_count_down"]
    assert rows(
        bench.home.warehouse,
        f"SELECT version, is_withdrawn, is_current FROM raw.record_version WHERE record_id = '{gone}' ORDER BY version",
    ) == [(1, False, False), (2, True, False)]
    assert rows(bench.home.warehouse, f"SELECT count(*) FROM core.trial WHERE nct_id = '{gone}'") == [(0,)]
    bench.clock.sleep(DAY)
    with standin() as server:
        back = one(bench.harvest(server), "clinicaltrials_gov")
        assert (back.new, back.left) == (1, 0)
    bench.build()
    assert rows(
        bench.home.warehouse,
        f"SELECT version, is_withdrawn, is_current FROM raw.record_version WHERE record_id = '{gone}' ORDER BY version",
    ) == [(1, False, False), (2, True, False), (3, False, True)]


def test_a_record_that_one_strategy_still_lists_stays(bench: Bench, standin: Make) -> None:
    """Both PubMed strategies find every article; then one of them ceases to find the first."""
    gone = pmid_of(articles_in()[0])
    with standin() as server:
        first = bench.harvest(server)
    asked = " ".join(one(first, "pubmed", "preclinical").query_text.split())

    def but_for_one(term: str, article: bytes) -> bool:
        return pmid_of(article) != gone or asked not in term

    with standin(articles=Eutils(articles_in(), matches=but_for_one)) as server:
        second = bench.harvest(server, wish=FULL)
    assert one(second, "pubmed", "preclinical").withdrawn == (gone,)
    assert all(each.withdrawn == () for each in second.harvests if each.strategy == "clinical")
    bench.build()
    assert rows(
        bench.home.warehouse, f"SELECT version, is_current FROM raw.record_version WHERE record_id = '{gone}'"
    ) == [(1, True)]
    assert rows(bench.home.warehouse, f"SELECT count(*) FROM raw.record_strategy WHERE record_id = '{gone}'") == [(1,)]


def test_a_changed_strategy_is_read_in_full_and_narrows_without_doubt(bench: Bench, standin: Make) -> None:
    with standin() as server:
        bench.harvest(server)
        kept = json.loads(studies_in()[0])["protocolSection"]["identificationModule"]["nctId"]
        narrow = Strategy("clinical", "clinicaltrials_gov", f"filter.ids = {kept}", "f" * 64)
        second = bench.harvest(server, only=[narrow])
    assert (second.harvests[0].read, second.harvests[0].removed) == ("full", len(studies_in()) - 1)


def test_an_answer_that_lacks_too_much_is_not_believed(bench: Bench, standin: Make) -> None:
    with standin() as server:
        bench.harvest(server)
    with standin(studies=studies_in()[:20], articles=[]) as server:
        doubted = bench.harvest(server, wish=FULL)
        assert all(each.removed == 0 and "too many to believe" in each.warnings[-1] for each in doubted.harvests)
        assert any("harvest --full --force" in note for note in bench.progress.notes)
        believed = bench.harvest(server, wish=Wish(whole=True, force=True))
    assert one(believed, "clinicaltrials_gov").removed == len(studies_in()) - 20
    assert one(believed, "pubmed").removed == len(articles_in())


def test_an_interrupted_first_harvest_goes_on_where_it_had_landed(
    bench: Bench, standin: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from msc_harvest.connectors.clinicaltrials_gov import ClinicalTrialsGov
    from msc_harvest.pipeline import searching

    monkeypatch.setattr(ClinicalTrialsGov, "batch", 10)
    monkeypatch.setattr(searching, "ROWS_PER_SEGMENT", 10)
    whole = Bench(bench.home.root.parent / "whole")
    with standin() as server:
        whole.harvest(server)
        fetched = len([asked for asked in server.log if ("filter.ids" in dict(asked.params))])
    counted = 0

    def interrupt(units: int = 1) -> None:
        nonlocal counted
        counted += units
        if counted == 35:
            raise KeyboardInterrupt

    with standin() as server:
        with monkeypatch.context() as patched:
            patched.setattr(bench.progress, "advance", interrupt)
            with pytest.raises(KeyboardInterrupt):
                bench.harvest(server)
        broken = one(read_manifests(bench.home)[0], "clinicaltrials_gov")
        assert (broken.status, broken.seen, len(broken.segments)) == ("interrupted", 35, 4)
        server.log.clear()
        on = bench.harvest(server)
        again = len([asked for asked in server.log if ("filter.ids" in dict(asked.params))])
    assert (one(on, "clinicaltrials_gov").new, one(on, "clinicaltrials_gov").unchanged) == (31, 5)
    assert (fetched, again) == (7, 4), "the three batches that had landed are not fetched again"
    assert Archive(bench.home).digest() == Archive(whole.home).digest()


def test_a_killed_run_is_settled_by_the_next(bench: Bench, standin: Make) -> None:
    with standin() as server:
        done = bench.harvest(server)
        path = bench.home.runs / f"{done.run_id}.json"
        killed = json.loads(path.read_text())
        killed["status"] = killed["harvests"][0]["status"] = "running"
        killed["finished_at"], killed["harvests"][0]["segments"] = None, []
        path.write_text(json.dumps(killed))
        bench.clock.sleep(60)
        bench.harvest(server)
    settled = read_manifests(bench.home)[0]
    assert (settled.status, settled.harvests[0].status) == ("interrupted", "interrupted")
    assert settled.harvests[0].segments == done.harvests[0].segments
    assert examine(bench.home, lambda _: None, lambda: None) == []


def test_a_lost_segment_is_fetched_again(bench: Bench, standin: Make) -> None:
    with standin() as server:
        first = bench.harvest(server)
        digest = Archive(bench.home).digest()
        (bench.home.root / one(first, "clinicaltrials_gov").segments[0].path).unlink()
        bench.clock.sleep(DAY)
        second = one(bench.harvest(server), "clinicaltrials_gov")
        assert (second.read, second.new) == ("full", len(studies_in()))
        assert Archive(bench.home).digest() == digest
        bench.clock.sleep(DAY)
        assert one(bench.harvest(server), "clinicaltrials_gov").read == "incremental"


def test_a_clock_that_went_back_does_not_turn_versions_round(bench: Bench, standin: Make) -> None:
    studies = studies_in()
    with standin() as server:
        bench.harvest(server)
    bench.clock.now -= 30 * DAY
    with standin(
        studies=Registry([updated(studies[0], "2026-09-10", overallStatus="TERMINATED"), *studies[1:]])
    ) as server:
        second = bench.harvest(server)
    assert one(second, "clinicaltrials_gov").changed == 1
    assert any("clock is behind" in note for note in bench.progress.notes)
    bench.build()
    assert rows(
        bench.home.warehouse,
        "SELECT overall_status FROM core.trial JOIN raw.record_version ON record_id = nct_id AND version = 2 AND is_current",
    ) == [("TERMINATED",)]
