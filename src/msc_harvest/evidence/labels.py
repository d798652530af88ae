"""Where a sentence names an arm: by the words of the vocabulary, by a letter, or by the label the abstract gave it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.words import Words

MSC, CONTROL = "msc", "control"
OTHER = {MSC: CONTROL, CONTROL: MSC}
_NAME = r"(?:[A-D]|[1-4]|I{1,3}V?)"
_GROUP = re.compile(rf"\b(?:group|arm|cohort)\s+(?P<name>{_NAME})\b", re.IGNORECASE)
GROUP_NAME = re.compile(r"\b(?:groups?|arms?|cohorts?) ([A-D1-4]|I{1,3})\b", re.IGNORECASE)
_GROUPS = re.compile(rf"\b(?:groups|arms|cohorts)\s+(?P<first>{_NAME})\s+(?:and|vs?\.?|versus)\s+(?P<second>{_NAME})\b")
# `arms A, B and C`, and a letter before its noun: `the B arm`, `one A-arm patient`.
_THREE = re.compile(
    rf"\b(?:groups|arms|cohorts)\s+(?P<first>{_NAME}),\s+(?P<second>{_NAME}),?\s+and\s+(?P<third>{_NAME})\b"
)
_BEFORE_NOUN = re.compile(
    r"(?:(?<=the )|(?<=\()|(?<=one )|(?<=no )|(?<=\d ))(?P<name>[A-D])[\s-](?:group|arm|cohort)\b"
)
# `Rejection: A 6, B 2, C 3`: letters alone, in a list.
_BARE = re.compile(r"(?:(?<=: )|(?<=, )|(?<=; )|(?<=and ))(?P<name>[A-D])(?=:? \d)")
# Given to those who got the cells too: `MSC on top of A`, `A + MSC`.
_BESIDE_CELLS = re.compile(
    r"(?:\bin addition to|\bon top of|\badded to|\btogether with|\balongside|\badjunct to|\binstead of"
    r"|\bin place of)\s+"
    r"(?:[\w-]+\s+){0,3}$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*(?:\+|plus)\s*(?:[\w-]+\s+){0,1}$", re.IGNORECASE)
_SPLIT = re.compile(r"[;.]|,?\s+(?:and|or|versus|vs\.?|while|whereas|but|against|with that of)\s")


@dataclass(frozen=True, slots=True)
class Tag:
    """A place in a sentence where an arm is named, its role, and the words."""

    start: int
    end: int
    role: str
    label: str


def tags(text: str, words: Words, aliases: Mapping[str, str]) -> list[Tag]:
    """Places of a sentence where an arm is named, in their order; a name of both at once counts as the control's.

    `aliases` are the names that the abstract itself gave its arms: letters of groups, or labels such as a drug's name.
    """
    found = [
        Tag(m.start(), m.end(), aliases[m["name"].lower()], m[0])
        for m in _GROUP.finditer(text)
        if m["name"].lower() in aliases
    ]
    for match in (*_GROUPS.finditer(text), *_THREE.finditer(text)):
        for name in match.groupdict():
            if match[name].lower() in aliases:
                label = f"{match[0].split()[0][:-1]} {match[name]}"
                found.append(Tag(*match.span(name), aliases[match[name].lower()], label))
    found += [
        Tag(m.start(), m.end(), aliases[m["name"].lower()], m[0])
        for m in _BEFORE_NOUN.finditer(text)
        if m["name"].lower() in aliases
    ]
    bare = [m for m in _BARE.finditer(text) if m["name"].lower() in aliases]
    if len(bare) > 1:
        found += [Tag(*m.span("name"), aliases[m["name"].lower()], f"group {m['name']}") for m in bare]
    given = _given(tuple(name for name in aliases if not re.fullmatch(_NAME, name, re.IGNORECASE)))
    if given:
        found += [Tag(m.start(), m.end(), aliases[m["given"].lower()], m[0]) for m in given.finditer(text)]
    for role, kind in ((CONTROL, "of_control"), (MSC, "of_msc")):
        for match in words[kind].finditer(text):
            if not any(one.start < match.end() and match.start() < one.end for one in found):
                found.append(Tag(match.start(), match.end(), role, match[0]))
    found.sort(key=lambda one: one.start)
    return [one for one in found if not _with_cells(text, one, found)]


def _with_cells(text: str, one: Tag, found: Sequence[Tag]) -> bool:
    """Whether what names the control here was given to those with cells as well."""
    if one.role != CONTROL:
        return False
    cells = [each for each in found if each.role == MSC]
    before = any(each.end <= one.start and _BESIDE_CELLS.search(text[each.end : one.start]) for each in cells)
    return before or any(each.start >= one.end and _JOINED.fullmatch(text[one.end : each.start]) for each in cells)


@lru_cache(maxsize=256)
def _given(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """An expression for labels an abstract gave its arms, with the noun that may follow them."""
    if not names:
        return None
    each = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    nouns = r"(?:[\s-]+(?:treated|group|arm|cohort|patients?|recipients?|participants?))*"
    return re.compile(rf"(?<![\w-])(?P<given>{each})s?{nouns}(?!\w)", re.IGNORECASE)


def role_in(text: str, words: Words) -> str | None:
    """Role that the words of a label say: control where both are named, for it is defined by what it lacks."""
    control, cells = words["of_control"].search(text), words["of_msc"].search(text)
    if control and cells and all(one.role == MSC for one in tags(text, words, {})):
        return MSC
    return CONTROL if control else MSC if cells else None


def lettered(found: Sequence[Part], words: Words) -> dict[str, str]:
    """Role of `group 1` or `group A`, from the words beside the place that first explains it."""
    known: dict[str, str] = {}
    names: list[str] = []
    plain: set[str] = set()
    told: set[str] = set()
    for part in found:
        for match in (*_GROUP.finditer(part.text), *_BEFORE_NOUN.finditer(part.text)):
            name = match["name"].lower()
            if name in known:
                continue
            names += [] if name in names else [name]
            inside = re.search(r"[(\[]\s*$", part.text[: match.start()])
            later = _GROUP.search(part.text, match.end())
            after = part.text[match.end() : later.start() if later else None]
            before = _SPLIT.split(part.text[: match.start()])[-1]
            cut = re.split(r"\),\s", before)[-1] if inside else _SPLIT.split(after)[0]
            role = role_in(cut, words) or (_of_cells(part.text[: match.start()], words) if inside else None)
            role = role or (None if inside else _given_to(after, words))
            if role:
                known[name] = role
            elif not inside and _GIVEN.match(re.sub(r"\([^()]*\)", " ", after)) and not words["of_msc"].search(after):
                told.add(name)
            elif inside and not words["of_msc"].search(part.text[: match.start()]):
                plain.add(name)
    if len(names) == 3 and len(known) == 2 and set(known.values()) == {MSC} and plain - set(known):
        known |= {name: CONTROL for name in names if name not in known}
    if len(names) == 3 and len(known) == 2 and set(known.values()) == {MSC, CONTROL}:
        known |= {name: CONTROL for name in names if name not in known and name in plain | told}
    if len(names) == 3 and set(known.values()) == {CONTROL} and len(known) == 1:
        known |= {name: MSC for name in names if name not in known}
    if len(names) == 2 and len(known) == 1:
        (role,) = known.values()
        known |= {name: OTHER[role] for name in names if name not in known}
    return known


def _given_to(after: str, words: Words) -> str | None:
    """Role of a letter by all that its people received up to the next letter, whatever stands in brackets there."""
    told = re.sub(r"\([^()]*\)", " ", after)
    given = _GIVEN.match(told)
    if not given:
        return None
    until = re.search(r"[;.](?:\s|$)", told)
    said = told[: until.start() if until else None]
    return MSC if words["of_msc"].search(said) and not _LACKING.search(said) else None


_GIVEN = re.compile(
    r"\s*(?:[,:=]|(?:patients |recipients |participants )?(?:received|got|had|comprised|consisted of|(?:was"
    r"|were) (?:given|treated with|infused with)))"
)
_LACKING = re.compile(r"\b(?:no|not|without|instead)\b", re.IGNORECASE)


def _of_cells(before: str, words: Words) -> str | None:
    """Role of a letter in a bracket whose whole sentence so far tells of people given cells, and of nobody else."""
    is_first = not _GROUP.search(before) and not words["of_control"].search(before)
    return MSC if is_first and words["of_msc"].search(before) else None
