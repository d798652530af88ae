"""Where a sentence names an arm, and which arm a number in it belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, role_of
from msc_harvest.evidence.words import Words

Mention = tuple[int, int, str, str | None]
_ARM = re.compile(
    r"\b(?:[Gg]roups?|[Aa]rms?|[Cc]ohorts?)\s+(?:[A-Z0-9]{1,4}\b|[IVX]+\b)|\b(?:[\w/+-]+\s+){0,3}?(?:groups?"
    r"|arms?|cohorts?)\b"
    r"|\b[\w/+-]+-treated\b|\b(?:treated with|receiving|received|given|assigned to|randomi[sz]ed to"
    r"|allocated to)\s+[\w/+-]+"
)


def arm_mentions(part: Part, arms: Sequence[Arm], words: Words) -> list[Mention]:
    """Places in a sentence where an arm is named: (start, end, name, role), in their order."""
    found = [(m.start(), m.end(), m[0].strip()) for m in _ARM.finditer(part.text)]
    for kind in ("msc_arm", "control_arm"):
        found += [(m.start(), m.end(), m[0]) for m in words[kind].finditer(part.text)]
    for label in {arm.label for arm in arms if len(arm.label) > 2}:
        at = part.text.lower().find(label.lower())
        if at >= 0:
            found.append((at, at + len(label), label))
    found.sort(key=lambda one: (one[0], -one[1]))
    return [(start, end, name, role_of(name, words)) for start, end, name in found]


def arm_at(
    part: Part,
    figure: Figure,
    at_risk: int | None,
    arms: Sequence[Arm],
    mentions: list[Mention],
    words: Words,
) -> tuple[str, str | None]:
    """Name and role of the arm that a number belongs to: by the size beside it, else by the name after or before it."""
    known = [arm for arm in arms if arm.size.value == at_risk]
    if len(known) == 1 and known[0].label and role_of(known[0].label, words):
        return known[0].label, role_of(known[0].label, words)
    stop = re.search(
        r";|\.\s|\b(?:and|versus|vs\.?|compared (?:with|to))\s+(?:\S+\s+){0,3}?(?:\d|"
        + "one|two|three|four|five|six|seven|eight|nine|ten|no"
        + r")\b",
        part.text[figure.end :],
    )
    until = figure.end + stop.start() if stop else len(part.text)
    for start, _, name, role in mentions:
        if figure.end <= start < until:
            return name, role
    before = [one for one in mentions if one[1] <= figure.start]
    if before:
        return before[-1][2], before[-1][3]
    return (mentions[0][2], None) if mentions else ("", None)
