"""How many people were in the study: of all numbers of people the one that was allotted, or taken in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.labels import role_in
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import (
    A_TOTAL,
    IN_ARM,
    N_EQUALS,
    OF,
    OF_ARM,
    SOME_BEFORE,
    TAKEN,
    YEARS,
    Arm,
    People,
    countable,
    patterns,
)
from msc_harvest.evidence.words import Words

# Where nothing better is said a low score will do; a second number must be well founded.
_FIRST, _SECOND = 2.0, 4.0
# What is planned stands behind what was done, unless much more is said of it.
_PLANNED = 5.0


def totals(found: Sequence[Part], words: Words, arms: Sequence[Arm]) -> list[People]:
    """Numbers of people in the whole study, best first: a sum of the arms, those allotted, those taken in."""
    scored = sorted(
        _total_candidates(found, words, arms), key=lambda one: -one[0] + (_PLANNED if one[1].is_planned else 0)
    )
    kept: dict[int, People] = {}
    for score, one in scored:
        if score >= (_SECOND if kept else _FIRST):
            kept.setdefault(one.value, one)
    return list(kept.values())


def total_over(found: Sequence[Part], words: Words, least: int) -> list[People]:
    """Numbers of people in a study whose arms are known to hold `least`: no smaller number, those allotted first."""
    scored = [one for one in _total_candidates(found, words, ()) if one[1].value >= least and one[0] >= _OVER_ARMS]
    kept: dict[int, People] = {}
    for _, one in sorted(scored, key=lambda each: (each[1].is_planned, -each[0])):
        kept.setdefault(one.value, one)
    return list(kept.values())


def sum_of(arms: Sequence[Arm], text: str) -> People:
    """All people of the arms: no number states it, so its place reaches from the first size to the last."""
    places = [place for arm in arms for place in (arm.size.start, arm.size.end)]
    start, end = min(places), max(places)
    if len({arm.size.start for arm in arms}) == 1 and (more := re.match(r"\W*\w+", text[end:])):
        end += more.end()
    total = sum(arm.size.value for arm in arms)
    return People(total, start, end, "sum_of_arms", "medium", any(arm.size.is_planned for arm in arms))


# Known arms leave few numbers to choose from: less must be said of the right one.
_OVER_ARMS = 1.0


def _total_candidates(found: Sequence[Part], words: Words, arms: Sequence[Arm]) -> Iterator[tuple[float, People]]:
    rules = patterns(words)
    sizes = {arm.size.value for arm in arms}
    sums = {a + b for a in sizes for b in sizes} | ({sum(sizes)} if len(sizes) > 2 else set())
    for part in found:
        if not part.figures:
            continue
        is_plan = bool(words["planned"].search(part.text))
        for figure in part.figures:
            if not countable(part, figure) or figure.value < _TWO or _bare_year(part, figure, rules):
                continue
            if figure.value < _FEW and not (
                _FEW_TREATED.match(part.text, figure.end) or _WE_TREATED.search(part.text[: figure.start])
            ):
                continue
            score = _total_score(part, figure, rules) + _taken_in(part, figure)
            if score <= 0 or _is_described(part, figure, words):
                continue
            score += (3 if int(figure.value) in sums else 0) - (4 if int(figure.value) in sizes else 0)
            score -= 1 if part.section == "conclusion" else 0
            score -= 3 if _names_arm(part, figure, rules, words) or _one_of_two(part, figure) else 0
            score -= 4 if words["other_study"].search(part.text) and not _OURS.search(part.text) else 0
            planned = is_plan and not _OF_PLANNED.match(part.text, figure.end)
            certainty = "high" if score >= 7 else "medium" if score >= 5 else "low"
            place = part.start
            yield (
                score,
                People(int(figure.value), place + figure.start, place + figure.end, "total_people", certainty, planned),
            )


# So few people are all of a study only where they are said to be treated or told of.
_TWO, _FEW = 2, 4
_FEW_TREATED = re.compile(
    r"\s+(?:[\w-]+\s+){1,6}?(?:with\s+[\w\s-]{3,60}?\s|who\s+[\w\s-]{3,60}?\s)?(?:(?:were|was) (?:given|treated"
    r"|infused)|received|had received|got)\b"
)


_WE_TREATED = re.compile(r"\b[Ww]e (?:treated|describe|report(?: on)?|present)\s+(?:\w+\s+)?$")


def _taken_in(part: Part, figure: Figure) -> float:
    """What the words right beside a number say for or against its being that of all people of a trial."""
    before, after = part.text[: figure.start], part.text[figure.end :]
    more = 5.0 if _RANDOMISED.search(before) or _WERE_RANDOMISED.match(after) else 0.0
    more += 4.0 if _OF_PLANNED.match(after) else 0.0
    more += 5.0 if _THEN_RANDOMISED.match(after) and _OF_ASKED.search(before) else 0.0
    more -= 9.0 if re.search(r"\b(?:cohorts|groups|arms) of\s+$", before) else 0.0
    more -= 2.0 if _HAD.match(after) else 0.0
    more += 1.5 if _GOT.match(after) else 0.0
    more -= 2.0 if _CONSENTED.match(after) else 0.0
    more -= 9.0 if _DIED.match(after) or _ONE_IN.search(before) or _SCREENED_SO_MANY.search(before) else 0.0
    more -= 2.5 if _IN_SOME.search(before) and not _STUDY_IN.search(before) else 0.0
    is_inside = before.count("(") > before.count(")") and not N_EQUALS.search(before)
    return more - (3.0 if is_inside and part.text[figure.end : figure.end + 1] != ")" else 0.0)


_RANDOMISED = re.compile(r"\brandomi[sz]ed\s+(?:a total of\s+)?$", re.IGNORECASE)
_WERE_RANDOMISED = re.compile(
    r"(?:\s+(?:[\w-]+\s+){0,3}?(?:were|was)|\s+underwent)\s+(?:then\s+)?randomi[sz](?:ed|ation)\b", re.IGNORECASE
)
# `Of 46 who consented, 38 were transplanted and randomised`: the 38.
_THEN_RANDOMISED = re.compile(
    r"\s+(?:were|underwent)\s+(?:[\w-]+\s+){1,3}and\s+(?:were\s+)?randomi[sz]ed\b", re.IGNORECASE
)
_OF_ASKED = re.compile(r"\b[Oo]f\s+(?:the\s+)?[\w-]+\s+[^.;]{3,60},\s+$")
_OF_PLANNED = re.compile(
    r"\s+of\s+(?:the\s+)?[\w-]+\s+(?:planned|consent\w+|eligible|scheduled)\s+(?:[\w-]+\s+){1,2}?(?:were"
    r"|was)\s+(?:treated|infused|included|enroll?ed)"
)
_CONSENTED = re.compile(
    r"\s+(?:[\w-]+\s+){0,3}?(?:(?:who\s+)?(?:signed|gave)\s+(?:\w+\s+)?consent|(?:who\s+)?consented)\b", re.IGNORECASE
)
_DIED = re.compile(r"\s+(?:[\w-]+\s+){0,2}?(?:(?:have|had)\s+)?(?:died|lost)\b", re.IGNORECASE)
_HAD = re.compile(
    r"\s+(?:[\w-]+\s+){0,2}?(?:patients|recipients|children|participants|subjects)\s+(?:had|developed|experienced"
    r"|showed)\b"
)
_GOT = re.compile(
    r"\s+(?:[\w-]+\s+){0,4}?(?:patients|pts|recipients|children|participants|subjects"
    r"|adults)\s+(?:\([^()]*\)\s+)?(?:got|received|(?:were|was) (?:given|treated|infused))\b"
)
_ONE_IN = re.compile(r"\b(?:1|one) in\s+$", re.IGNORECASE)
_SCREENED_SO_MANY = re.compile(r"\b(?:screened|approached|invited|planned)\s+$", re.IGNORECASE)
_IN_SOME = re.compile(r"\b(?:in|for)\s+(?:the\s+)?$", re.IGNORECASE)
_STUDY_IN = re.compile(
    r"\b(?:stud(?:y|ied)|trial|sub-?study|series|report|experience|done|carried out|performed|conducted|cells?"
    r"|mscs?|infusions?|given|therapy|results|outcomes?)\b[^.;]*$",
    re.IGNORECASE,
)


def _names_arm(part: Part, figure: Figure, rules: dict[str, re.Pattern[str]], words: Words) -> bool:
    """`Five MSC patients`: people of one arm."""
    after = part.text[figure.end :]
    people = rules["people_after"].match(after)
    of_arm = re.search(r"\s+of\s+$", part.text[: figure.start])
    if of_arm and any(m.end() == of_arm.start() for m in words["of_control"].finditer(part.text)):
        return True
    return bool(people and role_in(after[: people.end()], words))


def _one_of_two(part: Part, figure: Figure) -> bool:
    """`31 patients were randomised to A and 29 to B`: what is said of the number is said of the next."""
    later = next((one for one in part.figures if one.start > figure.end and one.whole and countable(part, one)), None)
    if later is None or not figure.value / 4 <= later.value <= 4 * figure.value:
        return False
    between, after = part.text[figure.end : later.start], part.text[later.end :]
    said = _AND_MORE.fullmatch(between)
    return bool(said and re.match(rf"(?:\s+[\w-]+){{0,3}}?\s+{said['how']}\b", after))


_AND_MORE = re.compile(
    r"(?:\s+[\w-]+){1,6}?\s+(?P<how>to|in|received|underwent|with)\s+[^.;:]{2,80}?,?\s(?:and|versus|while|whereas)\s+"
)


def _is_described(part: Part, figure: Figure, words: Words) -> bool:
    """`(5 women)`: some of those just named, told apart by who they are."""
    before = part.text[: figure.start]
    noun = words["described_by"].match(part.text[figure.end :].lstrip())
    is_inside = before.count("(") > before.count(")")
    return bool(noun and (is_inside or re.search(r"[(\[]\s*(?:n\s*=\s*)?$", before)))


def _bare_year(part: Part, figure: Figure, rules: dict[str, re.Pattern[str]]) -> bool:
    """Whether a number reads as a year: four digits of our time, nobody counted right after it."""
    if figure.in_words or int(figure.value) not in YEARS or "," in part.text[figure.start : figure.end]:
        return False
    if _SINCE.search(part.text[: figure.start]):
        return True
    return not (N_EQUALS.search(part.text[: figure.start]) or rules["people_after"].match(part.text[figure.end :]))


_SINCE = re.compile(r"\b(?:from|since|between|until|in|after|before|and|to)\s+$", re.IGNORECASE)


def _total_score(part: Part, figure: Figure, rules: dict[str, re.Pattern[str]]) -> float:
    """How much the words around a number speak for its being the number of all people; 0 or less: they do not."""
    before, after = part.text[: figure.start], part.text[figure.end :]
    is_said = bool(rules["people_after"].match(after) or rules["people_before"].search(before[-140:]))
    score = _base(figure, before, after, is_said)
    if not score:
        return 0.0
    clause_after = re.split(r"[;]|, (?:and|of whom|with)\b", re.sub(r"^([\w\s-]*)\([^()]*\)", r"\1", after))[0][:160]
    if _SCREENED.match(clause_after):
        return 0.0
    clause_before = re.split(r"[;]", before)[-1][-110:]
    opens = bool(_OPENING.fullmatch(before))
    if rules["allotted"].search(clause_after) or rules["allotted"].search(clause_before):
        score += 3
    elif rules["enrolled"].search(clause_after[:90]) or rules["enrolled"].search(clause_before[-60:]):
        score += 2
    elif is_said and opens and _DONE.search(clause_after):
        score += 1.5
    score += 1 if opens and is_said else 0
    score += 2 if A_TOTAL.search(before[-60:]) else 0
    if _OPENING_OF.fullmatch(before):
        score += 1
    elif OF.search(before):
        score -= 0.5
    if rules["not_all"].search(clause_after[:60]) or rules["not_all"].search(re.split(r"[;,]", before)[-1][-40:]):
        score -= 3
    return score - _part_of_all(before, after)


def _base(figure: Figure, before: str, after: str, is_said: bool) -> float:
    if _SUBJECT.search(before):
        return 2.5
    if _OF_THEM.match(after):
        return 0.0
    if re.search(r"\bN\s*=\s*$", before) and figure.value >= _SAMPLE:
        return 3.0
    if is_said or TAKEN.match(after):
        return 2.0
    if _OPENING.fullmatch(before) and _ALLOTTED_THEN.match(after):
        return 2.0
    return 0.01 if A_TOTAL.search(before[-60:]) and figure.value >= _SAMPLE / 2 else 0.0


def _part_of_all(before: str, after: str) -> float:
    """What speaks for a number being that of a part: a share, an arm, those left, one of two numbers side by side."""
    less = 2.5 if re.match(r"\s*[(\[]\s*\d+(?:\.\d+)?\s?%", after) else 0.0
    less += 1.5 if SOME_BEFORE.search(before) or re.match(r"\s+(?:remaining|other|additional|more)\b", after) else 0.0
    less += 1.5 if re.search(r"\b(?:[Tt]he|sub(?:group|set|sample)s? of)\s*$", before) else 0.0
    less += 4.0 if _EACH.match(after) or re.search(r"\b[Ee]ach\b[^.;,]{0,40}$", before) else 0.0
    less += (
        3.0
        if re.match(r"\s*(?:and|vs?\.?|versus)\s+\d", after) or re.search(r"\d\s*(?:and|vs?\.?|versus)\s*$", before)
        else 0.0
    )
    less += 2.0 if _EARLIER.match(after) or (_REST_OF.search(before) and _BEFELL.match(after)) else 0.0
    less += 2.5 if _WITH_SHARE.match(after) and not A_TOTAL.search(before[-60:]) else 0.0
    less += 3.0 if OF_ARM.match(after) or IN_ARM.search(before) else 0.0
    return less


# `213 mutation carriers were randomised`: whoever they are, they are people.
_ALLOTTED_THEN = re.compile(
    r"(?:\s+(?!of\b|and\b|in\b)[\w-]+){1,4}?\s+(?:(?:was|were)\s+(?:\w+\s+)?(?:randomi[sz]ed|enrolled|recruited"
    r"|assigned"
    r"|allocated|accrued)|completed|consented|participated)\b",
    re.IGNORECASE,
)
# A bare `N = 20` is a sample; a smaller number may be of anything.
_SAMPLE = 20
# `8 of the 11 patients`: some of all.
_OF_THEM = re.compile(
    r"\s+(?:of|out of|in|among)\s+(?:(?:the|these|those|all)\s+)?(?:\d+|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve|\w+teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty)\b"
)
_SUBJECT = re.compile(
    r"\b(?:randomi[sz]ed|study|trial|analys[ei]s|cohort|population)\s*[(\[]\s*n\s*=\s*$|\b(?:participants"
    r"|patients|subjects|women|sample|cohort)"
    r"\s+(?:were|was|included|comprised)\s*$|\bsample\s*[(\[]\s*n\s*=\s*$",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:[A-Z][A-Za-z ]+:\s*)?(?:(?:Between|From|In|During|Since)\b[^,;:]{4,60},\s*|(?:Between|From|In"
    r"|Since) \d{4}(?:\s*(?:and|to|[-–])\s*\d{4})?\s+)?"
)
# `Of 131 adults screened, 92 were enrolled`: those asked, not those taken in.
_SCREENED = re.compile(
    r"(?:\s+[\w-]+){0,4}?\s+(?:(?:was|were|had been)\s+)?"
    r"(?:screened|approached|invited|contacted|assessed for eligibility|assessed(?=,))\b",
    re.IGNORECASE,
)
_DONE = re.compile(r"\b(?:were|was|received|underwent|had|participated|completed|entered)\b")
_OPENING_OF = re.compile(
    r"(?:[A-Z][A-Za-z ]+[:.]\s*|(?:Results?|Methods|Findings)\s+)?(?:Out )?[Oo]f(?: the| these)?\s*"
)
_EACH = re.compile(r"[^.;,]{0,60}\b(?:in|per|for|to)\s+each\b", re.IGNORECASE)
# `Thirty-five patients (25%) were men`: a share is of some, unless it is of those asked who were taken in.
_WITH_SHARE = re.compile(
    r"(?:\s+[\w-]+){1,2}?\s*[(\[]\s*\d+(?:[.·]\d+)?\s?%[^()]*[)\]]"
    r"(?!\s+(?:(?:was|were)\s+)?(?:\w+\s+)?(?:randomi[sz]ed|enrolled|included|recruited|consented|completed"
    r"|agreed|evaluable"
    r"|analy[sz]ed|evaluated|assessed|treated|followed|eligible|available|provided|received|underwent))",
    re.IGNORECASE,
)
# `Of 200 patients, 56 had`: some of those before.
_REST_OF = re.compile(r"\b[Oo]f\s+(?:the\s+|these\s+)?\d[\d,]*\s+(?:[\w-]+\s+){0,3}?[\w-]+,\s+$")
_BEFELL = re.compile(r"(?:\s+(?!of\b)[\w-]+){0,2}?\s+(?:had|developed|experienced|died|showed|achieved|relapsed)\b")
# `76 patients in the original trial`: those of the study that this one follows up.
_EARLIER = re.compile(
    r"(?:\s+[\w-]+){1,2}?\s+(?:in|of|from)\s+(?:the|our)\s+(?:original|parent|main|initial)\b", re.IGNORECASE
)
_OURS = re.compile(r"\b(?:[Oo]ur|[Ww]e)\b")
