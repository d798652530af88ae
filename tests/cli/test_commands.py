"""The command line as its users meet it: what it prints where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from msc_harvest.cli import main
from msc_harvest.warehouse.publish import building


def sql(home: Path, *words: str) -> int:
    return main(["--home", str(home), "sql", *words])


def test_run_sample_prints_a_summary_of_all_organs(sample_run: Path) -> None:
    home, out, err = sample_run / "home", (sample_run / "out").read_text(), (sample_run / "err").read_text()
    assert out.startswith("Summary by organ (embedded sample, build ")
    for organ in ("Kidney", "Liver", "Heart", "Lung", "Small bowel"):
        assert organ in out
    assert "not a harvest" in err and "CSV file(s) from the embedded sample" in err
    # No archive and no manifest: only what this build said of its estimates is remembered.
    assert not (home / "raw").exists()
    assert [path.name for path in (home / "runs").iterdir()] == ["estimates"]
    with (home / "exports" / "safety_by_organ.csv").open(newline="") as lines:
        assert {row["data_origin"] for row in csv.DictReader(lines)} == {"embedded sample"}
    assert "embedded sample" in (home / "exports" / "ABOUT.md").read_text()


def test_sample_never_replaces_a_harvest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "msc_harvest.duckdb"
    with building(path) as connection:
        connection.execute("CREATE SCHEMA ops")
        connection.execute(
            "CREATE TABLE ops.build AS SELECT 'x' AS build_id, 'harvest' AS data_origin, TIMESTAMP '2025-01-01' AS built_at, 1 AS n_records, 0 AS n_rejected"
        )
    before = path.read_bytes()
    assert main(["--home", str(tmp_path), "run", "--sample"]) == 1
    assert "built from a harvest and the embedded sample will not replace it" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_sql_forms(sample_home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    query = "SELECT organ_code FROM vocab.organ WHERE is_in_review_scope ORDER BY sort_order"
    assert sql(sample_home, query, "--format", "csv") == 0
    assert sql(sample_home, query, "--format", "json") == 0
    assert sql(sample_home, query, "--format", "parquet") == 0
    out = capfdbinary.readouterr().out
    text, _, rest = out.partition(b"[")
    assert text.decode().split() == ["organ_code", "kidney", "liver", "heart", "lung", "small_bowel"]
    body, _, parquet = rest.partition(b"]\n")
    assert json.loads(b"[" + body + b"]")[0] == {"organ_code": "kidney"}
    assert pl.read_parquet(io.BytesIO(parquet)).height == 5


def test_sql_table_and_file(sample_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "q.sql").write_text("SELECT 1 AS one, NULL AS none, TRUE AS yes, chr(27) || '[31mred' AS hostile")
    assert sql(sample_home, "-f", str(tmp_path / "q.sql")) == 0
    told = capsys.readouterr()
    assert "–" in told.out and "\x1b" not in told.out and "(1 row)" in told.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["sql", "DROP TABLE ops.build"], 2, "only SELECT is allowed"),
        (["sql", "SELECT 1; SELECT 2"], 2, "one SELECT at a time"),
        (["sql", "SELECT nothing"], 2, "nothing"),
        (["sql"], 2, "give one SELECT"),
        (["sql", "SELECT 1", "-f", "x"], 2, "give one SELECT"),
        (["sql", "-f", "/no/such/file"], 2, "cannot be read"),
        (["sql", "SELECT 1", "--timeout", "0"], 2, "above 0"),
        (["export", "no_such_view"], 2, "there is no view out.no_such_view"),
        (["build", "--as-of", "2025-02-30"], 2, "is not a day"),
        (["run", "--sample", "--source", "pubmed"], 2, "leave out"),
        (["harvest", "--source", "nowhere"], 2, "there is no source called nowhere"),
        (["harvest", "--strategy", "nothing"], 2, "there is no strategy called nothing"),
    ],
)
def test_mistakes_get_one_line_and_a_code(
    words: list[str], code: int, told: str, sample_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(sample_home), *words]) == code
    err = capsys.readouterr().err
    assert told in err and err.startswith("msc-harvest: ") and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "words", [["--no-such-flag"], ["dance"], [], ["sql", "SELECT 1", "--format", "xml"], ["run", "--sampl"]]
)
def test_unknown_words_end_in_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2 and "usage" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MSC_HARVEST_CTGOV_URL", "ftp://x"),
        ("MSC_HARVEST_EUTILS_URL", "nonsense"),
        ("MSC_HARVEST_EMAIL", "nobody"),
        ("NCBI_API_KEY", "a b"),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    assert main(["--home", str(tmp_path), "harvest"]) == 3
    err = capsys.readouterr().err
    assert name in err and value not in err.replace(name, "")


def test_build_without_an_archive_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "build"]) == 1
    assert "fill it with: msc-harvest harvest" in capsys.readouterr().err


def test_status_of_an_empty_and_of_a_sample_home(
    tmp_path: Path, sample_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(tmp_path / "new"), "status"]) == 0
    assert "run --sample" in capsys.readouterr().out
    assert main(["--home", str(sample_home), "status", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (
        facts["warehouse"]["data_origin"] == "embedded sample"
        and facts["runs"] == []
        and "not a harvest" in facts["next"]
    )


def test_a_home_that_cannot_be_made_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["--home", str(tmp_path / "file" / "home"), "run", "--sample"]) == 1
    assert "choose another with --home" in capsys.readouterr().err


def test_the_holder_of_the_lock_is_named(sample_home: Path, tmp_path: Path) -> None:
    """Fault matrix F5."""
    script = (
        "import sys, time; from datetime import datetime; from pathlib import Path\n"
        "from msc_harvest.paths import Home; from msc_harvest.pipeline.lock import only_writer\n"
        "with only_writer(Home(Path(sys.argv[1])), datetime(2025, 1, 1)):\n    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        ended = subprocess.run(
            [sys.executable, "-m", "msc_harvest", "--home", str(tmp_path), "run", "--sample"],
            capture_output=True,
            text=True,
            check=False,
        )
        holder.communicate("")
    assert ended.returncode == 6
    assert (
        f"pid {holder.pid}" in ended.stderr and "since 2025-01-01" in ended.stderr and "Traceback" not in ended.stderr
    )


def test_help_imports_nothing_heavy() -> None:
    script = "import sys\ntry:\n    from msc_harvest.cli import main; main(['--help'])\nexcept SystemExit:\n    pass\nprint(sorted({'duckdb', 'polars', 'lxml', 'requests', 'scipy', 'numpy', 'rich', 'msgspec', 'inspect', 'logging', 'dataclasses', 'json'} & sys.modules.keys()))"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"
    for code in (
        "0 done",
        "3 settings",
        "4 some sources failed",
        "5 checks failed",
        "6 another run",
        "7 nothing reachable",
        "130 interrupted",
    ):
        assert code in ended.stdout


def test_views_work_in_a_plain_duckdb_shell(sample_warehouse: Path) -> None:
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        views = connection.execute("SELECT view_name FROM duckdb_views() WHERE schema_name = 'out'").fetchall()
        assert len(views) >= 9
        for (name,) in views:
            connection.execute(f"SELECT * FROM out.{name}").fetchall()
