"""Three harvests in which every kind of change happens once at least, made from records of the embedded sample.

Every text in quotation marks below that differs from the sample is invented for this history.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msc_harvest.archive import Archive, Harvested, Manifest, write_manifest
from msc_harvest.connectors import connectors
from msc_harvest.model import Received
from msc_harvest.paths import Home

SAMPLE = Path(__file__).resolve().parents[2] / "warehouse" / "sample"
TRIALS, PAPERS = "clinicaltrials_gov", "pubmed"
MOMENTS = tuple(datetime(2026, month, 10, 2, 10, tzinfo=UTC) for month in (1, 2, 3))
# A paper without which estimates cannot be pooled: lost by the second harvest, back in the third.
LOST = ("32277568",)
HOSTILE = "Kidney transplantation | MSC [x](http://e.example) `rm` <script>alert(1)</script> \x1b[31m\u202e=1"


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one harvest finds: bodies by record id (only those that are new or changed), and ids it no longer finds."""

    found: Mapping[str, Mapping[str, bytes]]
    gone: Mapping[str, tuple[str, ...]]


def trial(nct_id: str, edit: Callable[[dict[str, Any]], object] | None = None, renamed: str | None = None) -> bytes:
    """A trial of the sample, edited in its protocol section's modules, under another number if `renamed`."""
    study = json.loads((SAMPLE / TRIALS / f"{nct_id}.json").read_bytes())
    if renamed:
        study["protocolSection"]["identificationModule"]["nctId"] = renamed
    if edit:
        edit(study)
    return json.dumps(study, ensure_ascii=False).encode()


def paper(pmid: str, *notices: tuple[str, str, str]) -> bytes:
    """A paper of the sample, with (kind, PubMed number, citation) of the notices that point to it."""
    links = "".join(
        f'<CommentsCorrections RefType="{kind}"><RefSource>{citation}</RefSource>'
        + (f'<PMID Version="1">{other}</PMID>' if other else "")
        + "</CommentsCorrections>"
        for kind, other, citation in notices
    )
    body = (SAMPLE / PAPERS / f"{pmid}.xml").read_text(encoding="utf-8").strip()
    listed = f"<CommentsCorrectionsList>{links}</CommentsCorrectionsList>" if links else ""
    # The list stands before the subject headings; without these at the end of the citation.
    before = "<MeshHeadingList>" if "<MeshHeadingList>" in body else "</MedlineCitation>"
    return body.replace(before, listed + before, 1).encode()


def _status(study: dict[str, Any]) -> dict[str, Any]:
    module: dict[str, Any] = study["protocolSection"]["statusModule"]
    return module


def _stopped(study: dict[str, Any]) -> None:
    _status(study)["overallStatus"] = "TERMINATED"
    _status(study)["whyStopped"] = "Slow accrual;  funding *ended* <early> | see #12"
    _status(study)["completionDateStruct"] = {"date": "2026-01-20", "type": "ACTUAL"}
    study["protocolSection"]["designModule"]["enrollmentInfo"] = {"count": 3, "type": "ACTUAL"}


def _switched(study: dict[str, Any]) -> None:
    """Another primary outcome, start and primary completion; the completion date only becomes more exact."""
    study["protocolSection"]["outcomesModule"]["primaryOutcomes"] = [
        {
            "measure": "Change in FEV1",
            "timeFrame": "12 months",
            "description": "Percentage of the best two values after transplantation,\nmeasured by spirometry.",
        },
        {"measure": "- Survival without retransplantation", "timeFrame": "5 years"},
    ]
    _status(study)["startDateStruct"] = {"date": "2022-03", "type": "ACTUAL"}
    _status(study)["primaryCompletionDateStruct"] = {"date": "2026-11", "type": "ESTIMATED"}


def _switched_and_reported(study: dict[str, Any]) -> None:
    _switched(study)
    study["protocolSection"]["referencesModule"] = {
        "references": [
            {"pmid": "40663031", "type": "RESULT", "citation": "Invented citation."},
            {"pmid": "11111111", "type": "BACKGROUND", "citation": "Invented citation."},
        ]
    }


def _with_results(study: dict[str, Any]) -> None:
    study["hasResults"] = True
    _status(study)["resultsFirstPostDateStruct"] = {"date": "2026-02-03", "type": "ACTUAL"}


def _respaced(study: dict[str, Any]) -> None:
    """Spaces and the order of outcomes differ: a new version without anything to tell."""
    outcomes = study["protocolSection"]["outcomesModule"]["primaryOutcomes"]
    outcomes[0]["measure"] = "  " + outcomes[0]["measure"].replace(" ", "\n ", 1)
    outcomes.reverse()


def _beside(study: dict[str, Any]) -> None:
    _status(study)["overallStatus"] = "SUSPENDED"


def _titled(title: str) -> Callable[[dict[str, Any]], None]:
    def edit(study: dict[str, Any]) -> None:
        study["protocolSection"]["identificationModule"]["briefTitle"] = title
        study["protocolSection"]["statusModule"]["studyFirstPostDateStruct"] = {"date": "2026-01-15", "type": "ACTUAL"}

    return edit


def harvests() -> tuple[Harvest, Harvest, Harvest]:
    """The three harvests, in order."""
    held = ("NCT02260375", "NCT05456243", "NCT04714801", "NCT01429038", "NCT02490020", "NCT00420134", "NCT02472002")
    first = Harvest(
        {
            TRIALS: {nct_id: trial(nct_id) for nct_id in held},
            PAPERS: {pmid: paper(pmid) for pmid in ("22436957", "33370477", "28284916", "20930086", "11823036", *LOST)},
        },
        {},
    )
    second = Harvest(
        {
            TRIALS: {
                "NCT05456243": trial("NCT05456243", _stopped),
                "NCT04714801": trial("NCT04714801", _switched),
                "NCT02260375": trial("NCT02260375", _with_results),
                "NCT02472002": trial("NCT02472002", _respaced),
                "NCT00420134": trial("NCT00420134", _beside),
                "NCT09000001": trial(
                    "NCT02181712", _titled("MSC for chronic rejection after lung transplantation"), "NCT09000001"
                ),
            },
            PAPERS: {
                "29514693": paper("29514693"),
                "28284916": paper("28284916", ("ErratumIn", "", "Invented J. 2026 Feb;1(1):9")),
                "22436957": paper("22436957", ("ExpressionOfConcernIn", "90000001", "Invented J. 2026 Feb;1(1):2")),
                "11823036": paper("11823036", ("RetractionIn", "90000002", "Invented J. 2026 Feb;1(1):3")),
            },
        },
        {TRIALS: ("NCT01429038",), PAPERS: LOST},
    )
    third = Harvest(
        {
            TRIALS: {
                "NCT01429038": trial("NCT01429038"),
                "NCT02260375": trial("NCT02260375"),
                "NCT04714801": trial("NCT04714801", _switched_and_reported),
                "NCT09000002": trial("NCT03504241", _titled(HOSTILE), "NCT09000002"),
            },
            PAPERS: {
                **{pmid: paper(pmid) for pmid in LOST},
                "28284916": paper(
                    "28284916",
                    ("ErratumIn", "90000003", "Invented J. 2026 Feb;1(1):9"),
                    ("RetractionIn", "90000004", "Invented J. 2026 Mar;1(2):4"),
                ),
            },
        },
        {TRIALS: ("NCT09000001",), PAPERS: ("20930086",)},
    )
    return first, second, third


def harvest(home: Home, number: int) -> None:
    """Put the harvest of that number, from 1, into the archive of a home, with its manifest."""
    moment, one = MOMENTS[number - 1], harvests()[number - 1]
    run_id, known = f"run-{number}", connectors()
    done = []
    for source in (TRIALS, PAPERS):
        found = one.found.get(source, {})
        with Archive(home).writer(run_id, source, "clinical") as writer:
            for record_id, body in found.items():
                received = Received(record_id, body, f"https://{source}.example/{record_id}", known[source].media_type)
                writer.add(received, known[source].content(body), moment)
            for record_id in one.gone.get(source, ()):
                writer.withdraw(record_id, moment)
        done.append(Harvested(source, "clinical", "finished", "words", "0" * 64, seen=len(found)))
    finished = moment + timedelta(minutes=5)
    write_manifest(home, Manifest(run_id, "finished", moment, "test", finished, tuple(done)))
