"""Which dates of an article a date limit of ESearch looks at, and whether they lie within it."""

from __future__ import annotations

import re

_PUBLISHED = rb"<PubDate>(.*?)</PubDate>"
_ENTERED = rb'<PubMedPubDate PubStatus="entrez">(.*?)</PubMedPubDate>'
_REVISED = rb"<DateRevised>(.*?)</DateRevised>"
#: Where each kind of date stands, best first. The sample's articles have nothing but the date of publication, real
#: ones always have an Entrez date.
_ELEMENTS = {
    "pdat": (_PUBLISHED,),
    "mdat": (_REVISED, _ENTERED, _PUBLISHED),
    "edat": (_ENTERED, _PUBLISHED),
    "crdt": (_ENTERED, _PUBLISHED),
}
_TAGS = {
    "dp": "pdat",
    "date - publication": "pdat",
    "lr": "mdat",
    "date - modification": "mdat",
    "date - entry": "edat",
    "date - create": "crdt",
}
_MONTHS = {
    name: number
    for number, name in enumerate(
        (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"), 1
    )
}


def is_dated(article: bytes, low: str, high: str, kind: str) -> bool:
    """Whether the article's date lies in low..high (YYYY, YYYY/MM or YYYY/MM/DD; a short bound spans all of it).

    `kind` is a value of `datetype` or a field tag; an unknown one means the Entrez date. An article without any date
    lies nowhere.
    """
    name = kind.strip().lower()
    date = _date(article, _ELEMENTS.get(_TAGS.get(name, name), _ELEMENTS["edat"]))
    return date is not None and _bound(low, 1) <= date <= _bound(high, 99)


def _date(article: bytes, elements: tuple[bytes, ...]) -> tuple[int, ...] | None:
    for pattern in elements:
        if element := re.search(pattern, article, re.DOTALL):
            year, month, day = (_part(element[1], name) for name in (b"Year", b"Month", b"Day"))
            if year := year or re.search(rb"(\d{4})", element[1]):
                return int(year[1]), _month(month[1]) if month else 1, int(day[1]) if day else 1
    return None


def _part(element: bytes, name: bytes) -> re.Match[bytes] | None:
    return re.search(rb"<%s>\s*(\w+)\s*</%s>" % (name, name), element)


def _month(word: bytes) -> int:
    return int(word) if word.isdigit() else _MONTHS.get(word[:3].lower(), 1)


def _bound(text: str, rest: int) -> tuple[int, ...]:
    parts = [int(part) for part in text.split("/")]
    return (*parts, *[rest] * (3 - len(parts)))
