"""Short forms that an abstract defines for itself: `acute rejection (AR)`, `stromal cells (ASCs)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from msc_harvest.evidence.labels import CONTROL, MSC, tags
from msc_harvest.evidence.outcomes import outcomes
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.words import Words

# Capitals in a bracket right behind the words they stand for.
_SHORT = re.compile(r"\s*(?:[a-z-]+\s+)?\((?P<short>[A-Z][A-Za-z+/-]{1,9}?)s?\)")
_CELLS = re.compile(r"\b(?:stromal|stem|progenitor)[\s-]+cells?\s*\((?P<short>[A-Z][\w-]{1,9}?)s?\)", re.IGNORECASE)
_OF_BLOOD = re.compile(r"\b(?:ha?ematopoietic|blood|marrow-derived ha?ematopoietic|cd34\+?)[\s-]+$", re.IGNORECASE)
_CAPITALS = 2


def with_short_forms(found: Sequence[Part], words: Words) -> Words:
    """The words, and the outcomes that this abstract calls by letters; letters that are known stay as they are."""
    new: dict[str, str] = {}
    for part in found:
        if "(" not in part.text:
            continue
        for _, end, code in outcomes(part, words):
            match = _SHORT.match(part.text, end)
            short = match["short"] if match else ""
            if _is_short(short) and not words.any_outcome.fullmatch(short) and not words["of_msc"].fullmatch(short):
                new.setdefault(short, code)
    return _extended(words, new) if new else words


def _is_short(text: str) -> bool:
    return sum(letter.isupper() for letter in text) >= _CAPITALS


def _extended(words: Words, new: dict[str, str]) -> Words:
    named = dict(words.outcomes)
    for short, code in new.items():
        # Letters count only as written: `AR` is no `ar`.
        named[code] = re.compile(rf"{named[code].pattern}|(?<![\w-])(?-i:{re.escape(short)}s?)(?!\w)", re.IGNORECASE)
    every = "|".join(rf"(?<![\w-])(?-i:{re.escape(short)}s?)(?!\w)" for short in new)
    return replace(
        words, memory={}, outcomes=named, any_outcome=re.compile(f"{words.any_outcome.pattern}|{every}", re.IGNORECASE)
    )


def short_arms(found: Sequence[Part], words: Words) -> dict[str, str]:
    """Letters by which an abstract calls its cells or one of its arms, in lower case, with their role."""
    known: dict[str, str] = {}
    for part in found:
        if "(" not in part.text:
            continue
        for match in _CELLS.finditer(part.text):
            if _OF_BLOOD.search(part.text[: match.start()]):
                continue
            if _is_short(match["short"]) and not words["of_msc"].fullmatch(match["short"]):
                known.setdefault(match["short"].lower(), MSC)
        if not (words["allotted"].search(part.text) or words["comparator"].search(part.text)):
            continue
        for one in tags(part.text, words, {}):
            short = _SHORT.match(part.text, one.end)
            if (
                short
                and one.role == CONTROL
                and _is_short(short["short"])
                and not words["of_control"].search(short["short"])
            ):
                known.setdefault(short["short"].lower(), CONTROL)
    return known
