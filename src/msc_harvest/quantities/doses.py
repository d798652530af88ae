"""Doses of counted cells as people write them: `1-2 × 10^6/kg`, `2x10(6)`, `1,5-3,0 10E6`, `0.5 x 106 MSC/kg`.

What is counted, and what must not be taken for it, comes from the caller's vocabulary; this module knows numbers,
powers of ten and units only. A dose is never computed from other figures: each bound is a number written at the span.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from msc_harvest.quantities.amounts import AMOUNT, amount

_JOIN = r"(?:\s*(?:-|–|—|−|~|～|/)\s*|\s*,\s*(?:and|or)\s+|\s*,\s*|\s+(?:to|and|or|and/or)\s+|\s*(?:±|\+/-|\+/−)\s*)"
_TIMES = r"(?:\s*[x×*·•∙⋅✕╳]\s*|\s+times\s+|\s*\.\s*(?=10\s?[\^e]))"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_LOWERED = str.maketrans(_RAISED, "0123456789")
_POWER = (
    rf"10\s*(?P<mark>[\^ˆ]\s*[({{]?\s*|\*\*\s*|e\s*\+?|exp\s*|[(\[]\s*|<sup>|/|)"
    rf"(?P<exponent>\d{{1,2}}|[{_RAISED}]{{1,2}})(?:[)\]}}]|</sup>)?(?![\d%]|[.,]\d)"
)
_SCALE = r"(?:\s*(?P<word>millions?|mio|mln|billions?|thousands?|(?<=\d)m(?=\s+(?:[\w-]+\s+){0,3}cells?\b))\b\.?)"
_ROUND = r"(?:10{0,2}(?:[,.]?000){1,3})(?!\d|[.,]\d)"
_QUANTITY = re.compile(
    rf"(?<![\d.,^])(?P<opening>[(\[]\s*)?(?P<amounts>{AMOUNT}(?:{_JOIN}{AMOUNT}){{0,7}})(?(opening)\s*[)\]])"
    rf"(?:(?P<times>{_TIMES}|\s*){_POWER}{_SCALE}?|(?<!\b10)(?<![.,]\d10)e\+?(?P<e>\d{{1,2}})\b"
    rf"|(?P<factor>\s*[x×*]\s*{_ROUND})|{_SCALE.replace('word', 'word2')})"
    rf"|(?P<bare>{_POWER.replace('mark', 'mark3').replace('exponent', 'exponent3')})"
    rf"|(?<![\d.,^])(?P<plain>[1-9]\d{{4,10}}|[1-9]\d{{0,2}}(?:[,.\u00a0\u2009 ]\d{{3}}){{1,3}})(?![\d%]|[.,]\d)",
    re.IGNORECASE | re.ASCII,
)
_PIECE = re.compile(AMOUNT, re.IGNORECASE)
_PLUS_MINUS = re.compile(r"\s*(?:±|\+/-|\+/−)")
_SCALES = {"m": 1.0, "b": 1000.0, "t": 0.001}
_EXPONENTS = range(4, 13)

_NAMED_BEFORE = re.compile(
    r"(?:days?|weeks?|months?|hours?|visits?|groups?|cohorts?|arms?|phases?|grades?|stages?|levels?|steps?|parts?|\bd|n\s*=)\s*$",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:[<>≤≥]=?|less than|more than|at least|minimum(?: dose)?(?: of)?|maximum(?: dose)?(?: of)?|\bmax\.?|up to|"
    r"exceed(?:ing|s)?|not more than)\s*$",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\b(?:total|totall?ing|cumulative|altogether)\b", re.IGNORECASE)
_EACH = re.compile(r"\b(?:each|every|per (?:dose|infusion|injection|administration))\b", re.IGNORECASE)
_LINK = r"[\s,:=([-]|\b(?:at|a|an|the|doses?|dosages?|dosing|of|total|is|are|was|were|with|in|level|single|given|as)\b"
_PER = re.compile(
    r"(?P<kg>(?:/|\bper\b|·|\bx\s?(?=kg))[\s/]*"
    r"(?:patients?'?s?\s+|recipients?'?s?\s+|body[\s-]*(?:weight)?[\s-]*|bw\s*|each\s+|weight\s+)*"
    r"(?:kgs?|kilos?|kilograms?|kilogrammes?)\b|\bkg\s*(?:-1|⁻¹|−1|\^-1))"
    r"|(?P<m2>(?:/|\bper\b)\s*(?:m2|m\^2|m²|sqm|square met))"
    r"|(?P<against>(?:/|\bper\b)\s*(?:\d+(?:\.\d+)?\s*)?"
    r"(?:m[lL]\b|milli?lit|[uµμ]l\b|l\b|lit(?:er|re)|mm|cc\b|cm|dl\b|min|h\b|hour|well|vial|bag|field|cell|site|spot|year|day))",
    re.IGNORECASE,
)
_NOT_CELLS = re.compile(
    r"\s*(?:i\.?u\.?\b|units?\b|copies|particles?|vesicles?|exosomes?|pfu|vg\b|[mµμun]?g\b|mcg|ml\b|m?mol|patients?|people|subjects|"
    r"persons|euros?|dollars|usd|years?|deaths|cases|inhabitants|americans|adults|children)",
    re.IGNORECASE,
)
_STOP = re.compile(r"[;|\n]|\.\s|\.$|\d")
_WORD = re.compile(r"[^\W\d_][\w'’+-]*")
_NEAR = 9  # words between a number and its unit
_BEHIND_UNIT = 20  # characters behind a unit in which the cells can be named


@dataclass(frozen=True, slots=True)
class DoseWords:
    """Expressions of the vocabulary: `counted` names the cells given, `other` cells and particles that are not they."""

    counted: str
    other: str


@dataclass(frozen=True, slots=True)
class CellDose:
    """One dose as written: bounds in million cells, unit (`per_kg`, `per_m2`, `absolute`), and where it stands.

    `is_total` is True for a sum over all infusions, False for each infusion, None where the text says neither.
    `is_bound` marks a limit (`at least`, `up to`, `<`), which is no dose by itself.
    """

    low_million: float
    high_million: float
    unit: str
    is_total: bool | None
    is_bound: bool
    start: int
    end: int
    text: str
    rule_id: str
    certainty: str


@dataclass(frozen=True, slots=True)
class _Found:
    """A number of a cell-like size, before its surroundings are judged."""

    low: float
    high: float
    start: int
    end: int
    rule: str
    certainty: str
    unit: str | None = None
    unit_end: int = 0


def cell_doses(text: str, words: DoseWords) -> list[CellDose]:
    """Every dose of the counted cells in `text`, in order; what cannot be told for a dose of them is left out."""
    counted, other = _compiled(words.counted), _compiled(words.other)
    judged = [_with_unit(one, text, counted, other) for one in _quantities(text)]
    doses: list[CellDose] = []
    for one in _merged(judged, text):
        repeats = doses and one.start < doses[-1].end
        if one.unit in ("per_kg", "per_m2", "absolute") and not repeats:
            doses.append(_dose(one, text))
    return doses


@lru_cache(maxsize=32)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _quantities(text: str) -> Iterator[_Found]:
    for match in _QUANTITY.finditer(text):
        if match["amounts"]:
            found = _scaled(match, text)
        elif match["bare"]:
            found = _bare(match, text)
        else:
            found = _plain(match)
        if found:
            yield found


def _scaled(match: re.Match[str], text: str) -> _Found | None:
    """Numbers with a power of ten, `e` notation, a round factor or million behind them."""
    factor, rule, certainty = _factor(match)
    values, start = _values(match, text)
    if factor is None or not values:
        return None
    million = [round(value * factor, 9) for value in values]
    return _Found(min(million), max(million), start, match.end(), rule, certainty)


def _factor(match: re.Match[str]) -> tuple[float | None, str, str]:
    """(million cells that one stands for, rule, certainty); no factor where the figures are something else."""
    if match["exponent"]:
        exponent, mark = int(match["exponent"].translate(_LOWERED)), match["mark"].strip()
        if exponent not in _EXPONENTS or not _is_power(match, mark):
            return None, "", ""
        per = float(10 ** (exponent - 6)) if exponent >= 6 else 1 / 10 ** (6 - exponent)
        if match["word"]:
            return per * 1e6 * _SCALES[match["word"][0].lower()], "power_and_word", "low"
        lost = mark in ("", "/") and not _is_raised(match)
        return (per, "lost_superscript", "medium") if lost else (per, "power_of_ten", "high")
    if match["e"]:
        exponent = int(match["e"])
        if exponent not in _EXPONENTS:
            return None, "", ""
        return 10.0 ** (exponent - 6), "e_notation", "high"
    if match["factor"]:
        return float(re.sub(r"\D", "", match["factor"])) / 1e6, "round_factor", "medium"
    return _SCALES[match["word2"][0].lower()], "number_word", "high"


def _is_power(match: re.Match[str], mark: str) -> bool:
    """Is `10` with figures behind it a power of ten? A times sign says so; else the exponent must be marked.

    Whole figures that run into the 10 (`110^6`) may be anything.
    """
    if (match["times"] or "").strip():
        return True
    glued = not match["times"] and match["amounts"][-1:].isdigit() and not re.search(r"[.,]", match["amounts"])
    return not glued and (_is_raised(match) or mark not in ("", "/", "(", "["))


def _is_raised(match: re.Match[str]) -> bool:
    return match["exponent"][0] in _RAISED


def _values(match: re.Match[str], text: str) -> tuple[list[float], int]:
    """The numbers before the power, and where the first that counts begins.

    Two numbers with nothing but a comma between them (`1, 5x10^6`) may be a decimal comma: no value then.
    """
    begin = match.start("amounts")
    pieces = list(_PIECE.finditer(match["amounts"]))
    joins = [match["amounts"][left.end() : right.start()] for left, right in pairwise(pieces)]
    spread = next((place for place, join in enumerate(joins) if _PLUS_MINUS.match(join)), None)
    if spread is not None:
        pieces, joins = pieces[: spread + 1], joins[:spread]
    if len(joins) == 1 and joins[0].strip() in (",", "/"):
        return [], begin
    if len(pieces) > 1 and _NAMED_BEFORE.search(text[max(0, begin - 12) : begin]):
        pieces = pieces[-1:]
    values = [value for piece in pieces if (value := amount(piece[0])) is not None and value > 0]
    start = match.start() if match["opening"] else begin + pieces[0].start()
    return values, start


def _bare(match: re.Match[str], text: str) -> _Found | None:
    """A power of ten alone (`10^6/kg`) stands for one time it, unless a number was written before it and not read."""
    exponent = int(match["exponent3"].translate(_LOWERED))
    before = text[: match.start()].rstrip()[-1:]
    marked = match["mark3"].strip() not in ("", "/", "(", "[") or match["exponent3"][0] in _RAISED
    if exponent not in _EXPONENTS or not marked or before.isdigit() or before in tuple("x×*·•.^,e"):
        return None
    value = round(10.0 ** (exponent - 6), 9)
    certainty = "medium" if match["mark3"].strip().lower() == "e" else "high"
    return _Found(value, value, match.start(), match.end(), "power_of_ten", certainty)


def _plain(match: re.Match[str]) -> _Found | None:
    value = amount(match["plain"]) if not match["plain"].isdigit() else float(match["plain"])
    if value is None or value < 10_000:
        return None
    return _Found(round(value / 1e6, 9), round(value / 1e6, 9), match.start(), match.end(), "plain_number", "high")


def _with_unit(found: _Found, text: str, counted: re.Pattern[str], other: re.Pattern[str]) -> _Found:
    """The quantity with its unit: `none` where it is no dose, None where the next quantity may tell."""
    window = text[found.end : found.end + 120]
    parenthesis = re.match(r"\s*\([^()]{1,30}\)", window)
    skipped = parenthesis.end() if parenthesis and not counted.search(parenthesis[0]) else 0
    if skipped and _PER.search(window[:skipped]):
        skipped = 0
    tail = re.sub(r"^[)\]]", " ", window[skipped:])
    if _NOT_CELLS.match(tail):
        return replace(found, unit="none")
    per = _PER.search(tail)
    reach = _reach(tail, per)
    named = min(reach, per.end() + _BEHIND_UNIT) if per else reach
    if other.search(tail[:named]) or _is_of_others(found, text, counted, other):
        return replace(found, unit="none")
    if per and per.start() <= reach and len(_WORD.findall(tail[: per.start()])) <= _NEAR:
        unit = "per_kg" if per["kg"] else "per_m2" if per["m2"] else "none"
        return replace(found, unit=unit, unit_end=found.end + skipped + per.end())
    return _absolute(found, text, tail[:reach], skipped, counted)


def _reach(tail: str, per: re.Match[str] | None) -> int:
    """How far behind a number its unit can stand: to the end of the clause or to the next number."""
    for stop in _STOP.finditer(tail):
        if per and per.start() <= stop.start() < per.end():
            return per.end()
        if not (stop[0].isdigit() and stop.start() and tail[stop.start() - 1].isalnum()):
            return stop.start()
    return len(tail)


def _is_of_others(found: _Found, text: str, counted: re.Pattern[str], other: re.Pattern[str]) -> bool:
    """Other cells are named before the number, in its clause, and the counted ones not after them."""
    before = text[max(0, found.start - 60) : found.start]
    clause = re.split(r"[;|\n]|\.\s|,\s|\b(?:and|plus|or|then|followed by|together with)\s", before)[-1]
    strangers = [match.end() for match in other.finditer(clause)]
    return bool(strangers) and not any(match.end() > strangers[-1] for match in counted.finditer(clause))


def _absolute(found: _Found, text: str, tail: str, skipped: int, counted: re.Pattern[str]) -> _Found:
    """A number of cells, whoever gets it: the cells must be named right behind the number or right before it."""
    noun = counted.search(tail)
    if noun and len(_WORD.findall(tail[: noun.start()])) <= _NEAR - 3:
        return replace(found, unit="absolute", unit_end=found.end + skipped + noun.end())
    if found.rule == "plain_number":
        return replace(found, unit=None)
    before = text[max(0, found.start - 60) : found.start]
    named = [match.end() for match in counted.finditer(before)]
    if named and re.fullmatch(rf"(?:{_LINK}){{0,9}}", before[named[-1] :], re.IGNORECASE):
        return replace(found, unit="absolute", unit_end=found.end, certainty=_lower(found.certainty))
    return found


def _merged(found: Iterable[_Found], text: str) -> list[_Found]:
    """Quantities joined by nothing but `-`, `to`, `and`, `or` or a comma share the unit of the last: one dose range."""
    merged: list[_Found] = []
    for one in found:
        while merged and _shares_unit(merged[-1], one, text):
            last = merged.pop()
            one = replace(
                one,
                low=min(last.low, one.low),
                high=max(last.high, one.high),
                start=last.start,
                rule="list_of_powers",
                certainty=max(last.certainty, one.certainty, key=("high", "medium", "low").index),
            )
        merged.append(one)
    return merged


def _shares_unit(last: _Found, one: _Found, text: str) -> bool:
    if last.unit is not None or one.unit in (None, "none"):
        return False
    between = text[last.end : one.start]
    return bool(re.fullmatch(rf"{_JOIN}|\s*,?\s*(?:up to|until|versus|vs\.?)\s*", between, re.IGNORECASE))


def _lower(certainty: str) -> str:
    return {"high": "medium"}.get(certainty, "low")


def _dose(found: _Found, text: str) -> CellDose:
    before = text[max(0, found.start - 40) : found.start]
    clause = re.split(r"[;|\n]|\.\s|,\s", before)[-1]
    after = re.split(r"[;|\n]|\.\s|,\s", text[found.unit_end : found.unit_end + 30])[0]
    is_bound = bool(_BOUND.search(before.rstrip() + " "))
    total, each = _TOTAL.search(clause + " " + after), _EACH.search(clause + " " + after)
    return CellDose(
        low_million=found.low,
        high_million=found.high,
        unit=found.unit or "",
        is_total=True if total else False if each else None,
        is_bound=is_bound,
        start=found.start,
        end=found.unit_end,
        text=text[found.start : found.unit_end],
        rule_id=found.rule,
        certainty="low" if is_bound else found.certainty,
    )
