"""Records for the stand-in out of folders: the embedded sample, or others laid out like it."""

from __future__ import annotations

import json
from pathlib import Path

_SAMPLE = Path(__file__).resolve().parents[2] / "warehouse" / "sample"
SAMPLE_STUDIES = _SAMPLE / "clinicaltrials_gov"
SAMPLE_ARTICLES = _SAMPLE / "pubmed"


def studies_in(folder: Path = SAMPLE_STUDIES) -> list[bytes]:
    """The studies of a folder of JSON files, one line each as a page of the register holds them, by file name."""
    files = sorted(folder.glob("*.json"))
    return [
        json.dumps(json.loads(path.read_bytes()), ensure_ascii=False, separators=(",", ":")).encode() for path in files
    ]


def articles_in(folder: Path = SAMPLE_ARTICLES) -> list[bytes]:
    """The PubmedArticle and PubmedBookArticle elements of a folder of XML files, one each, by file name."""
    return [path.read_bytes().strip() for path in sorted(folder.glob("*.xml"))]
