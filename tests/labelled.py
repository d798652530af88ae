"""A warehouse over given records: bodies into an archive, archive into a warehouse, once per session.

`warehouse_of(folder, studies, articles)` is the way in; the fixtures below build what several tests share:

* `msc_home`       the 1,463 registry records of MSC trials (../shared), which hold the labelled ones
* `unrelated_home` 496 trials and 469 papers of other fields (../shared)

A test module imports the fixture it wants and opens `home.warehouse` read-only. For experiments by hand:

    python -m tests.labelled /tmp/somewhere     # writes the warehouse of msc_home there
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from msc_harvest.archive import Archive
from msc_harvest.connectors import connectors
from msc_harvest.model import Received
from msc_harvest.paths import Home, assets
from msc_harvest.pipeline import holdings
from msc_harvest.pipeline.building import build
from tests.once import once
from tests.pipeline.conftest import Silent

RECEIVED_AT = datetime(2026, 11, 21, tzinfo=UTC)
STRATEGY = "clinical"
RUN = "20261121T000000Z"


def warehouse_of(folder: Path, studies: Iterable[bytes] = (), articles: Iterable[bytes] = ()) -> Home:
    """A home below `folder` whose archive holds the given bodies and whose warehouse is built from them."""
    home = Home(folder)
    known = connectors()
    given = {"clinicaltrials_gov": _received(studies, _nct_id), "pubmed": _received(articles, _pmid)}
    for source, records in given.items():
        with Archive(home).writer(RUN, source, STRATEGY) as writer:
            for record in records:
                writer.add(record, known[source].content(record.body), RECEIVED_AT)
    build(home.warehouse, assets(), holdings.archived(home), known, RECEIVED_AT.replace(tzinfo=None), Silent())
    return home


def lines_of(path: Path) -> Iterator[bytes]:
    """The bodies in a file of one JSON object a line."""
    with gzip.open(path, "rb") as lines:
        yield from (line.strip() for line in lines)


def articles_of(path: Path) -> Iterator[bytes]:
    """The PubMed records in one file, each as its own bytes."""
    with gzip.open(path, "rb") as stream:
        root = etree.parse(stream).getroot()
    for node in root:
        if node.tag in ("PubmedArticle", "PubmedBookArticle"):
            node.tail = None
            yield etree.tostring(node, encoding="utf-8")


@pytest.fixture(scope="session")
def msc_home(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with all registry records of MSC trials. Tests only read it."""
    return Home(once(tmp_path_factory, "msc", lambda folder: warehouse_of(folder, lines_of(_msc_trials(shared)))))


@pytest.fixture(scope="session")
def unrelated_home(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with trials and papers of other fields. Tests only read it."""
    studies = shared / "data" / "ctgov" / "v2_records.jsonl.gz"
    articles = shared / "data" / "pubmed" / "articles.xml.gz"

    def make(folder: Path) -> None:
        warehouse_of(folder, lines_of(studies), articles_of(articles))

    return Home(once(tmp_path_factory, "unrelated", make))


def _msc_trials(shared: Path) -> Path:
    return shared / "data" / "ctgov" / "msc_trials_v2_shape.jsonl.gz"


def _received(bodies: Iterable[bytes], identify: Callable[[bytes], str]) -> Iterator[Received]:
    for body in bodies:
        record_id = identify(body)
        kind = "application/json" if body.startswith(b"{") else "text/xml"
        yield Received(record_id, body, f"tests/{record_id}", kind)


def _nct_id(body: bytes) -> str:
    return str(json.loads(body)["protocolSection"]["identificationModule"]["nctId"])


def _pmid(body: bytes) -> str:
    found = re.search(rb"<PMID[^>]*>(\d+)</PMID>", body)
    assert found, body[:200]
    return found[1].decode()


if __name__ == "__main__":
    built = warehouse_of(Path(sys.argv[1]), lines_of(_msc_trials(Path(__file__).resolve().parents[2] / "shared")))
    sys.stdout.write(f"{built.warehouse}\n")
