"""The house rules of ARCHITECTURE.md as tests: who may import whom, who owns what, how large a room may grow."""

from __future__ import annotations

import ast
import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "msc_harvest"
FILES = sorted(SOURCE.rglob("*.py"))

# Rooms from the ground up. A room may import rooms of lower floors, and itself.
FLOORS = (
    {"interruption"},
    {"errors", "paths", "durable", "processes"},
    {"settings", "model", "dictionary", "quantities"},
    {"http", "archive", "connectors", "evidence", "warehouse", "synthesis", "report"},
    {"pipeline"},
    {"cli"},
    {"__main__"},
)
OWNERS = {
    "requests": {"http"},
    "tenacity": {"http"},
    "urllib3": {"http"},
    "duckdb": {"warehouse"},
    "argparse": {"cli"},
    "rich": {"cli"},
    "platformdirs": {"cli"},
    "lxml": {"connectors"},
    "scipy": {"synthesis"},
    "yaml": {"pipeline"},
}
MOST_LINES = 350
MOST_FUNCTION_LINES = 60
SHARE_OF_SHORT_FUNCTIONS = 0.9
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def inner_rooms(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.startswith("msc_harvest.")} & FLOOR_OF.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_imports_go_downwards(path: Path) -> None:
    if path == SOURCE / "__init__.py":
        # Importing the package runs nothing else: `msc_harvest.pool` is loaded on first use, and named to type checkers.
        tree = ast.parse(path.read_text())
        run = [
            node for node in tree.body if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        ]
        assert not inner_rooms(imports(ast.Module(run, [])))
        return
    own = room(path)
    assert own in FLOOR_OF, f"{own} is a new room: give it a floor here and a line in ARCHITECTURE.md"
    for other in inner_rooms(imports(ast.parse(path.read_text()))) - {own}:
        assert FLOOR_OF[other] < FLOOR_OF[own], f"{own} must not import {other}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_each_library_has_its_owner(path: Path) -> None:
    for name in {one.split(".")[0] for one in imports(ast.parse(path.read_text()))} & OWNERS.keys():
        assert room(path) in OWNERS[name], f"only {OWNERS[name]} may import {name}"


@pytest.mark.parametrize(
    "path", [p for p in FILES if room(p) != "cli"], ids=lambda path: path.relative_to(SOURCE).as_posix()
)
def test_only_the_command_line_prints_reads_environment_and_clock(path: Path) -> None:
    forbidden = {
        "print",
        "input",
        "os.environ",
        "os.getenv",
        "datetime.now",
        "datetime.utcnow",
        "date.today",
        "time.time",
        "time.monotonic",
        "time.sleep",
        "sys.exit",
        "sys.stdout",
        "sys.stderr",
        "sys.argv",
    }
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert f"{node.value.id}.{node.attr}" not in forbidden, f"line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in forbidden, f"line {node.lineno}"


def test_files_stay_small() -> None:
    queries = (ROOT / "queries").rglob("*.sql")
    large = {path.name: n for path in (*FILES, *queries) if (n := len(path.read_text().splitlines())) > MOST_LINES}
    assert not large, f"is there a second room inside? {large}"


def test_functions_stay_short() -> None:
    lengths = {
        f"{path.name}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert max(lengths.values()) <= MOST_FUNCTION_LINES, max(lengths, key=lambda name: lengths[name])
    short = sum(length <= 30 for length in lengths.values()) / len(lengths)
    assert short >= SHARE_OF_SHORT_FUNCTIONS, f"{short:.0%} of functions have at most 30 lines"


def test_no_organ_and_no_outcome_is_named_in_python() -> None:
    codes = {row["organ_code"] for row in rows("organ")} | {row["outcome_code"] for row in rows("outcome")}
    codes -= {"other"}  # an English word, too common to forbid
    pattern = re.compile(r"(?<![a-z])(" + "|".join(sorted(codes)) + r")(?![a-z])")
    for path in FILES:
        tree = ast.parse(path.read_text())
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                assert not pattern.search(node.value), f"{path.name}:{node.lineno} names {pattern.search(node.value)}"


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "warehouse" / "vocab" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_public_names_say_what_they_mean() -> None:
    silent = []
    for path in FILES:
        tree = ast.parse(path.read_text())
        if not ast.get_docstring(tree):
            silent.append(path.relative_to(SOURCE).as_posix())
        for node in tree.body:
            if (
                isinstance(node, ast.FunctionDef | ast.ClassDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                silent.append(f"{path.name}:{node.name}")
    assert not silent


def test_no_room_for_leftovers() -> None:
    names = {path.stem for path in FILES} | {path.parent.name for path in FILES}
    assert not names & {"utils", "util", "helpers", "misc", "common"}
    loose = re.compile(r"\b(TODO|FIXME|NotImplementedError|pragma: no cover)\b")
    assert not [path.name for path in FILES if loose.search(path.read_text())]


def test_every_signed_row_is_signed() -> None:
    for folder, by, on in (("vocab", "signed_by", "signed_on"), ("curated", "entered_by", "entered_on")):
        for path in sorted((ROOT / "warehouse" / folder).glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as lines:
                reader = csv.DictReader(lines)
                names = set(reader.fieldnames or [])
                signed = ("decided_by", "decided_on") if path.stem == "scope_override" else (by, on)
                assert set(signed) <= names, f"{path.name} has no {signed}"
                for row in reader:
                    assert row[signed[0]] and re.fullmatch(r"\d{4}-\d{2}-\d{2}", row[signed[1]]), f"{path.name}: {row}"
