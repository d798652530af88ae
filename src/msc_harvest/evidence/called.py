"""Names that tell apart arms with cells, and those that a bracket gives: `(BM, n = 25)`, `(pooled group)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from msc_harvest.evidence.labels import CONTROL, MSC, tags
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm
from msc_harvest.evidence.words import Words

_SHORT_N = re.compile(r"\((?P<short>[A-Z][A-Z0-9]{1,4})[,;:]\s*[nN]\s*=\s*$")
_OWN = re.compile(r"\((?:the )?(?P<name>[a-z][\w-]+(?: [a-z][\w-]+)?)[ -](?P<noun>group|arm|cohort)\)")
_NOUNS = ("group", "arm", "cohort", "patients", "patient", "recipients", "recipient", "participants")
_PLAIN = re.compile(r"(?:cells?|stromal|stem|mesenchymal|with|and|the|of|plus|dose|doses|standard|care|alone)")
_LEAST = 2


def with_short_names(arms: Sequence[Arm], text: str) -> tuple[list[Arm], dict[str, str]]:
    """The arms with the letters that stand before their size in its bracket, and those letters with their role."""
    made, known = [], {}
    for arm in arms:
        match = _SHORT_N.search(text[: arm.size.start])
        if match and arm.role:
            known[match["short"].lower()] = arm.role
        made.append(replace(arm, label=f"{arm.label} {match['short']}".strip()) if match else arm)
    return (made, known) if len(known) >= _LEAST else (list(arms), {})


def told_apart(arms: Sequence[Arm], words: Words) -> dict[str, str]:
    """Words that one of several arms with cells has alone, before a noun: `the third-party group`."""
    cells = [arm for arm in arms if arm.role == MSC]
    if len(cells) < _LEAST:
        return {}
    said = [[word for word in arm.label.lower().split() if not _is_plain(word, words)] for arm in cells]
    known: dict[str, str] = {}
    for own in said:
        others = {word for other in said if other is not own for word in other}
        for word in own:
            if word not in others:
                known |= {f"{word} {noun}": MSC for noun in _NOUNS}
    return known


def _is_plain(word: str, words: Words) -> bool:
    return bool(not word[:1].isalpha() or _PLAIN.fullmatch(word) or words["of_msc"].fullmatch(word))


def own_names(found: Sequence[Part], words: Words) -> dict[str, str]:
    """`received blood stem cells with MSC (combined group)`: a name by what stands before its bracket."""
    known: dict[str, str] = {}
    for part in found:
        if not words["made_up_of"].search(part.text) or part.section in ("background", "conclusion"):
            continue
        since = 0
        for match in _OWN.finditer(part.text):
            roles = {one.role for one in tags(part.text[since : match.start()], words, {})}
            since = match.end()
            name = match["name"].lower()
            if roles != {MSC} or words["of_msc"].search(match[0]) or words["of_control"].search(match[0]):
                continue
            known |= {f"{name}{gap}{match['noun']}": MSC for gap in (" ", "-")}
    return known if CONTROL not in known.values() else {}
