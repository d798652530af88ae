"""What is told on stderr, in which form, and what never is."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from msc_harvest.cli import commands, logs, main
from msc_harvest.cli.narrate import Lines, Narrator
from msc_harvest.errors import ArchiveError, SettingsError
from msc_harvest.http import RedactingFilter, redact

KEY = "cAnArY0123456789abcdef"
MAIL = "canary+tag@example.org"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is the process's own: leave it as it was."""
    root, ours = logging.getLogger(), logging.getLogger("msc_harvest")
    handlers, level = list(root.handlers), ours.level
    yield
    root.handlers[:] = handlers
    ours.setLevel(level)


def told(format: str, level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    logs.configure(format, level, (KEY, MAIL, None), stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


LOG = logging.getLogger("msc_harvest.some.room")


def test_plain_is_the_words_alone_and_says_when_they_are_a_warning() -> None:
    stream = told("plain")
    logs.tell("3 seen, 100 % new")
    LOG.info("%d of %s", 3, "x")
    LOG.warning("slow")
    LOG.error("broken")
    LOG.debug("unheard")
    assert stream.getvalue() == ("3 seen, 100 % new\n3 of x\nmsc-harvest: warning: slow\nmsc-harvest: error: broken\n")


def test_debug_says_when_and_who() -> None:
    stream = told("plain", "debug")
    LOG.debug("tried")
    moment, who, what = stream.getvalue().split()
    assert datetime.strptime(moment, "%H:%M:%S.%f") and (who, what) == ("msc_harvest.some.room:", "tried")


@pytest.mark.parametrize(("level", "heard"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
@pytest.mark.parametrize("format", logs.FORMATS)
def test_levels(format: str, level: str, heard: int) -> None:
    stream = told(format, level)
    for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        LOG.log(number, "x")
    assert len(stream.getvalue().splitlines()) == heard


def test_json_is_one_object_a_line_with_its_fields() -> None:
    stream = told("json")
    logs.tell("a “quoted”\nbreak \x1b[31m", run_id="r1", done=3, total=None, seconds=0.5, at="not mine", level=7)
    LOG.warning("w")
    first, second = lines(stream)
    assert datetime.fromisoformat(first.pop("at")).utcoffset() is not None
    assert first == {
        "level": "info",
        "logger": "msc_harvest",
        "message": "a “quoted”\nbreak \x1b[31m",
        "run_id": "r1",
        "done": 3,
        "total": None,
        "seconds": 0.5,
    }
    assert second.keys() == {"at", "level", "logger", "message"}
    raw = stream.getvalue()
    assert raw.isascii() and "\x1b" not in raw and raw.count("\n") == 2


def test_remote_text_moves_no_cursor() -> None:
    stream = told("plain", "debug")
    hostile = "title\x1b[2J\r\n\u202egnp.exe\x07 \x9b31m"
    logs.tell(hostile)
    try:
        raise ValueError(hostile)
    except ValueError:
        LOG.debug("x", exc_info=True)
    text = stream.getvalue()
    assert not set(text) & set("\x1b\r\u202e\x07\x9b")
    assert text.startswith("title [2J   gnp.exe   31m\n")


def test_a_library_in_trouble_speaks_in_the_same_form() -> None:
    stream = told("json")
    logging.getLogger("urllib3.connectionpool").warning("Failed to parse headers (url=%s)", f"http://h/?api_key={KEY}")
    (line,) = lines(stream)
    assert line["logger"] == "urllib3.connectionpool"
    assert line["message"] == "Failed to parse headers (url=http://h/?api_key=<redacted>)"


def test_configuring_again_replaces_what_was() -> None:
    first, second = told("plain"), told("json")
    logs.tell("x")
    assert first.getvalue() == "" and len(lines(second)) == 1


def test_a_stream_that_is_gone_is_no_failure() -> None:
    stream = told("plain")
    stream.close()
    logs.tell("nobody hears")


def test_arguments_that_do_not_fit_end_nothing() -> None:
    record = logging.LogRecord("msc_harvest", logging.WARNING, "", 1, "%d things", (KEY,), None)
    assert RedactingFilter([KEY]).filter(record)
    assert "%d things" in record.getMessage() and KEY not in record.getMessage()


def spellings(secret: str) -> list[str]:
    """One secret as different programs write it."""
    by_all = "".join(f"%{octet:02X}" for octet in secret.encode())
    some = secret.replace("+", "%2b").replace("@", "%40")
    return [
        secret,
        secret.upper(),
        secret.lower(),
        some,
        some.upper(),
        by_all,
        by_all.replace("%", "%25"),
        some.replace("%", "%2525"),
        secret.replace("+", "\\u002B").replace("@", "\\u0040"),
        secret.replace("+", "&#43;").replace("@", "&#x40;"),
    ]


@pytest.mark.parametrize("format", logs.FORMATS)
@pytest.mark.parametrize("secret", [KEY, MAIL])
def test_no_part_of_a_record_shows_a_secret(format: str, secret: str) -> None:
    stream = told(format, "debug")
    for way in spellings(secret):
        try:
            try:
                raise OSError(f"inner {way}")
            except OSError:
                raise KeyError(f"outer {way}")  # noqa: B904 - the context is what is tested
        except KeyError:
            fields = {"url": way, "many": [way, {way: (way,)}], "thing": Path(way), "nothing": None, "n": 1}
            LOG.error("said %s", way, exc_info=True, stack_info=True, extra=fields)
        LOG.info("as object %s", ArchiveError(way), extra={"bytes_of_it": way.encode()})
    text = stream.getvalue()
    assert text.count("<redacted>") >= 4 * len(spellings(secret))
    assert not any(way.lower() in text.lower() for way in spellings(secret))
    assert "Traceback" in text


def test_other_texts_are_left_alone() -> None:
    words = "record NCT01234567 of someone@elsewhere.org, 50 %25 and 100%"
    assert redact(words, (KEY, MAIL)) == words


@pytest.mark.parametrize(
    ("flag", "environment", "chosen"),
    [
        (None, {}, "plain"),
        (None, {"MSC_HARVEST_LOG": ""}, "plain"),
        (None, {"MSC_HARVEST_LOG": "json"}, "json"),
        ("plain", {"MSC_HARVEST_LOG": "json"}, "plain"),
        ("json", {"MSC_HARVEST_LOG": "nonsense"}, "json"),
    ],
)
def test_the_flag_goes_before_the_environment(flag: str | None, environment: dict[str, str], chosen: str) -> None:
    assert logs.chosen_format(flag, environment) == chosen


def test_another_word_in_the_environment_is_a_setting_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError, match="MSC_HARVEST_LOG must be plain or json"):
        logs.chosen_format(None, {"MSC_HARVEST_LOG": "yaml"})
    monkeypatch.setenv("MSC_HARVEST_LOG", "yaml")
    assert main(["--home", str(tmp_path), "status"]) == 3
    assert capsys.readouterr().err.startswith("msc-harvest: error: MSC_HARVEST_LOG")


def test_progress_as_lines_and_as_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, *[float(second) for second in range(1, 40)]])
    monkeypatch.setattr("msc_harvest.cli.narrate.time.monotonic", lambda: next(moments))
    for format in logs.FORMATS:
        stream = told(format)
        progress = Lines()
        progress.start("parse records", None)
        progress.expect(10)
        for _ in range(10):
            progress.advance()
        progress.note("a note")
        progress.close()
        progress.close()
        if format == "plain":
            first, *_, note, last = stream.getvalue().splitlines()
            assert first.endswith(" of 10") and first.startswith("parse records: ")
            assert (note, last) == ("a note", "parse records: 10 done")
        else:
            *_, note_line, end = lines(stream)
            assert note_line["message"] == "a note"
            wanted = {"event": "progress", "label": "parse records", "done": 10, "total": 10, "is_end": True}
            assert wanted.items() <= end.items() and end["seconds"] > 0


@pytest.mark.parametrize(
    ("format", "level", "kind"), [("plain", "info", "Bar"), ("json", "info", "Lines"), ("plain", "warning", "Lines")]
)
def test_a_bar_is_drawn_for_people_only(format: str, level: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = told(format, level)
    monkeypatch.setattr(stream, "isatty", lambda: True)
    with Narrator() as progress:
        assert type(progress).__name__ == kind


def test_on_a_terminal_notes_stand_above_the_bar(sample_home: Path) -> None:
    """A real terminal: the bar's escapes are there, and what is told comes out whole."""
    script = (
        "from msc_harvest.cli import logs; from msc_harvest.cli.narrate import Narrator\n"
        "logs.configure('plain', 'info', ())\n"
        "with Narrator() as progress:\n"
        "    progress.start('work', 3); progress.advance(); progress.note('[bold]a note[/bold] \\x1b[31m')\n"
        "    progress.advance(2)\n"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen([sys.executable, "-c", script], stderr=theirs, env=environment) as child:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65_536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
    os.close(ours)
    text = shown.decode()
    assert child.returncode == 0
    assert "[bold]a note[/bold]  [31m" in text and "\x1b[31m" not in text
    assert "3/3" in text


@pytest.mark.parametrize("format", logs.FORMATS)
def test_every_line_of_a_command_has_the_chosen_form(
    format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(tmp_path), "--log-format", format, "build", "--sample"]) == 0
    err = capsys.readouterr().err
    assert "read archive" in err and "next: msc-harvest export" in err
    if format == "json":
        assert all({"at", "level", "logger", "message"} <= json.loads(line).keys() for line in err.splitlines())


def bug(_: object) -> int:
    raise ZeroDivisionError(f"with {KEY}\nand {MAIL}")


def test_a_bug_ends_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    monkeypatch.setenv("MSC_HARVEST_EMAIL", MAIL)
    monkeypatch.setitem(commands.COMMANDS, "status", bug)
    assert main(["status"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("msc-harvest: error: ZeroDivisionError: with <redacted> and <redacted>; ")
    assert "--log-level debug" in err and err.count("\n") == 1
    assert main(["--log-level", "debug", "status"]) == 1
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err and "in bug" in err
    assert KEY not in err and MAIL not in err


def test_a_failure_of_the_user_has_its_code_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "--log-format", "json", "build"]) == 1
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["level"], line["exit_code"], line["event"]) == ("error", 1, "failed")
    assert "harvest" in line["message"]


def test_what_python_would_print_itself_goes_to_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    stream = told("plain", "debug")
    logs.take_strays()

    class Bad:
        def __del__(self) -> None:
            raise RuntimeError(f"in a finaliser {KEY}")

    def fail() -> None:
        raise RuntimeError(f"in its thread {MAIL}")

    Bad()
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    text = stream.getvalue()
    assert "RuntimeError while clearing up" in text and "RuntimeError in a thread" in text
    assert "in a finaliser <redacted>" in text and "in its thread <redacted>" in text


def test_commands_that_ask_nobody_load_no_http_library() -> None:
    script = (
        "import sys\nfrom msc_harvest.cli import main\nmain(['--home', sys.argv[1], 'status'])\n"
        "print(sorted({'requests', 'urllib3', 'tenacity', 'rich'} & sys.modules.keys()))"
    )
    ended = subprocess.run([sys.executable, "-c", script, "/nonexistent"], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"
