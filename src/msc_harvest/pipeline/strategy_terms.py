"""The search strategies cut into their terms: which words of a strategy stand in a record's text.

A service answers more than this shows: it follows headings to narrower ones and adds synonyms of its own. A term that
is told here stands in the text; a block without one does not mean that the service could not match it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from msc_harvest.model import Row
from msc_harvest.pipeline import strategies

_SETTING = re.compile(r"^(?P<name>[a-z]+\.[a-zA-Z]+)\s*=\s*", re.MULTILINE)
_PIECE = re.compile(r"[()]|\"[^\"]*\"(?:\[[^\]]*\])?|[^\s()\"\[]+(?:\[[^\]]*\])?")
_OPERATORS = ("AND", "OR", "NOT")
_TAG = re.compile(r"\[([^\]]*)\]$")
_NEAR = re.compile(r":~(\d+)$")
_WORD = re.compile(r"[^\W_]+")
_GAP = r"[^a-z0-9]+"
_BEFORE, _BEHIND = r"(?:^|[^a-z0-9])", r"(?:[^a-z0-9]|$)"


@dataclass(frozen=True, slots=True)
class Term:
    """One term as written, and the block of the expression (from 1) it stands in; excluding when that follows NOT."""

    text: str
    block: int
    is_excluding: bool


def rows(queries: Path) -> list[Row]:
    """Rows of ops.strategy_term for every strategy below `queries`."""
    return [
        (
            one.name,
            one.source,
            number,
            term.block,
            term.is_excluding,
            term.text,
            is_heading(term.text),
            *_readable(term),
        )
        for one in strategies.load(queries)
        for number, term in enumerate(terms(one.text), 1)
    ]


def terms(expression: str) -> Iterator[Term]:
    """The terms of a boolean expression, in order. A new block begins at each AND or NOT outside all brackets."""
    for piece, block, is_excluding in _joined(_without_settings(expression)):
        yield Term(piece, block, is_excluding)


def is_heading(term: str) -> bool:
    """Does the term ask for a subject heading?"""
    return _tag(term).startswith(("mesh", "majr", "mh"))


def pattern(term: str) -> str:
    """RE2 expression that finds the term in lower-cased text.

    Words must stand in their order, with nothing between them but what is no letter from a to z and no figure (wider
    classes cost the engine a minute). A star leaves the ending open, the lack of a tag allows a plural; [tiab:~n] lets
    n other words between, in any order. A heading must be an entry of its own in a list joined with " | ".
    """
    words = _words(term)
    if is_heading(term):
        return rf"(?:^|\| ){re.escape(_bare(term).lower())}(?: \||$)"
    near = _NEAR.search(_tag(term))
    orders = permutations(words) if near and len(words) <= 3 else [words]
    gap = rf"{_GAP}(?:[a-z0-9]+{_GAP}){{0,{near[1]}}}" if near else _GAP
    ending = "[a-z0-9]*" if "*" in term else "" if _tag(term) else "(?:s|es)?"
    choices = [gap.join(re.escape(word) for word in order) for order in orders]
    return f"{_BEFORE}(?:{'|'.join(choices)}){ending}{_BEHIND}"


def _readable(term: Term) -> tuple[str, str]:
    return max(_words(term.text), key=len), pattern(term.text)


def _without_settings(expression: str) -> str:
    """Only the values of the settings that ask for words, where the expression is a list of settings."""
    if not _SETTING.search(expression):
        return expression
    parts = _SETTING.split(expression)[1:]
    asked = [value for name, value in zip(parts[::2], parts[1::2], strict=True) if name.startswith("query.")]
    return " AND ".join(f"({value})" if len(asked) > 1 else value for value in asked)


def _joined(expression: str) -> Iterator[tuple[str, int, bool]]:
    """(term, block, is_excluding); words side by side without operator or quotes are one term."""
    depth, block, is_excluding = 0, 1, False
    words: list[str] = []
    for piece in [*_PIECE.findall(expression), "OR"]:
        is_break = piece in "()" or piece in _OPERATORS
        if not is_break:
            words.append(piece)
            continue
        if words:
            yield " ".join(words), block, is_excluding
            words = []
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if depth == 0 and piece in ("AND", "NOT"):
            block, is_excluding = block + 1, piece == "NOT"


def _tag(term: str) -> str:
    found = _TAG.search(term)
    return found[1].strip().lower() if found else ""


def _bare(term: str) -> str:
    return _TAG.sub("", term).strip().strip('"').replace("*", "")


def _words(term: str) -> list[str]:
    return _WORD.findall(_bare(term).lower()) or [_bare(term).lower()]
