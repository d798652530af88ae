"""Records with nothing but identifications and dates, for the stand-in's own tests."""

from __future__ import annotations

import json


def study(number: int, posted: str = "", updated: str = "", **identification: object) -> bytes:
    """A study. Dates are ISO days of first posting and of the last update; without them it has no status module."""
    protocol: dict[str, object] = {"identificationModule": {"nctId": f"NCT{number:08d}", **identification}}
    dates = {"studyFirstPostDateStruct": posted, "lastUpdatePostDateStruct": updated}
    if status := {name: {"date": date, "type": "ACTUAL"} for name, date in dates.items() if date}:
        protocol["statusModule"] = status
    return json.dumps({"protocolSection": protocol}, separators=(",", ":")).encode()


def article(pmid: int, year: int = 2020, revised: str = "", published: str = "") -> bytes:
    """An article, entered on 9 March of a year. `revised` is YYYY/MM/DD; `published` the inside of a PubDate."""
    changed = "<DateRevised><Year>{}</Year><Month>{}</Month><Day>{}</Day></DateRevised>".format(
        *(revised.split("/") if revised else ("", "", ""))
    )
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID>{changed if revised else ""}'
        f"{f'<PubDate>{published}</PubDate>' if published else ''}</MedlineCitation><PubmedData><History>"
        f'<PubMedPubDate PubStatus="entrez"><Year>{year}</Year><Month>3</Month><Day>9</Day></PubMedPubDate>'
        "</History></PubmedData></PubmedArticle>"
    ).encode()
