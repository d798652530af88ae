"""A new organ and a new cell source need rows in CSVs and nothing else."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from msc_harvest import paths
from msc_harvest.archive import Archive
from msc_harvest.connectors import connectors
from msc_harvest.model import Received
from msc_harvest.paths import Home
from msc_harvest.pipeline import holdings
from msc_harvest.pipeline.building import build
from tests.labelled import RECEIVED_AT, RUN, STRATEGY
from tests.pipeline.conftest import Silent

SIGNED = {"signed_by": "test", "signed_on": "2026-11-21", "why": "test", "source": "test", "definition": "Test."}
ORGAN = {"organ_code": "thymus", "organ_name": "Thymus", "sort_order": "6", "is_in_review_scope": "true"}
SOURCE = {"cell_source_code": "hair_follicle", "cell_source_name": "Hair follicle", "sort_order": "8"}
ROWS = {
    "organ": ORGAN,
    "organ_word": {"organ_code": "thymus", "kind": "organ", "pattern": "thymus|thymic"},
    "cell_source": SOURCE,
    "cell_source_word": {"cell_source_code": "hair_follicle", "kind": "is", "pattern": r"hair[\s-]+follicles?"},
}
TRIAL = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT90000001",
            "briefTitle": "Mesenchymal Stromal Cells From Hair Follicles in Thymus Transplantation",
        },
        "statusModule": {"overallStatus": "RECRUITING"},
        "descriptionModule": {"briefSummary": "Cells are given to recipients of a thymus transplant."},
        "conditionsModule": {"conditions": ["Thymus Transplantation"]},
        "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE1"]},
        "armsInterventionsModule": {
            "interventions": [
                {
                    "type": "BIOLOGICAL",
                    "name": "Mesenchymal stromal cells",
                    "description": "One infusion of 2 x 10^6 hair follicle derived mesenchymal stromal cells per kg.",
                }
            ]
        },
    }
}


def _widened(folder: Path) -> Path:
    """A copy of the shipped files with one row more in four vocabularies."""
    for name in ("queries", "warehouse/schema", "warehouse/vocab", "warehouse/curated"):
        shutil.copytree(paths.assets() / name, folder / name)
    for name, row in ROWS.items():
        path = folder / "warehouse" / "vocab" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as lines:
            header = next(csv.reader(lines))
        with path.open("a", encoding="utf-8", newline="") as lines:
            csv.DictWriter(lines, header, extrasaction="ignore", lineterminator="\n").writerow({**SIGNED, **row})
    return folder


def _built(home: Home, assets: Path) -> duckdb.DuckDBPyConnection:
    known = connectors()
    body = json.dumps(TRIAL).encode()
    with Archive(home).writer(RUN, "clinicaltrials_gov", STRATEGY) as writer:
        received = Received("NCT90000001", body, "tests/NCT90000001", "application/json")
        writer.add(received, known["clinicaltrials_gov"].content(body), RECEIVED_AT)
    build(home.warehouse, assets, holdings.archived(home), known, RECEIVED_AT.replace(tzinfo=None), Silent())
    return duckdb.connect(str(home.warehouse), read_only=True)


@pytest.mark.parametrize("is_widened", [True, False], ids=["with the rows", "without them"])
def test_rows_alone_bring_an_organ_and_a_cell_source(tmp_path: Path, is_widened: bool) -> None:
    assets = _widened(tmp_path / "assets") if is_widened else paths.assets()
    with _built(Home(tmp_path / "home"), assets) as warehouse:
        scope = warehouse.execute("SELECT is_in_scope FROM concept.trial_scope").fetchall()
        organs = warehouse.execute("SELECT organ_code FROM concept.trial_organ").fetchall()
        tissues = warehouse.execute("SELECT cell_source_code, matched_text FROM concept.trial_cell_source").fetchall()
        doses = warehouse.execute("SELECT dose_min_million_per_kg FROM concept.trial_dose").fetchall()
    if is_widened:
        assert (scope, organs, doses) == ([(True,)], [("thymus",)], [(2.0,)])
        assert [(code, text.lower()) for code, text in tissues] == [("hair_follicle", "hair follicles")]
    else:
        assert (scope, organs, tissues) == ([(False,)], [], [])
