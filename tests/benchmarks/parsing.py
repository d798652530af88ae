"""Bytes → typed columns, against the bare parsers."""

from __future__ import annotations

import gzip
import io
import tempfile
from pathlib import Path

from lxml import etree

from msc_harvest import dictionary
from msc_harvest.connectors import connectors
from msc_harvest.model import Row
from msc_harvest.pipeline.building import collector_off
from msc_harvest.warehouse.tables import frame_of
from tests.benchmarks.inputs import articles_xml, studies
from tests.benchmarks.measure import medians, report

N_ARTICLES = 3000
N_STUDIES = 1500
FLUSH = 2000


def columns_of(source: str, bodies: list[bytes]) -> None:
    """Parse every body and make the typed columns of all tables, a few thousand records at a time."""
    connector = connectors()[source]
    tables = {table.name: table for table in dictionary.tables(connector.dictionary)}
    rows: dict[str, list[Row]] = {name: [] for name in tables}
    with collector_off():
        for place, body in enumerate(bodies, start=1):
            for name, some in connector.parse(body).rows.items():
                rows[name].extend(some)
            if place % FLUSH == 0 or place == len(bodies):
                for name, some in rows.items():
                    frame_of(tables[name], some)
                    some.clear()


def pubmed() -> None:
    """PubMed XML: the floor is gunzip and an empty iterparse; the peer is pubmed_parser with its defaults."""
    import pubmed_parser

    from msc_harvest.connectors.eutilities import read_articles

    packed = gzip.compress(articles_xml(N_ARTICLES), 6)

    def floor() -> None:
        for _, element in etree.iterparse(io.BytesIO(gzip.decompress(packed)), tag="PubmedArticle"):
            element.clear()

    def ours() -> None:
        columns_of("pubmed", list(read_articles(gzip.decompress(packed)).records.values()))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.xml.gz"
        path.write_bytes(packed)

        def peer() -> None:
            for _ in pubmed_parser.parse_medline_xml(str(path)):
                pass

        took = medians({"floor": floor, "ours": ours, "peer": peer})
    rate = f"{N_ARTICLES / took['ours']:,.0f} articles/s"
    report("PubMed XML → typed columns ÷ gzip + lxml iterparse", took["floor"] / took["ours"], 0.45, rate)
    report("PubMed XML → typed columns ÷ pubmed_parser", took["peer"] / took["ours"], 2.2, rate)


def registry() -> None:
    """Registry JSON: the floor is orjson over each study."""
    import orjson

    bodies = studies(N_STUDIES)

    def floor() -> None:
        for body in bodies:
            orjson.loads(body)

    took = medians({"floor": floor, "ours": lambda: columns_of("clinicaltrials_gov", bodies)})
    report(
        "registry JSON → typed columns ÷ orjson per study",
        took["floor"] / took["ours"],
        0.5,
        f"{N_STUDIES / took['ours']:,.0f} studies/s",
    )
