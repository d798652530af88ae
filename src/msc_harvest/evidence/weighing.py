"""How many people were in a study whose arms no word names: each number of people is weighed by the words around it.

Every number that may count people is a candidate. Its traits (who is counted, what was done with them, whether arms
make it up, how it stands to the other candidates) add up to the odds that it is a number of all people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msc_harvest.evidence.figures import Figure
from msc_harvest.evidence.parts import Part
from msc_harvest.evidence.people import Arm, People, patterns
from msc_harvest.evidence.traits import places, told, traits
from msc_harvest.evidence.words import Words

# Log odds for each trait, set by hand near those of a logistic regression (ridge 2) of the traits on what annotators
# marked in every second of 511 abstracts of another field; the other abstracts were kept for checking.
WEIGHTS = {
    "any": 0.5,
    # who is counted
    "people after": 0.5,
    "people before": 1.0,
    "a total of": 0.5,
    "bare": 0.5,
    "opens with of": 0.5,
    "of": -0.5,
    "with a share": -1.0,
    "some": -1.0,
    "in brackets": -1.0,
    "few": -0.5,
    "in a result": -0.5,
    # what was done with them
    "allotted in clause": 0.5,
    "then allotted": 1.0,
    "then enrolled": 0.5,
    "taken before": 0.5,
    "analysed at once": 1.0,
    "then treated": -0.5,
    "then befell": -0.5,
    # told last, but annotated as often as not
    "asked": 0.0,
    "elsewhere": -2.0,
    "concluded": -1.0,
    # whether they are an arm
    "sum of arms": 1.0,
    "others add up to it": 1.0,
    "an arm": -2.0,
    "of an arm": -1.0,
    "named as an arm": -1.0,
    "arm after": -1.0,
    "arms after": -0.5,
    "each": -1.0,
    "one of a pair": -0.5,
    "joined to the next": -1.5,
    "joined to the last": -0.5,
    "beside a number": -0.5,
    "respectively": -1.0,
    # how the number stands to the other candidates: natural logarithms of its share of the largest and of its place
    "largest": 0.5,
    "share of largest": 1.0,
    "alone": 0.5,
    "part of another": -0.5,
    "later": -0.5,
}
# Even odds: a number below them is more likely that of some than that of all.
_LEAST = 0.0
_MOST = 3
_SURE, _LIKELY = 3.0, 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that may count all people, with the traits that hold of it and the strength of each."""

    part: Part
    figure: Figure
    traits: dict[str, float]

    @property
    def value(self) -> int:
        """The number itself."""
        return int(self.figure.value)

    @property
    def score(self) -> float:
        """Log odds that this is a number of all people."""
        return sum(WEIGHTS[name] * strength for name, strength in self.traits.items())


def weighed_totals(found: Sequence[Part], words: Words, arms: Sequence[Arm]) -> list[People]:
    """Numbers of people in the whole study, the most likely first, those only asked last; three at most."""
    best: dict[int, Candidate] = {}
    for one in sorted(candidates(found, words, arms), key=lambda each: -each.score):
        if one.score >= _LEAST:
            best.setdefault(one.value, one)
    kept = sorted(list(best.values())[:_MOST], key=lambda each: "asked" in each.traits)
    return [_people(one, words) for one in kept]


def candidates(found: Sequence[Part], words: Words, arms: Sequence[Arm]) -> list[Candidate]:
    """Every number that may count all people, with its traits, in the order of the text."""
    rules = patterns(words)
    every = places(found, rules)
    chosen = [at for at, one in enumerate(every) if told(one, rules)]
    held = traits(every, chosen, words, [arm.size.value for arm in arms])
    return [Candidate(every[at].part, every[at].figure, each) for at, each in zip(chosen, held, strict=True)]


def _people(one: Candidate, words: Words) -> People:
    certainty = "high" if one.score >= _SURE else "medium" if one.score >= _LIKELY else "low"
    place = (one.part.start + one.figure.start, one.part.start + one.figure.end)
    return People(one.value, *place, "weighed_people", certainty, bool(words["planned"].search(one.part.text)))
