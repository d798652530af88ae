"""Numbers of one sentence that may count people with an outcome, each in its place: `4/12`, `two (11%)`, `none`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msc_harvest.evidence.brackets import N_EQUALS, counts_in_bracket
from msc_harvest.evidence.counts import agrees
from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.outcomes import Named
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.spans import ACTS, MOMENTS_AFTER, MOMENTS_BEFORE, SPAN_BEFORE
from msc_harvest.evidence.words import Words

_OUT_OF = re.compile(
    r"(?:\s*[(\[][^()\[\]]{0,12}%[)\]])?(?:\s+[a-z-]+){0,2}?\s+(?:out\s+)?of(?:\s+(?:the|these|all))?(?:\s+[a-z]+)?\s+$"
    r"|\s*/\s*$"
)
_SHARE = re.compile(r"(?:\s+[\w-]+){0,5}?\s*[(\[]\s*$")
_SHARE_FIRST = re.compile(r"\s?(?:%|per\s?cent)(?:\s+[\w-]+){0,6}?\s*[(\[]\s*(?:n\s*=\s*)?$")
_NO_COUNT_BEFORE = re.compile(
    r"(?:\b(?:all but|[Pp]atient|[Cc]ases?|grades?|groups?|types?|stages?|phases?|days?|weeks?|months?|years?"
    r"|doses?|arms?|at least|more than|or"
    r"|no|ratio|per|every|only after|each|least|at|within|after|any|of the|of|these)|[<>≤≥=±×^*–-])\s*$",
    re.IGNORECASE,
)
# `Death – 0 and 1`: a dash as good as a colon.
_DASH = re.compile(r"(?<=[a-z)])\s[–—-]\s+$")
# `found in the blood of 4 (25%)`: in four people.
_IN_BLOOD = re.compile(
    r"\bin the (?:[\w-]+ ){0,3}(?:blood|biops(?:y|ies)|urine|serum|plasma|graft|grafts) of\s+$", re.IGNORECASE
)
# `(3 v 7)`, `(none v one)`.
_SET_AGAINST = re.compile(
    r"(?:\d|\b(?:none|nil|zero|one|two|three|four|five|six|seven|eight|nine|ten))\s*(?:vs?\.?|versus)\s*$",
    re.IGNORECASE,
)
_NO_COUNT_AFTER = re.compile(
    r"\s*(?:[-–]\s?\d|±|×|x\s?\d|:\d|\^|(?:in|of)\s+(?:the\s+)?(?:\d|one\b|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve)|(?:or|to)\s+(?:more|\d)|(?:such|similar|other)\b|out of"
    r"|(?:third|quarter|half|fifth|tenth)s?\b(?!-))",
    re.IGNORECASE,
)
_INTERVAL = re.compile(r"(?:\bCI\b|confidence interval|IQR|range)[^)\]]*$|(?:-|–|\bto)\s*$", re.IGNORECASE)
# What befell people before they were treated is no event of the study.
_BEFORE_TREATMENT = re.compile(
    r"\b(?:in|during|over|within) the (?:[\w-]+ )?(?:year|(?:\w+ )?months|(?:\w+ )?weeks|period) (?:before|prior to"
    r"|preceding) (?:the )?(?:first )?(?:treatment|infusions?|therapy|cells?|\w*mscs?|study|enrol?lment|inclusion)\b",
    re.IGNORECASE,
)
# `Nobody died early, and one-year survival was 90%`: those alive, not those who died.
_SURVIVAL = re.compile(r"\bsurvival(?: rates?)?(?: (?:at|after) [\w-]+ \w+)? (?:was|were|of|being)\s+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """A candidate: `pair` (n of N), `share` (n with a percentage), `count`, `percent` or `zero`.

    Places are those in the sentence; `stop` is where all that was written of it ends, percentage and brackets included.
    """

    kind: str
    value: float
    start: int
    end: int
    stop: int
    at_risk: int | None = None
    at_risk_start: int | None = None
    at_risk_end: int | None = None
    percent: float | None = None
    percent_text: str = ""


def items(part: Part, words: Words, arms: Sequence[tuple[int, int]] = (), named: Sequence[Named] = ()) -> list[Item]:
    """Candidates of a sentence in their order, none overlapping another.

    `arms` are the places where an arm is named, `named` the outcomes that the sentence names.
    """
    if _BEFORE_TREATMENT.search(part.text):
        return []
    found: list[Item] = []
    taken: set[Figure] = set()
    for one, used in (*_pairs(part), *_all_shares(part, words)):
        if not taken & set(used):
            found.append(one)
            taken |= set(used)
    for figure in part.figures:
        if figure not in taken:
            one_more = _percent(part, figure) if figure.is_percent else _count(part, figure, words, arms, named)
            found += [one_more] if one_more else []
    for match in words["nobody"].finditer(part.text):
        if part.text[match.end() : match.end() + 1] != "-" and not any(
            one.start <= match.start() < one.stop for one in found
        ):
            found.append(_zero(part, match))
    found.sort(key=lambda one: one.start)
    return [one for at, one in enumerate(found) if not any(one.start < other.stop for other in found[:at])]


def _any_of(part: Part, told: str, figure: Figure) -> bool:
    is_people = not re.match(r"\s+(?:[\w-]+\s+)?(?:groups|arms|cohorts|times|years|months)\b", part.text[figure.end :])
    return is_people and bool(_IN_ANY_OF.fullmatch(told))


# `were not found in any of the 8`: nobody of so many.
_IN_ANY_OF = re.compile(r"[^.;,:]{0,40}\bin any of (?:the |these |our )?")
_NONE_OF = re.compile(r"\s+of (?:the |all |these |our )?$")


def _zero(part: Part, match: re.Match[str]) -> Item:
    """`none`, and `none of the 15` with the people at risk."""
    for figure in part.figures:
        told = part.text[match.end() : figure.start]
        if figure.start >= match.end() and figure.whole and (_NONE_OF.fullmatch(told) or _any_of(part, told, figure)):
            place = (figure.start, figure.end)
            return Item("zero", 0, match.start(), match.end(), figure.end, int(figure.value), *place)
    return Item("zero", 0, match.start(), match.end(), match.end())


def may_count(part: Part, figure: Figure) -> bool:
    """Whether a number may count people: whole, no year, no measure, dose or number of groups (0 may)."""
    if not figure.whole:
        return False
    before, after = _unless_moment(part, figure), part.text[figure.end :]
    if 1950 <= figure.value <= 2050 and re.search(
        r"\b(?:in|since|from|to|and|until|between|[A-Z][a-z]+,?)\s*$", before
    ):
        return False
    return not (_MEASURE.match(after) or _MEASURED.search(before))


def _unless_moment(part: Part, figure: Figure) -> str:
    """The text before a number, without a moment that ends there: in `at 12 months one died` the one is no month."""
    before = part.text[: figure.start]
    return _MOMENT.sub("", before) if figure.in_words or _AT_MOMENT.search(before) else before


def _after_arm(part: Part, figure: Figure, words: Words) -> bool:
    """`In the MSC group 3 patients`: the number is none of the group's name."""
    after = part.text[figure.end :].lstrip()
    ends = words["people"].match(after) or re.match(r"[.,;)(]|$|(?:had|died|lost|developed|did)\b", after)
    return bool(ends and re.search(r"\b[Ii]n the (?:[\w-]+ ){1,3}(?:group|arm),?\s*$", part.text[: figure.start]))


_LENGTH = r"(?:\d+|one|two|three|four|five|six|nine|twelve) (?:hours?|days?|weeks?|months?|years?),?\s*$"
_MOMENT = re.compile(rf"(?:\b(?:at|by|after|within|in)\s+)?\b{_LENGTH}", re.IGNORECASE)
_AT_MOMENT = re.compile(rf"\b(?:at|by|after|within) {_LENGTH}", re.IGNORECASE)
_MEASURE = re.compile(
    r"\s*-?\s*(?:[%°·×x^±/](?!\w{3})|[-–]\s?\d|:\s?\d|\+/-|[mnpµμ]g|g\b|kg|m[lL]\b|mmol|mm|cm|µ|μ|iu\b|u\b|h\b"
    r"|hours?|min|seconds?|days?"
    r"|weeks?|months?|mos?\b|years?|yrs?|wks?|d\b|cycles?|courses?|(?:\w+\s+){0,2}(?:doses?|infusions?"
    r"|sessions?)\b|times|fold"
    r"|points?|items?|(?:\w+\s+)?(?:cent(?:er|re)s?|hospitals?|sites?|countries|studies|trials|groups|arms)\b"
    r"|million|degrees?)",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"(?:\b(?:grades?|phases?|stages?|days?|cycles?|types?|levels?|weeks?|months?|years?|visits?|aged?|version"
    r"|range|mean"
    r"|median|sd|se|sem|iqr|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:of|in) groups(?: \w+ and)?)|[<>≤≥±×^*]|[\w][-–]|10\(|\bp\s*=|\bNo\.)\s*$",
    re.IGNORECASE,
)


def _closing(text: str, at: int) -> int:
    """End of what is written of a number: past its percent sign and the bracket it stands in."""
    sign = re.match(r"\s?(?:%|per\s?cent)", text[at:])
    at += sign.end() if sign else 0
    close = re.match(r"[^()\[\]]{0,60}[)\]]", text[at:])
    opened = text[:at].count("(") + text[:at].count("[") > text[:at].count(")") + text[:at].count("]")
    inside = close[0] if close else ""
    return (
        at + len(inside)
        if close and opened and (re.search(r"\bCI\b|confidence", inside) or not re.search(r"\d", inside))
        else at
    )


def _pairs(part: Part) -> Iterator[tuple[Item, tuple[Figure, ...]]]:
    whole = list(part.figures)
    for at, events in enumerate(whole):
        if not events.whole or _DOSE.match(part.text[events.end :]) or _NOT_EVENTS.search(part.text[: events.start]):
            continue
        for people in whole[at + 1 : at + 3]:
            between = part.text[events.end : people.start]
            if not people.whole or people.value < max(2, events.value) or not _OUT_OF.fullmatch(between):
                continue
            if (
                _NAME_OF.search(between)
                or _UNIT.match(part.text[people.end :])
                or re.search(r"\d\s*/\s*$", part.text[: events.start])
            ):
                continue
            share, where = _near_share(part, events, people)
            if share and not agrees(int(events.value), int(people.value), share.value, _text(part, share)):
                yield (
                    Item("contradicted", events.value, events.start, events.end, _closing(part.text, share.end)),
                    (events, people, share),
                )
                break
            stop = _closing(part.text, share.end) if share and where == "after" else _closing(part.text, people.end)
            yield (
                Item(
                    "pair",
                    events.value,
                    events.start,
                    events.end,
                    stop,
                    int(people.value),
                    people.start,
                    people.end,
                    share.value if share else None,
                ),
                (events, people, *((share,) if share else ())),
            )
            break


# A bracket that repeats the shares of several arms: `(20.8% v 40.9%)`.
_MORE_SHARES = re.compile(
    r"\s?%?\s*(?:vs?\b\.?|versus|and|against|[,/])\s*\d+(?:[.·]\d+)?\s?%(?!\s*(?:ci\b|confidence))", re.IGNORECASE
)
# `two of group 2`: the second number is a name.
_NAME_OF = re.compile(
    r"\b(?:groups?|arms?|cohorts?|grades?|types?|stages?|phases?|days?|weeks?|months?)\s+$", re.IGNORECASE
)
_DOSE = re.compile(r"\s*(?:[×^]|mg|kg|(?:days|weeks|months|years|hours)\b)")
_NOT_EVENTS = re.compile(r"(?:[×^±<>≤≥]|\b(?:grades?|ratio of|scores?))\s*$", re.IGNORECASE)
_UNIT = re.compile(
    r"\s*(?:[×^/]\s?\d|mg|kg|ml|l\b|days?|weeks?|months?|years?|hours?|min\b|infusions?|doses?|cent)", re.I
)


def _near_share(part: Part, events: Figure, people: Figure) -> tuple[Figure | None, str]:
    for figure in part.figures:
        if not figure.is_percent:
            continue
        if events.end <= figure.start and figure.end <= people.start:
            return figure, "between"
        many = _MORE_SHARES.match(part.text, figure.end)
        if (
            figure.start > people.end
            and not many
            and re.fullmatch(r"(?:\s+[\w-]+){0,7}?\s*[(\[]\s*", part.text[people.end : figure.start])
        ):
            return figure, "after"
        if figure.end < events.start and _SHARE_FIRST.fullmatch(part.text[figure.end : events.start]):
            return figure, "before"
    return None, ""


def _all_shares(part: Part, words: Words) -> Iterator[tuple[Item, tuple[Figure, ...]]]:
    whole = list(part.figures)
    for at, events in enumerate(whole):
        before = _IN_BLOOD.sub("in ", N_EQUALS.sub("", part.text[: events.start]))
        if not may_count(part, events) or (_NO_COUNT_BEFORE.search(before) and not _after_arm(part, events, words)):
            continue
        nxt = whole[at + 1] if at + 1 < len(whole) else None
        if nxt and nxt.is_percent and _MORE_SHARES.match(part.text, nxt.end):
            continue
        if nxt and nxt.is_percent and _SHARE.fullmatch(part.text[events.end : nxt.start]):
            yield _share(part, events, nxt, _closing(part.text, nxt.end)), (events, nxt)
        elif at and whole[at - 1].is_percent and _SHARE_FIRST.fullmatch(part.text[whole[at - 1].end : events.start]):
            yield _share(part, events, whole[at - 1], _closing(part.text, events.end)), (events, whole[at - 1])


def _share(part: Part, events: Figure, share: Figure, stop: int) -> Item:
    return Item(
        "share", events.value, events.start, events.end, stop, percent=share.value, percent_text=_text(part, share)
    )


def _percent(part: Part, figure: Figure) -> Item | None:
    before, after = part.text[: figure.start], part.text[figure.end :]
    if (
        figure.value > 100
        or _INTERVAL.search(before[-60:])
        or _SURVIVAL.search(before)
        or re.search(
            r"(?:[<>≤≥±]|(?<!reported )(?<!experienced )(?<!reached )(?<!met )(?<!needed )(?<!suffered )\bby|than)\s*$",
            before,
        )
    ):
        return None
    if re.match(r"\s?(?:%|per\s?cent)\s*(?:CI\b|confidence|[-–±]|reduction|increase|lower|higher|of standard)", after):
        return None
    stop = _closing(part.text, figure.end)
    return Item(
        "percent", figure.value, figure.start, figure.end, stop, None, None, None, figure.value, _text(part, figure)
    )


def _count(
    part: Part, figure: Figure, words: Words, arms: Sequence[tuple[int, int]], named: Sequence[Named]
) -> Item | None:
    before, after = _IN_BLOOD.sub("in ", _unless_moment(part, figure)), part.text[figure.end :]
    before = _DASH.sub(": ", before)
    if figure.whole and counts_in_bracket(part, figure, named, arms):
        return Item("count", figure.value, figure.start, figure.end, figure.end)
    if (
        not may_count(part, figure)
        or (_NO_COUNT_BEFORE.search(before) and not _after_arm(part, figure, words))
        or _NO_COUNT_AFTER.match(after)
    ):
        return None
    if (
        MOMENTS_AFTER.match(after)
        or MOMENTS_BEFORE.search(before)
        or (SPAN_BEFORE.search(before) and not (figure.in_words and ACTS.match(after)))
    ):
        return None
    bracket = before.count("(") > before.count(")")
    noun = words["people"].search(after[:40])
    to_arm = r"\s+(?:[\w-]+\s+)?(?:(?:in|of|to|the|given|with|after|on)\s+){0,2}"
    armed = any(re.fullmatch(to_arm, part.text[figure.end : a]) for a, _ in arms if a >= figure.end)
    beside = any(re.fullmatch(r"\s*[:=]\s*|\s+", part.text[b : figure.start]) for _, b in arms if b < figure.start)
    if bracket and not (
        armed
        or beside
        or re.match(r"\s*(?:vs?\b\.?|versus)", after)
        or _SET_AGAINST.search(before)
        or (noun and re.fullmatch(r"(?:\s+[\w-]+){0,1}\s+", after[: noun.start()]))
    ):
        return None
    stop = _closing(part.text, figure.end) if bracket and not (armed or beside) else figure.end
    return Item("count", figure.value, figure.start, figure.end, stop)


def _text(part: Part, figure: Figure) -> str:
    return part.text[figure.start : figure.end]
