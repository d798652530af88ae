"""Documents are checked against the program: nothing a reader relies on may be missing from them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import duckdb
import pytest

from msc_harvest import errors
from msc_harvest.cli import main
from msc_harvest.cli.commands import COMMANDS
from msc_harvest.warehouse.adhoc import select

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_quick_start_is_one_block_of_two_lines() -> None:
    block = re.search(r"```sh\n(.*?)```", README, re.S)
    assert block
    first, second = block[1].strip().split("\n")
    assert first.endswith("msc-harvest run --sample") and "pytest" in second
    assert all(line.startswith("python3 -m venv .venv && ") for line in (first, second))


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(command: str) -> None:
    assert f"msc-harvest {command}" in README


@pytest.mark.parametrize("path", sorted((ROOT / "queries" / "out").glob("*.sql")), ids=lambda path: path.stem)
def test_every_view_is_in_the_catalogue(path: Path) -> None:
    assert f"| `out.{path.stem}` |" in README


def test_every_variable_and_exit_code_is_documented() -> None:
    for name in (
        "MSC_HARVEST_HOME",
        "MSC_HARVEST_CTGOV_URL",
        "MSC_HARVEST_EUTILS_URL",
        "NCBI_API_KEY",
        "MSC_HARVEST_EMAIL",
        "NO_COLOR",
    ):
        assert f"`{name}`" in README
    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.MscHarvestError)
    }
    for code in codes | {0, 130}:
        assert re.search(rf"^\| {code} \|", README, re.M), code


def test_the_table_of_output_is_what_the_sample_gives(sample_warehouse: Path) -> None:
    """The README shows real output: each row of its safety table stands in the view."""
    rows = re.findall(
        r"^\| (\w+) \| (\w+) \| (msc|control) \| (\d+) \| (\d+)/(\d+) \| ([\d.]+)–([\d.]+) \|", README, re.M
    )
    assert len(rows) >= 5
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        for organ, outcome, role, studies, events, at_risk, low, high in rows:
            found = connection.execute(
                "SELECT n_studies_reporting, n_events, n_at_risk, round(100 * prop_ci_low, 1), round(100 * prop_ci_high, 1) "
                "FROM (SELECT * FROM out.safety_by_organ UNION BY NAME SELECT * FROM out.efficacy_by_organ) "
                "WHERE organ_code = ? AND outcome_code = ? AND arm_role = ?",
                [organ, outcome, role],
            ).fetchall()
            assert found == [(int(studies), int(events), int(at_risk), float(low), float(high))], (organ, outcome, role)


def test_the_walks_and_pools_of_the_readme_are_what_the_sample_gives(
    sample_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line shown after `$ msc-harvest why …` or `pool …` is said, in this order; … stands for what was left out."""
    blocks = re.findall(r"```console\n(\$ msc-harvest (?:why|pool) .*?)```", README, re.S)
    shown = [part.splitlines() for one in blocks for part in re.split(r"^\$ msc-harvest ", one, flags=re.M) if part]
    assert len(shown) == 7
    for command, *expected in shown:
        assert main(["--home", str(sample_warehouse.parent), *shlex.split(command)]) == 0
        said = iter(capsys.readouterr().out.splitlines())
        for line in expected:
            assert line == "…" or any(one.startswith(line.removesuffix("…").rstrip()) for one in said), line


def test_the_sql_of_the_readme_answers(sample_warehouse: Path) -> None:
    queries = re.findall(r"```sql\n(.*?);?\n```", README, re.S)
    queries += re.findall(r'msc-harvest sql "([^"]+)"', README)
    queries += re.findall(r'warehouse\.sql\("([^"]+)"\)', README)
    queries += re.findall(r"`(SELECT [^`]+)`", README)
    assert len(queries) == 4
    for query in queries:
        assert select(sample_warehouse, query).height > 0, query


def test_architecture_names_every_room() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {path.stem for path in (ROOT / "src" / "msc_harvest").iterdir() if not path.name.startswith("_")}
    assert not [room for room in sorted(rooms) if f"`{room}`" not in page]


def test_no_document_or_file_names_a_registry_host_or_a_secret() -> None:
    """Dependencies are named by name and version; keys, addresses and machine paths stay out of everything committed."""
    hosts = re.compile(
        "|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)", "deb" + r"ian\.org"))
    )
    machine = re.compile("/" + "root/|/" + r"work/|/" + r"home/[a-z]")
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT).parts
        if (
            not path.is_file()
            or inside[0] in {".git", ".venv", "dist", "build"}
            or any(part.startswith(".") and part != ".ci" for part in inside)
        ):
            continue
        if "__pycache__" in inside or inside[:2] in {
            ("warehouse", "exports"),
            ("warehouse", "raw"),
            ("warehouse", "runs"),
            ("warehouse", "state"),
        }:
            continue
        if path.suffix in {".parquet", ".duckdb", ".gz", ".pyc"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not hosts.search(text), path
        assert not machine.search(text), f"{path}: {machine.search(text)}"
