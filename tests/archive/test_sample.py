"""The embedded sample is read in place and has no record without a stated origin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from msc_harvest.archive import SampleArchive
from msc_harvest.errors import ArchiveError

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
HEADER = "source,record_id,file,role,facts_from,prose,note\n"
LINES = {
    "NCT1": "clinicaltrials_gov,NCT00000001,clinicaltrials_gov/NCT00000001.json,study,the register,written for this sample,\n",
    "P2": 'pubmed,20000002,pubmed/20000002.xml,preclinical,PMID 20000002,written for this sample,"a, b"\n',
    "P1": "pubmed,20000001,pubmed/20000001.xml,near_miss,PMID 20000001,written for this sample,\n",
}
CONTENTS: dict[str, Callable[[bytes], bytes]] = {
    "clinicaltrials_gov": lambda body: body.replace(b'"served":1', b""),
    "pubmed": bytes.strip,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for source in CONTENTS:
        (tmp_path / source).mkdir()
    (tmp_path / "clinicaltrials_gov" / "NCT00000001.json").write_bytes(b'{"nctId":"NCT00000001","served":1}\n')
    (tmp_path / "pubmed" / "20000001.xml").write_bytes(b"<PubmedArticle><PMID>20000001</PMID></PubmedArticle>\r\n")
    (tmp_path / "pubmed" / "20000002.xml").write_bytes(b"<PubmedArticle><PMID>20000002</PMID></PubmedArticle>")
    (tmp_path / "manifest.csv").write_text(HEADER + "".join(LINES.values()), encoding="utf-8")
    return tmp_path


def sample(folder: Path) -> SampleArchive:
    return SampleArchive(folder, CONTENTS, MOMENT)


def test_records_come_in_order_with_their_bytes(folder: Path) -> None:
    (batch,) = sample(folder).versions()
    assert [(each.source, each.record_id, each.strategy) for each in batch] == [
        ("clinicaltrials_gov", "NCT00000001", "clinical"),
        ("pubmed", "20000001", "clinical"),
        ("pubmed", "20000002", "preclinical"),
    ]
    trial = batch[0]
    assert trial.body == b'{"nctId":"NCT00000001","served":1}'
    assert trial.body_sha256 == sha256(trial.body).hexdigest()
    assert trial.content_sha256 == sha256(b'{"nctId":"NCT00000001",}').hexdigest()
    assert (trial.run_id, trial.fetched_at, trial.kind) == ("embedded-sample", MOMENT, "record")
    assert (trial.media_type, batch[1].media_type) == ("application/json", "text/xml")
    assert trial.url == "sample/clinicaltrials_gov/NCT00000001.json"
    assert batch[1].body.endswith(b"</PubmedArticle>")


def test_it_reads_like_an_archive(folder: Path) -> None:
    archive = sample(folder)
    assert [len(batch) for batch in archive.versions(batch=2)] == [2, 1]
    assert list(archive.versions(datetime(2026, 1, 1, tzinfo=UTC))) == []
    assert archive.frame().select("source", "record_id", "strategy").row(2) == ("pubmed", "20000002", "preclinical")
    assert archive.frame().columns[-1] == "kind"
    assert archive.frame().height == 3
    (folder / "manifest.csv").write_text(HEADER + "".join(reversed(LINES.values())), encoding="utf-8")
    assert sample(folder).digest() == archive.digest()
    (folder / "pubmed" / "20000001.xml").write_bytes(b"<PubmedArticle><PMID>20000001</PMID>!</PubmedArticle>")
    assert sample(folder).digest() != archive.digest()


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda f: (f / "pubmed" / "9.xml").write_text("<x>9</x>"), r"pubmed/9\.xml is not in the sample's manifest"),
        (lambda f: (f / "pubmed" / "20000001.xml").unlink(), r"20000001\.xml.* for 20000001, is not a record file"),
        (lambda f: (f / "pubmed" / "20000001.xml").write_text("<x/>"), r"20000001\.xml does not hold 20000001"),
        (lambda f: (f / "manifest.csv").unlink(), r"manifest\.csv cannot be read"),
        (lambda f: (f / "manifest.csv").write_bytes(b"\xff"), r"manifest\.csv cannot be read"),
        (
            lambda f: (f / "manifest.csv").write_text("source,record_id\n"),
            "must have the columns source,record_id,file",
        ),
        (lambda f: append(f, LINES["P1"]), "20000001 is listed twice"),
        (
            lambda f: append(f, "pubmed,5,pubmed/5.xml,editorial,x,y,\n"),
            "the line of 5 is incomplete or has an unknown",
        ),
        (lambda f: append(f, "pubmed,5,pubmed/5.xml\n"), "the line of 5 is incomplete"),
        (lambda f: append(f, "pubmed,5,../../5.xml,study,x,y,\n"), "for 5, is not a record file"),
        (lambda f: append(f, "elsewhere,5,elsewhere/5.xml,study,x,y,\n"), "names 'elsewhere', which is no source"),
    ],
)
def test_folder_and_manifest_must_agree(folder: Path, spoil: Callable[[Path], object], complaint: str) -> None:
    spoil(folder)
    with pytest.raises(ArchiveError, match=complaint):
        sample(folder).digest()


def append(folder: Path, line: str) -> None:
    """Add a line to the manifest."""
    with (folder / "manifest.csv").open("a", encoding="utf-8") as file:
        file.write(line)
