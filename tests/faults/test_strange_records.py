"""F14 and F17: ten thousand spoilt records, and records that mean harm. Kept as they came, told of, harmless everywhere."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from msc_harvest.cli import main
from msc_harvest.connectors import connectors
from msc_harvest.errors import RecordRejected
from msc_harvest.pipeline.export import export
from tests.pipeline.conftest import Bench
from tests.standin import StandIn
from tests.standin.records import articles_in, studies_in

N_EACH = 5_000
STRANGE: list[Any] = [
    None, "", "2019", "2019-02-30", "0000-00-00", -1, -5.5, 10**30, float("1e308"), True, [], {}, [[]], "a\x00b", "\u202eevil", "\U0001f9ec",
    "x" * 100_000, "NaN", "٣", {"deep": {"deeper": [1, {"deepest": None}]}}, "'; DROP TABLE core.trial; --",
]  # fmt: skip

MakeStandIn = Callable[..., StandIn]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path] if path else []
    for key, one in inner:
        found += places(one, (*path, key))
    return found


def spoilt_study(chance: random.Random, study: bytes) -> bytes:
    """A study with one value exchanged, taken out or added; now and then with bytes overwritten."""
    if chance.random() < 0.2:
        at = chance.randrange(len(study))
        return study[:at] + chance.randbytes(chance.randrange(6)) + study[at + chance.randrange(20) :]
    record = json.loads(study)
    path = chance.choice(places(record))
    holder = record
    for key in path[:-1]:
        holder = holder[key]
    if chance.random() < 0.3:
        del holder[path[-1]]
    elif isinstance(holder, dict) and chance.random() < 0.3:
        holder[f"new{chance.randrange(9)}"] = chance.choice(STRANGE)
    else:
        holder[path[-1]] = chance.choice(STRANGE)
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")


def spoilt_article(chance: random.Random, article: bytes) -> bytes:
    """An article with a stretch of bytes taken out, doubled, overwritten or made strange."""
    at, length = chance.randrange(len(article)), chance.randrange(1, 60)
    piece = article[at : at + length]
    words = chance.choice(
        [
            b"",
            piece * 2,
            chance.randbytes(4),
            b"<X/>",
            b"&a;",
            b"\x00",
            "\U0001f9ec\u202e".encode(),
            b"2019-02-30",
            b"]]>",
            b"<!--",
        ]
    )
    return article[:at] + words + article[at + length :]


@pytest.mark.parametrize(
    ("source", "spoil", "records"),
    [("clinicaltrials_gov", spoilt_study, studies_in), ("pubmed", spoilt_article, articles_in)],
)
def test_no_spoilt_record_of_thousands_ends_a_build(
    source: str, spoil: Callable[[random.Random, bytes], bytes], records: Callable[[], list[bytes]]
) -> None:
    """Each is read or rejected by name; nothing else is ever raised. And spoiling does spoil: both occur."""
    chance, connector, whole = random.Random(14), connectors()[source], records()
    ends: Counter[str] = Counter()
    for _ in range(N_EACH):
        body = spoil(chance, chance.choice(whole))
        connector.content(body)
        try:
            ends["with drift" if connector.parse(body).drift else "read"] += 1
        except RecordRejected as problem:
            assert "\n" not in str(problem) and len(str(problem)) < 600
            ends["rejected"] += 1
    assert ends["rejected"] > 50 and ends["read"] + ends["with drift"] > 500, dict(ends)


HOSTILE = (
    "x'); DROP TABLE core.trial; -- ", '=HYPERLINK("http://evil.example","click")', "<script>alert(1)</script>",
    "\x1b[31mred\x1b]0;title\x07", "a|b `c` [d](javascript:e)", "@SUM(A1)", "+1", "-1", "\t=1",
)  # fmt: skip


def test_hostile_titles_are_kept_verbatim_and_harm_nobody(
    bench: Bench, standin: MakeStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    studies = []
    for number, title in enumerate(HOSTILE):
        record = json.loads(studies_in()[number])
        record["protocolSection"]["identificationModule"]["briefTitle"] = title
        studies.append(json.dumps(record, ensure_ascii=False).encode())
    with standin(studies=[*studies, *studies_in()[len(studies) :]]) as server:
        bench.harvest(server)
    bench.build()
    with duckdb.connect(str(bench.home.warehouse), read_only=True) as connection:
        titles = {title for (title,) in connection.execute("SELECT brief_title FROM core.trial").fetchall()}
        assert set(HOSTILE) <= titles
    export(bench.home.warehouse, bench.home.exports, [], bench.progress)
    for path in bench.home.exports.glob("*.csv"):
        for line in path.read_text(encoding="utf-8").splitlines():
            for cell in line.split(","):
                assert not cell.strip('"').startswith(("=HYPERLINK", "@SUM", "\t=1")), (path.name, cell)
    capsys.readouterr()
    home = ["--home", str(bench.home.root)]
    for words in (
        ["sql", "SELECT brief_title FROM core.trial"],
        ["changes"],
        ["changes", "--format", "markdown"],
        ["status"],
    ):
        assert main([*home, *words]) == 0
        told = capsys.readouterr()
        assert "\x1b" not in told.out + told.err and "\x07" not in told.out + told.err
    assert not list(Path(bench.home.root).glob("**/*evil*"))
