"""Every search strategy: what a service drops, ignores or misreads without a word is caught here."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest

SEARCH = Path(__file__).resolve().parents[2] / "queries" / "search"
FILES = sorted(SEARCH.glob("*/*.txt"))
PUBMED = sorted(SEARCH.glob("*/pubmed.txt"))

# Headings of MeSH with their UI; a heading that does not exist is dropped from a query, with nothing but a warning.
HEADINGS = {
    "Adult Stem Cells": "D053687",
    "Allografts": "D064591",
    "Animals": "D000818",
    "Bronchiolitis Obliterans": "D001989",
    "Delayed Graft Function": "D051799",
    "Disease Models, Animal": "D004195",
    "Graft Rejection": "D006084",
    "Graft Survival": "D006085",
    "Heart Transplantation": "D016027",
    "Heart-Lung Transplantation": "D016041",
    "Humans": "D006801",
    "Kidney Transplantation": "D016030",
    "Liver Transplantation": "D016031",
    "Lung Transplantation": "D016040",
    "Mesenchymal Stem Cell Transplantation": "D045164",
    "Mesenchymal Stem Cells": "D059630",
    "Models, Animal": "D023421",
    "Multipotent Stem Cells": "D039902",
    "Organ Preservation": "D009926",
    "Organ Transplantation": "D016377",
    "Primary Graft Dysfunction": "D055031",
    "Stromal Cells": "D017154",
    "Transplant Recipients": "D066027",
    "Transplantation Tolerance": "D023001",
    "Transplantation, Homologous": "D014184",
}
TAGS = {"tiab", "ti", "ab", "tw", "mesh", "mesh:noexp", "majr", "mh", "nm", "pt", "sb", "dp", "la", "jour", "au", "all"}
STOP_WORDS = {
    "a",
    "about",
    "all",
    "also",
    "an",
    "and",
    "are",
    "as",
    "at",
    "be",
    "by",
    "for",
    "from",
    "has",
    "have",
    "in",
    "is",
    "it",
    "of",
    "on",
    "or",
    "that",
    "the",
    "this",
    "to",
    "was",
    "with",
}
TOKEN = re.compile(
    r'\s*(?:(?P<paren>[()])|(?P<op>AND|OR|NOT)\b|(?P<term>"[^"]*"|[^\s()\["][^()\["]*?)?\s*(?P<tag>\[[^\]]*\]))'
)


def text_of(path: Path) -> str:
    return "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")).strip()


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def tokens(query: str) -> list[tuple[str, str]]:
    """(kind, text): kind is `(`, `)`, `op`, or the tag of a term. AssertionError where nothing of that kind stands."""
    found: list[tuple[str, str]] = []
    at = 0
    query = query.rstrip()
    while at < len(query):
        match = TOKEN.match(query, at)
        assert match, f"neither operator nor tagged term: {query[at : at + 60]!r}"
        at = match.end()
        if match["paren"]:
            found.append((match["paren"], match["paren"]))
        elif match["op"]:
            found.append(("op", match["op"]))
        else:
            assert match["term"], f"the tag {match['tag']} stands behind a group or alone"
            found.append((match["tag"][1:-1].lower(), match["term"].strip()))
    return found


def faults(query: str) -> list[str]:
    """What is wrong with a PubMed query, in words; an empty list when nothing is."""
    if wrong := [sign for sign in "“”„‘’∗＊–—&;\t" if sign in query]:
        return [f"typographic or unescaped sign {wrong}"]
    if query.count('"') % 2:
        return ["odd number of quotes"]
    try:
        parsed = tokens(query)
        parse(parsed)
    except AssertionError as problem:
        return [str(problem)]
    return [fault for kind, text in parsed if kind not in ("(", ")", "op") for fault in term_faults(text, kind)]


def term_faults(term: str, tag: str) -> list[str]:
    bare = term.strip('"')
    plain_tag, _, distance = tag.partition(":~")
    found = []
    if plain_tag not in TAGS or (distance and (plain_tag not in {"tiab", "ti"} or not distance.isdigit())):
        found.append(f"unknown tag [{tag}]")
    if not bare.strip():
        found.append("empty term")
    if plain_tag in {"mesh", "mesh:noexp", "mh", "majr"} and (bare not in HEADINGS or not term.startswith('"')):
        found.append(f"no known heading in quotes: {term}")
    words = re.findall(r"[^\s\-/]+", bare.lower())
    if plain_tag in {"tiab", "ti", "ab", "tw"} and all(word.strip("*") in STOP_WORDS for word in words):
        found.append(f"nothing but stop words: {term}")
    if re.search(r"(?:^|[^A-Za-z0-9])[A-Za-z0-9']{0,3}\*", bare) or re.search(r"\*(?!$)", bare):
        found.append(f"truncation needs four letters before it, at the end: {term}")
    if distance and "*" in bare:
        found.append(f"no truncation in a proximity search: {term}")
    if "/" in bare or re.search(r"\b(?:AND|OR|NOT)\b", term if not term.startswith('"') else ""):
        found.append(f"slash or operator inside a term: {term}")
    return found


Node = Callable[[str], bool]


def parse(parsed: list[tuple[str, str]]) -> Node:
    """The query as a question to a text in lower case. Operators bind from left to right, as in PubMed.

    Headings answer False: what this says yes to is found before anybody has indexed it.
    """
    node, rest = expression(parsed)
    assert not rest, f"unexpected {rest[0][1]!r}"
    return node


def expression(rest: list[tuple[str, str]]) -> tuple[Node, list[tuple[str, str]]]:
    left, rest = operand(rest)
    while rest and rest[0][0] == "op":
        operator = rest[0][1]
        right, rest = operand(rest[1:])
        left = joined(left, operator, right)
    return left, rest


def joined(left: Node, operator: str, right: Node) -> Node:
    if operator == "AND":
        return lambda text: left(text) and right(text)
    if operator == "OR":
        return lambda text: left(text) or right(text)
    return lambda text: left(text) and not right(text)


def operand(rest: list[tuple[str, str]]) -> tuple[Node, list[tuple[str, str]]]:
    assert rest, "an operator without an operand"
    kind, text = rest[0]
    if kind == "(":
        node, rest = expression(rest[1:])
        assert rest and rest[0][0] == ")", "an opening bracket is never closed"
        return node, rest[1:]
    assert kind != ")" and kind != "op", f"an operand is missing before {text!r}"
    return term(text, kind), rest[1:]


def term(text: str, tag: str) -> Node:
    if not tag.startswith(("tiab", "ti")):
        return lambda _: False
    words = re.findall(r"[a-z0-9*']+", text.lower())
    if ":~" in tag:
        reach = int(tag.partition(":~")[2]) + len(words)
        return lambda title: within(re.findall(r"[a-z0-9']+", title.lower()), words, reach)
    pattern = re.compile(
        r"\b" + r"[^a-z0-9']+".join(re.escape(word).replace(r"\*", r"[a-z0-9']*") for word in words) + r"(?![a-z0-9])"
    )
    return lambda title: pattern.search(title.lower()) is not None


def within(title: list[str], words: list[str], reach: int) -> bool:
    return any(set(words) <= set(title[at : at + reach]) for at in range(len(title)))


@pytest.mark.parametrize("path", PUBMED, ids=name)
def test_pubmed_strategy_says_what_it_means(path: Path) -> None:
    assert faults(text_of(path)) == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_brackets_and_quotes_are_balanced(path: Path) -> None:
    query = text_of(path)
    assert query, "an empty strategy"
    assert query.count('"') % 2 == 0
    assert not set("“”„‘’∗") & set(query)
    depth = 0
    for sign in re.sub(r'"[^"]*"', "", query):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    assert not re.search(
        r"\b(AND|OR|NOT)\s+(AND|OR)\b|\(\s*(AND|OR|NOT)\b|\b(AND|OR|NOT)\s*\)|\(\s*\)", re.sub(r'"[^"]*"', "x", query)
    )


@pytest.mark.parametrize(
    "query",
    [
        'asthma[tiabb]', '(asthma OR copd)[tiab]', 'asthma[mh:~3]', 'intervent∗[ti]', '“a phrase”[tiab]', 'a[tiab] OR OR b[tiab]',
        '"Atherosclerotic Cardiovascular Disease"[Mesh]', 'the[tiab] AND asthma[tiab]', 'MSC*[tiab]', '"BMJ &amp; x"[jour]',
        '(graft[tiab] OR liver[tiab]', 'graft[tiab]) OR liver[tiab]', '""[tiab]', 'graft[tiab] AND', 'AND graft[tiab]', 'graft',
        '()', 'graft[tiab] liver[tiab]', 'graft* failure[tiab]', '"kidney transplant*"[tiab:~3]', 'stem/stromal[tiab]', '"of the"[tiab]',
        'graft[]', 'Mesenchymal Stem Cells[Mesh]', '"kidney[tiab]',
    ],
)  # fmt: skip
def test_the_lint_finds_what_pubmed_passes_over_in_silence(query: str) -> None:
    assert faults(query), query


@pytest.mark.parametrize(
    "query",
    [
        '"Humans"[Mesh]',
        "graft*[tiab]",
        '("MSC"[tiab] OR stem cell*[tiab]) NOT ("Animals"[Mesh] NOT "Humans"[Mesh])',
        '"liver transplant"[tiab:~3]',
        '"[18F]FDG"[tiab]',
    ],
)
def test_the_lint_accepts_what_is_right(query: str) -> None:
    assert faults(query) == []


@pytest.mark.parametrize("heading", sorted(HEADINGS))
def test_headings_have_a_descriptor_number(heading: str) -> None:
    assert re.fullmatch(r"D\d{6}(\d{3})?", HEADINGS[heading])
    assert list(HEADINGS.values()).count(HEADINGS[heading]) == 1


def test_headings_agree_with_indexed_records(shared: Path) -> None:
    text = gzip.decompress((shared / "data" / "pubmed" / "articles.xml.gz").read_bytes()).decode()
    met = {
        title: ui for ui, title in re.findall(r'<DescriptorName UI="(D\d+)"[^>]*>([^<]+)<', text) if title in HEADINGS
    }
    assert met and met == {title: HEADINGS[title] for title in met}


# Titles that share no more than two words with the obvious phrases: case report, MAPC, protocol, heading-free wording.
TITLES = [
    "First-in-Human Case Study: Multipotent Adult Progenitor Cells for Immunomodulation After Liver Transplantation",
    "Safety and feasibility of third-party multipotent adult progenitor cells for immunomodulation therapy after liver transplantation",
    "Kidney transplant tolerance associated with remote autologous mesenchymal stromal cell administration",
    "Mesenchymal stem cell therapy in patients with small bowel transplantation: Single center experience",
    "A Pilot Study of Mesenchymal Stem Cell Therapy for Acute Liver Allograft Rejection",
    "Transplantation of a kidney after infusion of Wharton's jelly cells",
    "MSC for steroid-resistant chronic lung allograft dysfunction: study protocol",
    "Adipose-derived stromal cells and cardiac allograft vasculopathy",
]


@pytest.mark.parametrize("title", TITLES)
def test_clinical_pubmed_strategy_finds_unindexed_titles(title: str) -> None:
    assert parse(tokens(text_of(SEARCH / "clinical" / "pubmed.txt")))(title)


def test_clinical_pubmed_strategy_finds_every_known_paper(shared: Path) -> None:
    finds = parse(tokens(text_of(SEARCH / "clinical" / "pubmed.txt")))
    with (shared / "data" / "gold" / "papers.tsv").open(encoding="utf-8", newline="") as lines:
        titles = [row["title"] for row in csv.DictReader(lines, delimiter="\t")]
    assert len(titles) > 30
    assert [title for title in titles if not finds(title)] == []


@pytest.mark.parametrize("strategy", ["clinical", "preclinical"])
def test_pubmed_strategies_pass_over_other_transplants(strategy: str) -> None:
    finds = parse(tokens(text_of(SEARCH / strategy / "pubmed.txt")))
    assert not finds("Kidney transplantation and tacrolimus in mice")
    assert not finds("Mesenchymal stem cells for knee osteoarthritis in rats")


def test_preclinical_pubmed_strategy_finds_animal_models() -> None:
    finds = parse(tokens(text_of(SEARCH / "preclinical" / "pubmed.txt")))
    assert finds("Mesenchymal stem cells prolong cardiac allograft survival in a rat model")
    assert finds("Mesenchymal stem cells induce tolerance of kidney allografts in mice")
    assert not finds("Mesenchymal stem cells in kidney transplant recipients: a phase 2 trial")
