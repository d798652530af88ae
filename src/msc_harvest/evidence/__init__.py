"""Numbers of trial abstracts, read by rules: people, arms, events, means, each at its place in the text.

Pure functions of a text and the words of the vocabulary; no outcome and no arm is named here.
"""

from msc_harvest.evidence.counts import Count, is_evidence, read_counts
from msc_harvest.evidence.figures import Figure, figures
from msc_harvest.evidence.groups import arm_sizes
from msc_harvest.evidence.parts import Part, parts
from msc_harvest.evidence.people import Arm, People
from msc_harvest.evidence.reading import read_abstract
from msc_harvest.evidence.spreads import Spread, read_spreads, time_months
from msc_harvest.evidence.totals import totals
from msc_harvest.evidence.values import Reading, Unread, Value
from msc_harvest.evidence.words import Words, compile_words

__all__ = [
    "Arm",
    "Count",
    "Figure",
    "Part",
    "People",
    "Reading",
    "Spread",
    "Unread",
    "Value",
    "Words",
    "arm_sizes",
    "compile_words",
    "figures",
    "is_evidence",
    "parts",
    "read_abstract",
    "read_counts",
    "read_spreads",
    "time_months",
    "totals",
]
