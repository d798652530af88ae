"""What tests share is made once per run, is whole or not there, and stays as it was made."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.once import a_copy_of, once

OTHER = (
    "import sys; from pathlib import Path; from types import SimpleNamespace; from tests.once import once\n"
    "def make(folder):\n"
    "    print('made'); (folder / 'file').write_text('theirs')\n"
    "made = once(SimpleNamespace(getbasetemp=lambda: Path(sys.argv[1])), 'thing', make)\n"
    "print((made / 'file').read_text())"
)


class Factory:
    """Stands for pytest's own: the temporary folder of one worker of a run."""

    def __init__(self, base: Path) -> None:
        self.base = base
        base.mkdir(exist_ok=True)

    def getbasetemp(self) -> Path:
        return self.base


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Factory]:
    """Two workers of one run."""
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    return [Factory(tmp_path / "gw0"), Factory(tmp_path / "gw1")]


def write(words: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "file").write_text(words)


def test_the_first_who_asks_makes_it_and_the_others_find_it(workers: list[Factory]) -> None:
    places = [once(one, "thing", write(f"of {one.base.name}")) for one in workers]  # type: ignore[arg-type]
    assert places[0] == places[1] and (places[0] / "file").read_text() == "of gw0"


def test_another_process_finds_it_too(workers: list[Factory], checkout: Path) -> None:
    words = [sys.executable, "-c", OTHER, str(workers[1].base)]
    told = [subprocess.run(words, cwd=checkout, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert told == ["made\ntheirs\n", "theirs\n"]
    assert (once(workers[0], "thing", write("mine")) / "file").read_text() == "theirs"  # type: ignore[arg-type]


def test_without_workers_it_lies_in_the_run_s_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    assert once(Factory(tmp_path / "run"), "thing", write("x")).is_relative_to(tmp_path / "run")  # type: ignore[arg-type]


def test_what_could_not_be_made_is_not_there_and_is_tried_again(workers: list[Factory]) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        once(workers[0], "thing", fail)  # type: ignore[arg-type]
    made = once(workers[1], "thing", write("whole"))  # type: ignore[arg-type]
    assert [path.name for path in made.iterdir()] == ["file"]


def test_a_copy_can_be_written_to_and_the_next_one_is_as_made(workers: list[Factory], tmp_path: Path) -> None:
    made = once(workers[0], "thing", write("as made"))  # type: ignore[arg-type]
    (a_copy_of(made, tmp_path / "one") / "file").write_text("spoilt")
    assert (a_copy_of(made, tmp_path / "two") / "file").read_text() == "as made"


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="only with -n")
def test_a_worker_has_one_thread() -> None:
    with duckdb.connect() as connection:
        assert connection.execute("SELECT current_setting('threads')").fetchall() == [(1,)]
