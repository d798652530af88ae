"""An abstract cut into sentences with their section, each keeping its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from msc_harvest.evidence.figures import Figure, figures
from msc_harvest.evidence.words import Words

_END = re.compile(
    r"(?:(?<=[Gg]roup [A-Z]\.)|(?<=°[CF]\.)|(?<=° [CF]\.))\s+(?=[A-Z])|"
    r"(?<=[.!?])(?<!\b[a-zA-Z]\.)(?<!e\.g\.)(?<!i\.e\.)(?<!approx\.)(?<!vs\.)(?<!\bv\.)(?<!resp\.)(?<!ca\.)(?<!no\.)"
    r"(?<!No\.)(?<!\bet al\.)(?<!cf\.)(?<!Dr\.)(?<!St\.)\s+(?=[A-Z0-9(\"'‘“\[])|\n+"
)
_LABEL = re.compile(r"[\s*•]*(?P<label>[A-Z][A-Za-z/ ,&-]{2,40}?)\s*[:.]\s")


@dataclass(frozen=True, slots=True)
class Part:
    """One sentence: its place in the text, its section ('' where the text has no labels) and the numbers in it."""

    start: int
    end: int
    text: str
    section: str
    figures: tuple[Figure, ...]


def parts(text: str, words: Words) -> list[Part]:
    """Sentences of an abstract in their order. Places of figures count from the start of the sentence."""
    found: list[Part] = []
    section = ""
    start = 0
    labelled: list[str] = []
    for end in (*(cut.start() for cut in _END.finditer(text)), len(text)):
        piece = text[start:end]
        begin = start + len(piece) - len(piece.lstrip())
        sentence = piece.strip()
        start = end
        if sentence:
            named = _section(sentence, words)
            section = named if named is not None else section
            labelled += [named] if named is not None else []
            found.append(Part(begin, begin + len(sentence), sentence, section, tuple(figures(sentence))))
    # `Aim: ...` before a text without labels opens no section that holds the rest.
    if "background" in labelled and not {"methods", "results"} & set(labelled):
        found = [part if _section(part.text, words) else replace(part, section="") for part in found]
    return found


def _section(sentence: str, words: Words) -> str | None:
    """Section that a sentence opens by its label, '' for a label not known; None where it opens none."""
    label = _LABEL.match(sentence + " ")
    if label:
        for name in ("background", "methods", "results", "conclusion"):
            if words[f"section_{name}"].fullmatch(label["label"].strip()):
                return name
        return "" if ":" in label[0] else None
    return None
