"""XML read safely, and words, numbers, flags and dates out of its elements.

Safety: no entities are resolved, no DTD is loaded, nothing is fetched, nothing broken is mended. A record that brings
a DTD of its own is refused, because its entities could change what the text says.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

from lxml import etree

from msc_harvest.errors import RecordRejected
from msc_harvest.quantities import calendar_day, month_number

Element = Any

# Calendar day, text, precision: how the three date columns are always filled.
Day = tuple[date | None, str | None, str | None]

DATE_PARTS = frozenset({"Year", "Month", "Day", "Season", "MedlineDate"})

_PARSER_RULES = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "recover": False,
    "remove_comments": True,
    "remove_pis": True,
}
_PREFIX = re.compile(rb"</?([A-Za-z_][\w.-]*):[A-Za-z_]")
_KNOWN_NAMESPACES = {"mml": "http://www.w3.org/1998/Math/MathML", "xlink": "http://www.w3.org/1999/xlink"}
_BETWEEN_LISTS = re.compile(rb"</ReferenceList>\s*<(?!Reference|/ReferenceList)")
_END_OF_ARTICLE = re.compile(rb"\s*</PubmedData>\s*</PubmedArticle>\s*$")
_LINE_BREAKS = re.compile(r"[ \t\r\n]*\n[ \t\r\n]*")
_YEAR_FIRST = re.compile(r"\D{0,12}([12][0-9]{3})(?![0-9])")
_PARSER = etree.XMLParser(**_PARSER_RULES)


def root_of(body: bytes) -> Element:
    """The root element of one record, without the reference lists at its end.

    Raises RecordRejected when the record is malformed or brings a DTD. What lies inside a reference list is not looked
    at: nothing is mapped from there, and it is up to half of the bytes.
    """
    if not body.startswith(b"<Pubmed") and b"<!DOCTYPE" in body:
        raise RecordRejected("the record brings a document type of its own, which could change its text")
    shorter = _without_references(body)
    if shorter is not body:
        try:
            return etree.fromstring(shorter, _PARSER)
        except (etree.LxmlError, ValueError, LookupError):
            pass  # the whole record decides, and words the reason
    try:
        return etree.fromstring(body, _PARSER)
    except (etree.LxmlError, ValueError, LookupError) as fault:
        if "Namespace prefix" in str(fault):
            return _with_namespaces(body)
        raise _malformed(fault) from None


def _without_references(body: bytes) -> bytes:
    """The record less its reference lists; the record itself when they are not the plain end of the article.

    A tag inside a comment or CDATA leaves a remainder that is not well-formed, and the caller then reads the whole.
    """
    start = body.find(b"<ReferenceList")
    end = body.rfind(b"</ReferenceList>") + len(b"</ReferenceList>")
    if start < 0 or start > end or not _END_OF_ARTICLE.match(body, end):
        return body
    if body.count(b"</ReferenceList>", start, end) > 1 and _BETWEEN_LISTS.search(body, start, end):
        return body
    return body[:start] + body[end:]


def _with_namespaces(body: bytes) -> Element:
    # A record cut out of a set may lean on a prefix that the set's root declares; it is declared around it instead.
    prefixes = sorted({prefix.decode() for prefix in _PREFIX.findall(body)})
    declared = " ".join(f'xmlns:{one}="{_KNOWN_NAMESPACES.get(one, "urn:undeclared:" + one)}"' for one in prefixes)
    try:
        outer = etree.fromstring(b"<outer " + declared.encode() + b">" + body + b"</outer>", _PARSER)
    except (etree.LxmlError, ValueError, LookupError) as fault:
        raise _malformed(fault) from None
    if len(outer) != 1:
        raise RecordRejected("malformed XML: more than one element, or none, where one record was expected")
    return outer[0]


def _malformed(fault: Exception) -> RecordRejected:
    return RecordRejected("malformed XML: " + " ".join(str(fault).split())[:200])


def words(element: Element) -> str | None:
    """The element's whole text: that of inline markup and formulas, and what follows them. None when it is empty.

    Outer blanks are dropped, and a line break with the blanks around it reads as one blank; nothing else is changed.
    """
    text: str | None = "".join(element.itertext()) if len(element) else element.text
    if not text:
        return None
    if "\n" in text:
        text = _LINE_BREAKS.sub(" ", text)
    return text.strip() or None


def plain(element: Element) -> str | None:
    """Text of an element that by its definition holds no markup; None when it is empty."""
    text: str | None = element.text
    return text.strip() or None if text else None


@lru_cache(maxsize=5_000)
def whole_number(text: str | None) -> int | None:
    """A count of at most nine plain digits; None for anything else."""
    text = text.strip() if text else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def yes(flag: str | None) -> bool | None:
    """True for `Y`, False for `N`, None when the attribute is absent or says something else."""
    return True if flag == "Y" else False if flag == "N" else None


def day_of(element: Element) -> tuple[Day, tuple[str, ...]]:
    """(calendar day, text, precision) of a date element, and the tags of its children that belong to no date.

    The text is the given words with one blank between them. Precision is how far a calendar can follow: `day`, `month`
    or `year`; a season or a range of months (MedlineDate) is known to the year it begins with. The calendar day is None
    unless year, month and day are all given and exist.
    """
    parts = {child.tag: child.text for child in element[:]}
    year, month, day = parts.get("Year"), parts.get("Month"), parts.get("Day")
    if len(parts) == 3 and year and month and day:
        return read_day(year, month, day), ()
    words_only = [text for tag in ("Season", "MedlineDate") if (text := parts.get(tag))]
    return read_day(year, month, day, *words_only[:1]), tuple(tag for tag in parts if tag not in DATE_PARTS)


@lru_cache(maxsize=20_000)
def read_day(year: str | None, month: str | None, day: str | None, other: str | None = None) -> Day:
    """(calendar day, text, precision) of the parts of a date; `other` is a season, or a range in words."""
    given = [" ".join(part.split("\n")).strip() for part in (year, month, day, other) if part and part.strip()]
    text = " ".join(given) or None
    number, month_no, day_no = year_in(text), _month(month), whole_number(day)
    if number is None:
        return None, text, None
    if month_no is None:
        return None, text, "year"
    found = calendar_day(number, month_no, day_no) if day_no else None
    return found, text, "day" if found else "month"


def _month(word: str | None) -> int | None:
    word = word.strip() if word else ""
    return month_number(word) if word.isascii() and (word.isalpha() or (word.isdigit() and len(word) <= 2)) else None


def year_in(text: str | None) -> int | None:
    """The year a date text begins with (`1998 Dec-1999 Jan` is 1998); None when it names none."""
    found = _YEAR_FIRST.match(text) if text else None
    return int(found[1]) if found else None
