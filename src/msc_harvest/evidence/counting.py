"""Whether a number of a clause counts people with the outcome: no events, no level, no dose, nobody else's cause."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msc_harvest.evidence.items import Item
from msc_harvest.evidence.outcomes import Named
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.study import Study, tags
from msc_harvest.evidence.words import Words

_TO_ARM = re.compile(
    r"\s*(?:(?:in|of|among|with|without|given|from)\b|vs?\b|versus|,\s*\d|[)\]]|"
    r",?\s+and\s+(?:\d|\w+,|no\b|none\b|\w+\s+(?:\w+\s+)?(?:patients|recipients|participants|children)\b))",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"(?:\b(?:in|affected|by|and|vs?\.?|versus|numbered|were|was|,|n\s?=|in the (?:[\w-]+ ){0,3}(?:blood"
    r"|biops(?:y|ies)|urine|serum|graft) of)|[:(])\s*$",
    re.IGNORECASE,
)
# A level or a length that the number after it states; a mean may also be the follow-up's.
_LEVEL = re.compile(
    r"\b(?:mfi|fluorescence|tit(?:er|re)s?|scores?|levels?|concentrations?|rai|banff|peaks?|lasted|duration"
    r"|averaged?)\b[^,;()]*$",
    re.IGNORECASE,
)
_MEAN = re.compile(
    r"\b(?:means?|medians?)\b(?! (?:of|follow|observation|time|(?:\w+ ){0,2}follow))[^,;()]*$", re.IGNORECASE
)
_EVENTS_IN = re.compile(
    r"\s+(?:(?!and\b|or\b)[\w-]+\s+){0,4}?(?:episodes?|events?|cases|infections|rejections|complications|reactions"
    r"|admissions)\s*(?:\([^()]*\)\s*)?"
    r"(?:(?:occurred|developed|(?:was|were) (?:seen|observed|recorded|noted|diagnosed|reported)) )?"
    r"[(\[]?(?:in|among)\s+(?:the\s+)?(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen"
    r"|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty)\b(?!\s*(?:of|/|months|weeks|days))",
    re.IGNORECASE,
)
# `Neither rejection nor death was more frequent` compares, it does not deny.
_COMPARED = re.compile(
    r"\b(?:was|were|is|are|occurred|seemed|appeared|became)\s+(?:\w+ly\s+)?(?:more|less|higher|lower|increased|reduced"
    r"|raised|different|affected|altered|influenced|associated|better|worse|greater|fewer|similar)\b",
    re.IGNORECASE,
)
_SOME_OF = re.compile(r"\s+of\s+(?:them|these|those|whom|which)\b", re.IGNORECASE)
# `No death from CMV` says nothing of other deaths; `two had it, none grade 3` nothing of those of lower grade.
_OF_CAUSE = re.compile(
    r"\s+(?:from|due to|caused by|because of|owing to|through|by|as a result of|attributable to"
    r"|attributed to|secondary to|(?:definitely |possibly |directly )?related to|associated with|linked to)\b",
    re.IGNORECASE,
)
_PLAIN_NONE = re.compile(
    r"\s*(?:[.,;)]|$|,?\s*(?:and|vs?\b\.?|versus|against)\s|(?:in|with|among|after|for)\b|of (?:the|all|our)\b"
    r"|(?:was|were) (?:seen|observed|found|noted|recorded|reported|detected)"
    r"|occurred|did\b|had\b)",
    re.IGNORECASE,
)
_HAD_OTHER = re.compile(
    r"(?:\s+(?!and\b|or\b|in\b|with\b|who\b)[\w-]+){0,4}?\s+(?:had|developed|experienced|suffered|required|needed"
    r"|underwent"
    r"|declined|discontinued|stopped|withdrew|received)\b(?P<object>[^,;:.()]*?)(?=,|;|:|\.|[()]|\band\b|$)",
    re.IGNORECASE,
)
_HAPPENED = re.compile(r"\s+(?:[\w-]+\s+)?(?:was|were|occurred|developed|appeared|had|did)\b")
_WAS_SEEN = re.compile(r"\s+(?:was|were|had been)\b", re.IGNORECASE)
_SAME_THING = re.compile(r"\s*(?:them|it|one|this|these|such)\s*", re.IGNORECASE)
_OF_THESE = re.compile(r"\s+of\s+(?:them|these|those|whom|which|the (?:\w+ )?(?:deaths|events|rejections|episodes))\b")


# `none of the participants with such antibodies`: nobody of some only.
_OF_SOME = re.compile(
    r"\s+of (?:the|those|these) (?:[\w-]+ ){0,2}?(?:with|whose|in whom)\s+(?!(?:the )?(?:[\w-]*mscs?|cells?)\b)",
    re.IGNORECASE,
)


# `no rejection in the 20 patients`: a definite number says of whom, not how many had it.
_DEFINITE = re.compile(r"\b(?:in|of|among) (?:the|these|our)\s+$")
_DEFINITE_FEW = re.compile(r"\s+(?:[\w-]+\s+)?(?:who|that|with)\b")
# `one had rejection; the others had none`.
_THE_REST = re.compile(
    r"\b(?:[Tt]he (?:others?|rest|remainder)|remaining \w+)\s+(?:had|showed|developed|experienced)\s*$"
)


# `Patient 2 never had it`: said of one person. `Apart from the fatal case, no cancer`: there was one.
_ONE_PATIENT = re.compile(r"\b(?:[Pp]atient|[Cc]ases?) (?:\d\b|[A-D]\b)|^(?:[A-Z]\w+: )?(?:Non-?)?[Rr]esponders\b")
_APART = re.compile(r"\b(?:apart from|except for|except in|other than|with the exception of|besides)\b", re.IGNORECASE)
# `In three, no further rejection was found`: three who had none.
_IN_WHOM = re.compile(r"(?:^|;\s+)[Ii]n (?:the (?:other|remaining) )?$")
_THEN_NONE = re.compile(r"(?:\s+(?:patients|recipients|others))?,\s+(?:no|none|neither)\b")
# `the three survivors, including ...`: a definite number of people says of whom.
_THE = re.compile(r"(?:^|[\s,;])[Tt]he\s+$")
# `attempted in nine, succeeded in one`: the nine are those it was tried in.
_TRIED = re.compile(
    r"\b(?:attempted|tried|started|begun|offered|considered|planned|sought|undertaken|scheduled"
    r"|possible to test)\s+(?:only\s+)?(?:in|for|by|to|with)\s+(?:only\s+)?$",
    re.IGNORECASE,
)
# `freedom from rejection was 88%`: those who had none.
_FREE_OF = re.compile(r"\b(?:freedom|free|freed|spared) (?:from|of) (?:any )?(?:[\w-]+ ){0,3}$", re.IGNORECASE)


def counts_people(
    part: Part, one: Item, here: Sequence[Named], place: tuple[int, int], study: Study, words: Words
) -> bool:
    """Whether a candidate counts people with the outcome (`here`: the outcomes of its clause, at `place`)."""
    if one.kind == "contradicted":
        return False
    if one.kind == "zero":
        if _THE_REST.search(part.text[place[0] : one.start]):
            return False
        return _denies(part, one, here, place, study, words)
    sizes = {arm.size.start for arm in study.arms}
    if study.total and (study.is_single or not study.arms):
        sizes.add(study.total.start)
    if part.start + one.start in sizes:
        return False
    before, after = part.text[place[0] : one.start], part.text[one.end :]
    if _IN_WHOM.search(part.text[: one.start]) and _THEN_NONE.match(after):
        return False
    if _TRIED.search(before) or _FREE_OF.search(part.text[: min((a for a, _, _ in here), default=0)]):
        return False
    if one.kind != "percent" and _had_other(part, one, here):
        return False
    if _is_trait(part, one, here):
        return False
    if one.kind != "count":
        return True
    if one.value > 1 and _DEFINITE.search(before) and not _DEFINITE_FEW.match(after):
        return False
    if one.value > 1 and _THE.search(part.text[: one.start]) and words["people"].match(after.lstrip()):
        return False
    if _states_level(before, place[0], here) and not words["people"].match(after.lstrip()):
        return False
    if _EVENTS_IN.match(after):
        return False
    if re.search(r"\b[Ii]n (?:the )?$", before) and any(
        re.search(r"\bwith (?:\w+ )?$", part.text[one.end : a]) for a, _, _ in here if a > one.end
    ):
        return False
    if _SOME_OF.match(after) and not any(one.end <= a < place[1] for a, _, _ in here):
        return _is_before_arm(_SOME_OF, after, study, words)
    if re.match(
        r"\s+(?:\w+ )?cases? of (?:\w+ )?$",
        part.text[one.end : min((a for a, _, _ in here if a > one.end), default=one.end)],
    ):
        return True
    if re.match(r"\s+of\s+(?!the\b|them|these|those|whom|group)", after) and not tags(after[:40], words, study.aliases):
        return False
    return _is_of_people(part, one, here, place, study, words)


def _is_before_arm(phrase: re.Pattern[str], after: str, study: Study, words: Words) -> bool:
    """Whether a phrase after a number leads to an arm: `three of them with MSC`, `one was found among the controls`."""
    match = phrase.match(after)
    lead = re.compile(r"\s+(?:\w+\s+)?(?:in|on|among|with|given|from)\s+(?:the\s+)?")
    begin = lead.match(after, match.end()) if match else None
    return bool(begin) and any(tag.start == begin.end() for tag in tags(after[:80], words, study.aliases) if begin)


def _compared(part: Part, one: Item, place: tuple[int, int]) -> bool:
    """Whether words for nobody open a comparison; `neither` does so for all that follows."""
    until = part.text.find(";", one.stop) if part.text[one.start : one.end].lower() == "neither" else place[1]
    return bool(_COMPARED.search(part.text, one.stop, until if until >= 0 else len(part.text)))


def _is_trait(part: Part, one: Item, here: Sequence[Named]) -> bool:
    """`Nine children with strictures were given cells`: those counted had the outcome from the start."""
    return any(
        re.fullmatch(
            r"\s+(?:[\w/-]+\s+){0,4}?(?:with|whose) (?:[\w-]+ ){0,3}|[^.;,]{0,40}, (?:who|that) had (?:shown"
            r"|had) (?:[\w-]+ ){0,2}",
            part.text[one.end : a],
        )
        and re.match(r"[^.;]{0,80}\b(?:were|was|had|received|underwent|got)\b", part.text[b:])
        for a, b, _ in here
        if a > one.end
    )


def _had_other(part: Part, one: Item, here: Sequence[Named]) -> bool:
    """`and two had gout`: the people counted had something else than the outcomes named."""
    match = _HAD_OTHER.match(part.text, one.stop)
    if not match or not match["object"].split() or _SAME_THING.fullmatch(match["object"]):
        return False
    inside = any(one.stop <= a < match.end() + 1 for a, _, _ in here)
    return not inside and not any(a >= match.start("object") and not _HAPPENED.match(part.text, b) for a, b, _ in here)


def _states_level(before: str, begin: int, here: Sequence[Named]) -> bool:
    mean = _MEAN.search(before)
    return bool(_LEVEL.search(before)) or bool(
        mean and not any(begin + mean.start() < a < begin + len(before) for a, _, _ in here)
    )


def _denies(part: Part, one: Item, here: Sequence[Named], place: tuple[int, int], study: Study, words: Words) -> bool:
    """Whether words for nobody deny the outcome itself, of everybody: no difference, no cause, none of a few."""
    text = part.text
    if any(tag.start == one.start and tag.end > one.end for tag in tags(text, words, study.aliases)):
        return False
    if _ONE_PATIENT.search(text) or _APART.search(text, *place):
        return False
    after = text[one.stop : place[1]]
    is_of_arm = _is_before_arm(_OF_THESE, text[one.end :], study, words)
    if (
        (_OF_THESE.match(text[one.end :]) and not is_of_arm)
        or _OF_SOME.match(text, one.end)
        or _compared(part, one, place)
    ):
        return False
    later = [name for name in here if name[0] >= one.start]
    nearest = later[:1] or [name for name in here if name[1] <= one.start][-1:]
    if nearest and _OF_CAUSE.match(text[nearest[0][1] :]):
        return False
    alone = not later and not re.search(r"\b(?:not|absent)\b", text[one.start : one.end])
    if alone and not (
        _PLAIN_NONE.match(after)
        or is_of_arm
        or any(
            re.fullmatch(r"\s+(?:\w+\s+)?(?:(?:with|in|on|of|given|among)\s+(?:the\s+)?)?", text[one.stop : tag.start])
            for tag in tags(text, words, study.aliases)
            if tag.start >= one.stop
        )
    ):
        return False
    denied = any(
        not any(a <= m.start() < b or a < m.end() <= b for a, b, _ in here)
        for m in words["not_zero"].finditer(text, *place)
    )
    return not (denied or words["no_difference"].match(text, one.start))


def _is_of_people(
    part: Part, one: Item, here: Sequence[Named], place: tuple[int, int], study: Study, words: Words
) -> bool:
    before, after = part.text[place[0] : one.start], part.text[one.end :]
    own = tags(before, words, study.aliases)
    if own and re.fullmatch(r"\s*[:(]?\s*", before[own[-1].end :]):
        return True
    beside = tags(after[:40], words, study.aliases)
    if beside and re.fullmatch(r"\s+(?:\w+\s+)?", after[: beside[0].start]):
        return True
    noun = words["people"].search(after[:60])
    is_people = bool(
        noun and re.fullmatch(r"(?:\s+(?:of\s+(?:the\s+)?)?(?!in\b|had\b)[\w/-]+){0,4}?\s+|\s+", after[: noun.start()])
    )
    is_people = is_people or any(things.match(after.lstrip()) for things in words.things.values())
    direct = any(
        0 <= start - one.end <= 25
        and not re.search(r"[,;]|\b(?:had|developed|died|with|lost|in|of)\b", part.text[one.end : start])
        for start, _, _ in here
    )
    worded = re.match(r"(?:\s+(?!and\b|or\b|had\b|in\b|were\b)[\w/-]+){0,3}?\s+", after)
    if direct and not is_people and worded:
        said = after.lstrip()
        return bool(words["once"].match(said) or words["once"].search(after[:25]) or words["has_outcome"].match(said))
    once = any(b <= one.start and words["once"].search(part.text, a, b) for a, b, _ in here)
    if words["episode"].search(part.text, *place) and not is_people and not once:
        return False
    return (
        is_people
        or bool(words["has_outcome"].match(after.lstrip()))
        or bool(_TO_ARM.match(after))
        or bool(_PLACED.search(before))
        or _is_before_arm(_WAS_SEEN, after, study, words)
    )
