"""Which arm each number of a clause belongs to: the clause is taken as a row of numbers (I) and names of arms (T).

The row decides: `5 MSC and 4 controls` (ITIT), `MSC 5, control 4` (TITI), `5 and 4 in MSC and controls` (IITT), `less
often with MSC (5 v 9)` (TII), `5 and 9 patients, respectively` (II). A row that fits none of them ties only
what stands side by side: of two arms the wrong one would be taken as often as not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.placed import Placed, compared, outside
from msc_harvest.evidence.study import CONTROL, MSC, Study, Tag

# Role of a tag that stands for every arm: `in each group`, `neither arm`.
EACH = "each"
_EACH = re.compile(
    r"\b(?:neither|each|either|both|all|any|every)\s+(?:of (?:the|our) )?(?:the )?"
    r"(?:two |three |study |treatment |treated )?(?:groups?|arms?|cohorts?|dose levels?)\b|\bper (?:group|arm)\b"
    r"|(?<=\bin )(?:both|each)(?=\s*[.,;)]|$)",
    re.IGNORECASE,
)
_PARTED = re.compile(
    r"[;:]|\.\s|\b(?:vs?\b\.?|versus|than|compared|against|opposed|whereas|while|but|although)(?!\w)", re.IGNORECASE
)
_AGAINST = re.compile(r"\b(?:vs?\b\.?|versus|against|compared (?:with|to)|as opposed to)", re.IGNORECASE)
_LIST = re.compile(
    r"[\s,%(\[)\]]*(?:(?:in|at|patients|recipients|participants|cases|children|per cent|of (?:them|patients))\b\s*)*"
    r"[\s,%)\]]*(?:and|vs?\b\.?|versus|against|compared (?:with|to)|as (?:against|opposed to)|,)\s*(?:and\s+)?"
    r"(?:(?:in|to|at|with|that|of|only)\s+)*(?:\d+(?:[.·]\d+)?\s?%\s*[(\[])?[(\[]?\s*(?:n\s*=\s*)?",
    re.IGNORECASE,
)
_NO_ARM_AFTER = re.compile(
    r"(?:['’]s)?[\s-]*(?:donors?|products?|doses?|lots?|batch\w*|derived|induced|alloantigens?|infusions?"
    r"|injections?|administration|engraftment)\b",
    re.IGNORECASE,
)

# `related to MSC`: the product, not those who got it; `did not differ`: no arm, but for `those who did not`.
_AS_CAUSE = re.compile(
    r"\b(?:related|attributable|attributed|due|ascribed|linked|reactions?|owing) to (?:the )?$"
    r"|\b(?:effects?|complications?|toxicity|safety|tolerability|caused) (?:of|by) (?:the )?$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"\s+(?!receive|get\b|have\b|undergo|given\b|treated\b|received\b)[a-z]", re.IGNORECASE)
# `(7.5%; P = .04 v control)`: the arm is what the test compared with, not the one counted.
_BY_TEST = re.compile(r"[(\[][^()\[\]]*\bp\s*[=<>≤][^()\[\]]*$", re.IGNORECASE)


_WHILE = re.compile(r"[;,]\s+(?:while|whereas|but)\b")
# `(A groups versus control, hazard ratio 0.4)`: what was tested, not who was counted.
_TESTED = re.compile(r"\([^()]*\b(?:hazard|odds|risk|rate)?\s*ratio\b[^()]*\)", re.IGNORECASE)
# `3 MSC patients and 4 others`: characters from the one to the other.
_SOON = 40
# `two deaths, both in the control arm`: the comma parts nothing.
_ALL_IN = re.compile(r",\s*(?:(?:both|all|each)\s+)?(?:in|on|among|from)\s+(?:the\s+)?$", re.IGNORECASE)
# `one death, from sepsis, in the control arm`: what stands aside parts nothing.
_ASIDE = re.compile(
    r",\s+(?:from|due to|of|by|after|at|on|in month|on day)\s+[^,;()]{2,40},(?=\s+(?:in|among|of)\b)", re.IGNORECASE
)
_PHRASE = re.compile(
    r"\s*(?:[\w-]+\s+)?\b(?P<by>of|in|among|with|on)\s+(?!(?:both|either|each|all|them|whom|these|which|total)\b)"
    r"(?:the\s+)?(?P<what>(?:(?!and\b|vs?\b|versus\b)[\w-]+\s+){0,4}?(?:(?!and\b)[\w-]+))(?=\s+(?:and|vs?"
    r"|versus)\b|\s*[.,;:()]|\s*$)",
    re.IGNORECASE,
)
_ARM_NOUN = re.compile(r"(?:group|arm|cohort|cases|others|rest|remainder)", re.IGNORECASE)
_OF_GROUP = re.compile(r"\s*(?:\w+\s+)?(?:of|in|from)\s+(?:the\s+)?[\w-]+\s+(?:group|arm|cohort)\b", re.IGNORECASE)
_AND_SO = re.compile(r"\b(?:and|vs?\.?|versus|compared with)\s+(?:(?:in|to|of|by|from|only)\s+)*[(\[]?$", re.IGNORECASE)


def arm_tags(text: str, found: Sequence[Tag], barred: Sequence[tuple[int, int]] = ()) -> list[Tag]:
    """Names of arms in a sentence with those of every arm; without cells that are no people (`the MSC donor`)."""
    every = [Tag(m.start(), m.end(), EACH, m[0]) for m in _EACH.finditer(text)]
    kept = [
        one
        for one in found
        if not any(a < one.end and one.start < b for a, b in barred)
        and not any(other.start < one.end and one.start < other.end for other in every)
        and not (one.role == MSC and _NO_ARM_AFTER.match(text, one.end))
        and not (one.role == MSC and _AS_CAUSE.search(text[: one.start]))
        and not (one.label.lower() in ("did not", "had not") and _NO_NAME.match(text, one.end))
        and not _BY_TEST.search(text[: one.start])
        and not any(m.start() < one.start < m.end() for m in _TESTED.finditer(text))
        and not (
            one.label.lower() == "others"
            and not any(0 < one.start - tag.end < _SOON for tag in found if tag.role == MSC)
        )
    ]
    return sorted([*kept, *every], key=lambda one: one.start)


def tie(
    part: Part, run: Sequence[Placed], named: Sequence[Tag], study: Study, order: Sequence[Tag]
) -> list[Tag | None]:
    """The arm of each number of a clause, in their order; None where no construction binds one.

    `named` are the arms named in the clause; `order` those of the study in the order that the sentence or the abstract
    gives them, for lists that name none.
    """
    tied: dict[int, Tag] = {}
    inner: set[Tag] = set()
    for at, one in enumerate(run):
        within = [tag for tag in named if one.start <= tag.start < one.stop]
        inner |= set(within)
        if len({tag.role for tag in within}) == 1:
            tied[at] = within[0]
    left = [at for at in range(len(run)) if at not in tied]
    row = _row([(run[at], at) for at in left], [tag for tag in named if tag not in inner], dosed(study))
    if not any(isinstance(one, Tag) for one in row):
        if not inner and len(run) == len(order) > 1 and in_list(part, run):
            tied |= dict(enumerate(order))
    elif left:
        tied |= _shaped(part, run, row, study) or {
            **_beside(part, run, row),
            **_bracketed(part, run, row, study),
        }
    return [tied.get(at) for at in range(len(run))]


def order_of(every: Sequence[Tag], study: Study) -> list[Tag]:
    """Arms in the order of the sentence where it names them all once over, else in that of the abstract."""
    if not {MSC, CONTROL} <= set(study.roles):
        return []
    if len(study.roles) == 2:
        said = list(dict.fromkeys(tag.role for tag in every if tag.role != EACH))
        return [Tag(-1, -1, role, "") for role in (said if len(said) == 2 else study.roles)]
    return [Tag(-1, -1, arm.role or "", arm.label) for arm in sorted(study.arms, key=lambda arm: arm.size.start)]


def in_list(part: Part, run: Sequence[Placed]) -> bool:
    """Whether nothing but words of a list stands between numbers."""
    return all(_LIST.fullmatch(part.text[a.stop : b.start]) for a, b in pairwise(run))


def sum_of_rest(part: Part, run: Sequence[Placed], named: Sequence[Tag], study: Study) -> bool:
    """Whether the first number is all that the others break down by arm: `two deaths (one in each group)`."""
    if len(run) < 2:
        return False
    first = next((tag.start for tag in named if run[0].start <= tag.start < run[1].start), None)
    if first is not None:
        # `five died (A, n = 2; B, n = 3)`: a bracket or colon leads to the parts, each behind its own arm.
        leads = re.search(r"[(:]", part.text[run[0].stop : first]) and len(run) > 2
        return bool(leads) and run[0].value == sum(one.value for one in run[1:])
    rest = run[1:]
    if len(rest) == 1 and re.match(r"\s+of (?:them|these|those|whom)\b", part.text[rest[0].stop :]):
        return rest[0].value <= run[0].value
    if len(rest) == 1:
        every = [tag for tag in named if tag.role == EACH and tag.start >= rest[0].start]
        return bool(every) and run[0].value == rest[0].value * len(set(study.roles))
    tagged = [tag for tag in named if tag.start >= run[0].stop]
    return bool(tagged) and run[0].value == sum(one.value for one in rest)


def dosed(study: Study) -> bool:
    """Whether several arms share a role, so that only their names tell them apart."""
    roles = [arm.role for arm in study.arms]
    return len(roles) > len(set(roles))


def _key(tag: Tag, by_label: bool) -> tuple[str, str]:
    return tag.role, tag.label.lower() if by_label and tag.role == MSC else ""


def _row(run: Sequence[tuple[Placed, int]], named: Sequence[Tag], by_label: bool) -> list[int | Tag]:
    """Numbers (by their place in the run) and names of arms in their order; names of one arm side by side are one."""
    row: list[tuple[int, int | Tag]] = sorted(
        [(one.start, at) for one, at in run] + [(tag.start, tag) for tag in named], key=lambda each: each[0]
    )
    made: list[int | Tag] = []
    for _, one in row:
        last = made[-1] if made else None
        if isinstance(one, Tag) and isinstance(last, Tag) and _key(one, by_label) == _key(last, by_label):
            made[-1] = Tag(last.start, one.end, one.role, last.label)
        else:
            made.append(one)
    return made


def _shaped(part: Part, run: Sequence[Placed], row: Sequence[int | Tag], study: Study) -> dict[int, Tag]:
    """Arms by the shape of the whole row; nothing where it is none of the known ones."""
    shape = "".join("T" if isinstance(one, Tag) else "I" for one in row)
    numbers = [one for one in row if not isinstance(one, Tag)]
    names = [one for one in row if isinstance(one, Tag)]
    if re.fullmatch(r"(?:IT)+", shape) and all(_after(part, run[i], t) for i, t in zip(numbers, names, strict=True)):
        return dict(zip(numbers, names, strict=True))
    if re.fullmatch(r"(?:TI)+", shape) and all(_before(part, t, run[i]) for i, t in zip(numbers, names, strict=True)):
        return dict(zip(numbers, names, strict=True))
    distinct = len({_key(tag, dosed(study)) for tag in names}) == len(names) and EACH not in {t.role for t in names}
    if len(numbers) == len(study.arms) > 2 and (grouped := _grouped(part, run, numbers, names, study)):
        return grouped
    if re.fullmatch(r"I{2,}T{2,}|T{2,}I{2,}", shape) and len(numbers) == len(names) and distinct:
        return dict(zip(numbers, names, strict=True)) if in_list(part, [run[i] for i in numbers]) else {}
    if shape == "TIIT" and distinct and _after(part, run[numbers[1]], names[1]):
        return dict(zip(numbers, names, strict=True))
    if len(numbers) == 2 and len(names) == 1 and len(study.roles) == 2 and names[0].role != EACH:
        against = _set_against(part, run, shape, numbers, names[0], study)
        return against or _parallel(part, run, shape, numbers, names[0], study)
    return {}


def _grouped(
    part: Part, run: Sequence[Placed], numbers: Sequence[int], names: Sequence[Tag], study: Study
) -> dict[int, Tag]:
    """`3 of the pre group, 6 of the post group and 7 of the control group`: each of all arms by a name of its own.

    Names not known are those of the arms in their order, where that fits the names known and the sizes leave no choice.
    """
    arms = sorted(study.arms, key=lambda arm: arm.size.start)
    if not all(_OF_GROUP.match(part.text, run[at].stop) for at in numbers):
        return {}
    if any(len({arm.size.value for arm in arms if arm.role == role}) > 1 for role in set(study.roles)):
        return {}
    for at, arm in zip(numbers, arms, strict=True):
        later = [run[other].start for other in numbers if run[other].start > run[at].start]
        until = min(later, default=len(part.text))
        if any(run[at].start <= tag.start < until and tag.role != arm.role for tag in names):
            return {}
    return {at: Tag(-1, -1, arm.role or "", arm.label) for at, arm in zip(numbers, arms, strict=True)}


def _parallel(
    part: Part, run: Sequence[Placed], shape: str, numbers: Sequence[int], named: Tag, study: Study
) -> dict[int, Tag]:
    """`2 of the cases and 5 of the controls`: two numbers, a phrase of one kind after each, one of them a known arm."""
    first, second = numbers
    rest = [role for role in study.roles if role != named.role]
    one = _PHRASE.match(part.text[run[first].stop :])
    two = _PHRASE.match(part.text[run[second].stop :])
    if shape not in ("IIT", "ITI") or len(rest) != 1 or not one or not two or one["by"] != two["by"]:
        return {}
    between = part.text[run[first].stop : run[second].start]
    if not _AND_SO.search(between) or _PARTED.search(re.sub(_AGAINST, "", between)) or between.count(",") > 1:
        return {}
    other = Tag(-1, -1, rest[0], "")
    mine, his = (second, first) if shape == "IIT" else (first, second)
    unknown = re.findall(r"[\w-]+", (one if shape == "IIT" else two)["what"].lower())
    labels = {word for arm in study.arms if arm.role == rest[0] for word in re.findall(r"[\w-]{4,}", arm.label.lower())}
    if not _ARM_NOUN.fullmatch(unknown[-1]) and not labels & set(unknown):
        return {}
    return {mine: named, his: other} if _after(part, run[mine], named) else {}


def _set_against(
    part: Part, run: Sequence[Placed], shape: str, numbers: Sequence[int], named: Tag, study: Study
) -> dict[int, Tag]:
    """`with MSC (5 v 9)`, `5 v 9 controls`: of two numbers set against each other one is the named arm's."""
    first, second = numbers
    between = part.text[run[first].stop : run[second].start]
    if not _AGAINST.search(between):
        return {}
    rest = [role for role in study.roles if role != named.role]
    if len(rest) != 1:
        return {}
    other = Tag(-1, -1, rest[0], "")
    if lesser := compared(part, run[first], run[second], named):
        mine, his = (first, second) if lesser is run[first] else (second, first)
        return {mine: named, his: other}
    if shape == "IIT" and _VERB.search(part.text, run[second].stop, named.start):
        return {}
    own_second = shape == "IIT" and _after(part, run[second], named)
    if shape == "IIT" and not own_second:
        return {}
    return {first: other, second: named} if own_second else {first: named, second: other}


_VERB = re.compile(r"\b(?:was|were|is|are|had|did|occurred)\b", re.IGNORECASE)


def _beside(part: Part, run: Sequence[Placed], row: Sequence[int | Tag]) -> dict[int, Tag]:
    """Numbers with the name of their arm right after them, or in a bracket right after it."""
    found: dict[int, Tag] = {}
    for at, one in enumerate(row):
        if isinstance(one, Tag):
            continue
        after = row[at + 1] if at + 1 < len(row) else None
        before = row[at - 1] if at else None
        beyond = row[at + 2] if at + 2 < len(row) else None
        alone = not isinstance(beyond, Tag) or (
            isinstance(after, Tag) and bool(_WHILE.search(part.text, after.end, beyond.start))
        )
        if isinstance(after, Tag) and alone and _after(part, run[one], after):
            found[one] = after
        elif isinstance(before, Tag) and re.fullmatch(r"\s*[(\[:]\s*", part.text[before.end : run[one].start]):
            found[one] = before
    return found


def _bracketed(part: Part, run: Sequence[Placed], row: Sequence[int | Tag], study: Study) -> dict[int, Tag]:
    """`higher with MSC (84% v 61%)` within a longer row: the first of the bracket is the named arm's."""
    found: dict[int, Tag] = {}
    for tag, one, two in zip(row, row[1:], row[2:], strict=False):
        if not isinstance(tag, Tag) or isinstance(one, Tag) or isinstance(two, Tag):
            continue
        rest = [role for role in study.roles if role != tag.role]
        lead = re.fullmatch(r"[\s\w-]{0,30}[(\[]\s*", part.text[tag.end : run[one].start])
        gap = part.text[run[one].stop : run[two].start]
        if lead and len(rest) == 1 and tag.role != EACH and _AGAINST.match(gap.lstrip(" ,%")) and ")" not in gap:
            found |= {one: tag, two: Tag(-1, -1, rest[0], "")}
    return found


def _after(part: Part, one: Placed, tag: Tag) -> bool:
    """Whether an arm is named after a number with nothing between that would part them."""
    gap = outside(part.text, one.stop, tag.start)
    gap = _ASIDE.sub(" ", gap)
    gap = _ALL_IN.sub(" ", gap) if re.match(r"\s*(?:[.;,)]|$)", part.text[tag.end :]) else gap
    return len(gap) <= 90 and not _PARTED.search(gap) and gap.count(",") <= (1 if tag.role == EACH else 0)


def _before(part: Part, tag: Tag, one: Placed) -> bool:
    gap = part.text[tag.end : one.start]
    if re.fullmatch(r",?\s+and\s+", gap):
        return False
    return len(gap) <= 110 and not _PARTED.search(re.sub(r"^[^\w]*:", "", gap))
