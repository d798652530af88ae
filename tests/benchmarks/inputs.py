"""Records to measure on: the real ones beside the checkout where they are, else the embedded sample; replicated."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
SAMPLE = ROOT / "warehouse" / "sample"

_PMID = re.compile(rb"(<PMID[^>]*>)\d+(</PMID>)")
_NCT = re.compile(rb'"nctId":\s*"NCT\d{8}"')


def origin() -> str:
    """Which records are measured."""
    return (
        "real records of ../shared"
        if SHARED.is_dir()
        else "embedded sample (no ../shared here): figures differ from those of real records"
    )


def studies(n: int, first: int = 0) -> list[bytes]:
    """`n` studies as the register delivers them, each with an id of its own, counted from `first`."""
    if SHARED.is_dir():
        with gzip.open(SHARED / "ctgov" / "v2_records.jsonl.gz") as lines:
            bodies = [line.rstrip(b"\n") for line in lines]
    else:
        files = sorted((SAMPLE / "clinicaltrials_gov").glob("*.json"))
        bodies = [json.dumps(json.loads(path.read_bytes()), separators=(",", ":")).encode() for path in files]
    return [
        _NCT.sub(b'"nctId":"NCT%08d"' % (place + 1), bodies[place % len(bodies)], count=1)
        for place in range(first, first + n)
    ]


def articles_xml(n: int) -> bytes:
    """One PubmedArticleSet of about `n` articles."""
    if SHARED.is_dir():
        text = gzip.decompress((SHARED / "pubmed" / "articles.xml.gz").read_bytes())
        opening = text[: text.index(b"<PubmedArticle>")]  # the root carries namespaces that records use
        # The peer cannot read a citation without an Article, so that none is measured.
        found = [one for one in re.findall(rb"<PubmedArticle>.*?</PubmedArticle>", text, re.S) if b"</Article>" in one]
    else:
        opening = b'<?xml version="1.0" ?>\n<PubmedArticleSet>\n'
        found = [path.read_bytes().strip() for path in sorted((SAMPLE / "pubmed").glob("*.xml"))]
    chosen = [_PMID.sub(rb"\g<1>%d\g<2>" % (place + 1), found[place % len(found)], count=1) for place in range(n)]
    return opening + b"\n".join(chosen) + b"\n</PubmedArticleSet>\n"
