"""Nobody, of those just told of, had the graver outcome: `SAEs in 5 and 8 patients; none was related to the cells`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msc_harvest.evidence.counts import Count, is_evidence
from msc_harvest.evidence.outcomes import Named
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.study import MSC, Study
from msc_harvest.evidence.words import Words

# A sentence may open with it, of those that the sentence before told of.
_OPENING = re.compile(r"(?:[A-Z]\w+:\s+)?(?:However,\s+)?")


def none_of_those(
    part: Part, named: Sequence[Named], earlier: Sequence[Named], study: Study, words: Words
) -> Iterator[tuple[Count, str]]:
    """Zeros of outcomes that are part of another named before them; `earlier` are those of the sentence before."""
    if not is_evidence(part, words):
        return
    for code, denied in words.of_those.items():
        whole = words.part_of[code]
        for match in denied.finditer(part.text):
            if any(a < match.end() and match.start() < b for a, b, each in named if each == code):
                continue
            before = [each for _, b, each in named if b <= match.start()]
            if not before and _OPENING.fullmatch(part.text, 0, match.start()):
                before = [each for _, _, each in earlier]
            if before and whole.fullmatch(before[-1]):
                yield from ((one, code) for one in _zero(part, match, study))


def _zero(part: Part, match: re.Match[str], study: Study) -> Iterator[Count]:
    """Nobody among all who got the cells: only they can have what the cells bring about."""
    sizes = {arm.size.start: arm.size for arm in study.arms if arm.role == MSC}
    one = study.size(MSC)
    if one is not None and len(sizes) <= 1:
        sizes = {one.start: one}
    word = re.match(r"\w+(?:\s+un\w+)?", match[0])
    end = match.start() + (word.end() if word else 0)
    if MSC in study.unsure:
        return
    for size in sizes.values():
        begin, stop = (size.start, size.end) if size.start >= 0 else (None, None)
        where = (part.start + match.start(), part.start + end)
        yield Count(0, size.value, None, "", MSC, "zero_in_words", *where, begin, stop, "zero_in_words", "medium")
