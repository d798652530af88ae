"""Running text cut into sentences that keep their place in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A full stop ends a sentence only before a blank and not after an abbreviation or a single letter.
_END = re.compile(
    r"(?<=[.!?])(?<!\b[a-z]\.)(?<!e\.g\.)(?<!i\.e\.)(?<!approx\.)(?<!vs\.)(?<!resp\.)(?<!incl\.)(?<!ca\.)(?<!no\.)"
    r"\s+(?!\d+\s*[\^x×*])|;\s+|\n\s*\n|\n(?=\s*(?:[-*•●]|\(?\d{1,2}[.)]|[a-z]\)))|\s\|\s",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the place of its first character in the text it was cut from."""

    start: int
    text: str


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text in their order; entries of a list joined with ` | ` and bullets end a sentence too."""
    start = 0
    for cut in _END.finditer(text):
        if text[start : cut.start()].strip():
            yield Sentence(start, text[start : cut.start()])
        start = cut.end()
    if text[start:].strip():
        yield Sentence(start, text[start:])
