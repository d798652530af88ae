"""F11 and F13 on the whole way: whatever a service does for a moment, the archive ends as without it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from msc_harvest.archive import Archive
from msc_harvest.connectors.clinicaltrials_gov import ClinicalTrialsGov
from tests.pipeline.conftest import Bench
from tests.standin import Fault, Registry, Reload, StandIn
from tests.standin.records import studies_in

Make = Callable[..., StandIn]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Digest of an archive that no fault touched."""
    from tests.standin.records import articles_in

    bench = Bench(tmp_path_factory.mktemp("undisturbed"))
    with StandIn(studies=studies_in(), articles=articles_in()) as server:
        bench.harvest(server)
    return Archive(bench.home).digest()


KINDS = (
    "status",
    "reset",
    "cut",
    "cut_unannounced",
    "cut_gzip",
    "html",
    "empty",
    "no_content",
    "garbage_json",
    "garbage_xml",
    "rate_body",
    "nan_json",
)
JSON_ONLY, XML_ONLY = {"nan_json", "garbage_json"}, {"garbage_xml"}
EVERYWHERE = [
    (kind, path)
    for path in ("/studies", "esearch", "efetch")
    for kind in KINDS
    if kind not in (JSON_ONLY if path == "efetch" else XML_ONLY)
]


@pytest.mark.parametrize(("kind", "path"), EVERYWHERE)
def test_a_passing_fault_anywhere_changes_nothing(
    bench: Bench, standin: Make, undisturbed: str, kind: str, path: str
) -> None:
    fault = Fault(kind, path=path, times=2, after=1)  # type: ignore[arg-type]
    with standin(faults=[fault]) as server:
        manifest = bench.harvest(server)
    assert manifest.status == "finished"
    assert Archive(bench.home).digest() == undisturbed
    assert sum(one.retries for one in manifest.harvests) >= 1


def test_a_fault_that_stays_ends_resumable(bench: Bench, standin: Make, undisturbed: str) -> None:
    with standin(faults=[Fault("cut_gzip", path="efetch", times=99)]) as server:
        assert bench.harvest(server).status == "failed"
    with standin() as server:
        assert bench.harvest(server).status == "finished"
    assert Archive(bench.home).digest() == undisturbed


@pytest.mark.parametrize("after", range(4))
def test_a_reload_in_the_middle_of_a_harvest_is_read_after(
    tmp_path: Path, standin: Make, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """One study is new and one is updated after the reload: the next day's data are held in the end."""
    monkeypatch.setattr(ClinicalTrialsGov, "batch", 20)
    before = studies_in()
    records = [json.loads(study) for study in before]
    records[3]["protocolSection"]["statusModule"]["overallStatus"] = "SUSPENDED"
    records[3]["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"] = {"date": "2026-09-12", "type": "ACTUAL"}
    later = [json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() for record in records]
    reload = Reload(
        after=after, path="/studies", studies=later[:-1] + before[-1:], data_timestamp="2026-09-12T09:00:00"
    )
    bench = Bench(tmp_path)
    with standin(studies=Registry(before[1:]), reload=reload) as server:
        manifest = bench.harvest(server)
    trials = manifest.harvests[0]
    assert (trials.status, trials.watermark and trials.watermark.isoformat()) == ("finished", "2026-09-12")
    bench.build()
    with duckdb.connect(str(bench.home.warehouse), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM core.trial").fetchall() == [(len(before),)]
        held = connection.execute(
            "SELECT overall_status FROM core.trial WHERE nct_id = ?",
            [records[3]["protocolSection"]["identificationModule"]["nctId"]],
        )
        assert held.fetchall() == [("SUSPENDED",)]
