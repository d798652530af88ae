"""Units for schedulers: each is read back by the rules of its scheduler, also with awkward paths, and holds no secret."""

from __future__ import annotations

import configparser
import plistlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest

from msc_harvest.errors import UsageError
from msc_harvest.report import schedule
from msc_harvest.report.schedule import Installation

PLAIN = Installation(
    ("/opt/msc/bin/msc-harvest",), "/srv/msc", "reader", "/var/lib/reader/msc-harvest", time(4, 30), "1.2.3"
)
RUN = ["--log-format", "json", "--home"]
AWKWARD = ["/srv/da ta", "/srv/it's", '/srv/"q"', "/srv/100% %h %%", "/srv/$HOME/${x}", "/srv/a\\b", "/srv/äöü;&|*#"]


def at(home: str, command: tuple[str, ...] = PLAIN.command) -> Installation:
    return Installation(command, home, PLAIN.user, PLAIN.budgets, PLAIN.at, PLAIN.version)


def sections(text: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=True, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def systemd_words(line: str, *, is_exec: bool) -> list[str]:
    """Words of a line as systemd takes them: quotes and backslashes, then `%%`, and `$$` where commands stand."""
    words = [
        re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
        for quoted, bare in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line)
    ]
    for word in words:
        assert "%" not in word.replace("%%", "") and (not is_exec or "$" not in word.replace("$$", ""))
    return [word.replace("%%", "%").replace("$$", "$" if is_exec else "$$") for word in words]


def cron_job(text: str) -> tuple[list[str], str]:
    """The five fields of the one job and its command, as cron hands it to sh."""
    (line,) = [line for line in text.splitlines() if line and not line.startswith(("#", "CRON_TZ="))]
    *fields, command = line.split(" ", 5)
    assert not re.search(r"(?<!\\)%", command), "cron would take it for a line break"
    return fields, command.replace("\\%", "%")


def run_job(job: str, folder: Path, environment: dict[str, str], code: int = 0) -> dict[str, list[str]]:
    """Run a job under sh with stand-ins for what it calls; returns the words each was called with."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("sleep", "curl", "mail", "mkdir"):
        (tools / name).write_text(f'#!/bin/sh\nfor w in "$@"; do printf "%s\\n" "$w"; done >"{folder}/{name}.called"\n')
        (tools / name).chmod(0o755)
    path = f"{tools}:{shutil.os.environ['PATH']}"
    ended = subprocess.run(
        ["/bin/sh", "-c", job],
        env={"PATH": path, "HOME": str(folder), "CODE": str(code), **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (code, "")
    return {path.stem: path.read_text().splitlines() for path in sorted(folder.glob("*.called"))}


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder with a short name: a line of cron may not be long, and pytest's own names are on several cores."""
    with tempfile.TemporaryDirectory(prefix="job-") as folder:
        yield Path(folder)


def program(folder: Path) -> Path:
    """A stand-in for the installed program, in a folder with an awkward name."""
    place = folder / "a b 100% 'it\"s' $x"
    place.mkdir()
    file = place / "msc-harvest"
    file.write_text(
        f'#!/bin/sh\nfor w in "$@"; do printf "%s\\n" "$w"; done >"{folder}/program.called"\n'
        f'printf "%s" "$NCBI_API_KEY" >"{folder}/key.seen"\necho told >&2\nexit $CODE\n'
    )
    file.chmod(0o755)
    return file


def test_the_command_is_a_logged_run_of_this_home() -> None:
    assert PLAIN.words == ("/opt/msc/bin/msc-harvest", *RUN, "/srv/msc", "run")


@pytest.mark.parametrize("home", ["/srv/msc", *AWKWARD])
def test_systemd_hands_the_paths_over_as_they_are(home: str) -> None:
    service = sections(schedule.systemd(at(home, (f"{home}/bin/msc-harvest",)))["msc-harvest.service"])["Service"]
    words = systemd_words(service["ExecStart"], is_exec=True)
    assert words[-6:] == [f"{home}/bin/msc-harvest", *RUN, home, "run"]
    # A program's name may not hold these; sh may be given one that does.
    assert words[:-6] == (["/bin/sh", "-c", 'exec "$0" "$@"'] if re.search(r"""['"\\$]""", home) else [])
    assert systemd_words(service["ReadWritePaths"], is_exec=False)[0].replace("$$", "$") == home.replace("$$", "$")


def test_systemd_units_say_what_they_must() -> None:
    files = schedule.systemd(PLAIN)
    service, timer = sections(files["msc-harvest.service"]), sections(files["msc-harvest.timer"])
    failed = sections(files["msc-harvest-failed.service"])
    assert timer["Timer"]["OnCalendar"] == "*-*-* 04:30:00 UTC" and timer["Timer"]["Persistent"] == "true"
    assert timer["Timer"]["RandomizedDelaySec"] == "1800" and timer["Install"]["WantedBy"] == "timers.target"
    unit = service["Service"]
    assert unit["Type"] == "oneshot" and unit["EnvironmentFile"].startswith("-/") and unit["Nice"] == "10"
    assert unit["StandardError"] == "journal" and unit["TimeoutStartSec"] == "6h" and unit["User"] == "reader"
    assert unit["ProtectSystem"] == "strict" and '"/srv/msc"' in unit["ReadWritePaths"]
    assert '"-/var/lib/reader/msc-harvest"' in unit["ReadWritePaths"], "the request budget is shared with other runs"
    assert "SuccessExitStatus" not in unit, "a run in which a source failed is to be looked at"
    assert service["Unit"]["OnFailure"] == "msc-harvest-failed.service"
    assert "MSC_HARVEST_HEALTHCHECK_URL" in unit["ExecStartPost"]
    assert "MSC_HARVEST_MAILTO" in failed["Service"]["ExecStart"] and "/fail" in failed["Service"]["ExecStart"]


def test_a_home_below_tmp_is_not_hidden_from_the_service() -> None:
    assert "PrivateTmp" in schedule.systemd(PLAIN)["msc-harvest.service"]
    assert "PrivateTmp" not in schedule.systemd(at("/tmp/msc"))["msc-harvest.service"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("awkward", [False, True])
def test_systemd_itself_finds_nothing_to_complain_about(tmp_path: Path, awkward: bool) -> None:
    file = program(tmp_path) if awkward else Path("/bin/true")
    for name, text in schedule.systemd(at(str(file.parent), (str(file),))).items():
        (tmp_path / name).write_text(text.replace("User=reader", "User=root"))
    units = [str(tmp_path / name) for name in schedule.systemd(PLAIN)]
    ended = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "msc-harvest" not in ended.stderr and ended.returncode == 0, ended.stderr


def test_the_hooks_of_systemd_are_silent_when_nothing_is_set_and_speak_when_it_is(tmp_path: Path) -> None:
    files = schedule.systemd(PLAIN)
    for number, (name, key) in enumerate(
        (("msc-harvest.service", "ExecStartPost"), ("msc-harvest-failed.service", "ExecStart"))
    ):
        line = sections(files[name])["Service"][key].removeprefix("-")
        shell, flag, job = systemd_words(line, is_exec=True)
        assert (shell, flag) == ("/bin/sh", "-c")
        quiet, loud = tmp_path / f"quiet{number}", tmp_path / f"loud{number}"
        quiet.mkdir()
        loud.mkdir()
        assert run_job(job, quiet, {}) == {}
        hooks = {"MSC_HARVEST_HEALTHCHECK_URL": "https://hc.example/1", "MSC_HARVEST_MAILTO": "a@example.org"}
        called = run_job(job, loud, hooks)
        assert called["curl"][-1] == "https://hc.example/1" + ("/fail" if number else "")
        assert ("mail" in called) is bool(number)


@pytest.mark.parametrize("home", ["/srv/msc", *AWKWARD])
def test_cron_has_one_line_of_five_fields_and_a_command(home: str) -> None:
    text = schedule.cron(at(home))
    fields, job = cron_job(text)
    assert fields == ["30", "4", "*", "*", "*"] and "CRON_TZ=UTC" in text.splitlines()
    assert "flock " not in job and len(text.splitlines()[-1]) < 990


@pytest.mark.parametrize("code", [0, 4])
@pytest.mark.parametrize("form", ["cron", "launchd"])
def test_the_job_runs_with_its_environment_and_calls_its_hooks(tmp_path: Path, form: str, code: int) -> None:
    file = program(tmp_path)
    installation = at(str(file.parent), (str(file),))
    job = cron_job(schedule.cron(installation))[1] if form == "cron" else job_of_launchd(installation)
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "msc-harvest.env").write_text(
        "NCBI_API_KEY=abc123\nMSC_HARVEST_HEALTHCHECK_URL=https://hc.example/1\nMSC_HARVEST_MAILTO=a@example.org\n"
    )
    called = run_job(job, tmp_path, {}, code)
    assert called["program"] == [*RUN, str(file.parent), "run"]
    assert (tmp_path / "key.seen").read_text() == "abc123"
    assert 0 <= int(called["sleep"][0]) < 1800
    assert called["curl"][-1] == "https://hc.example/1" + ("/fail" if code else "")
    assert called.get("mail") == (["-s", f"msc-harvest failed: {code}", "a@example.org"] if code else None)
    assert (file.parent / "schedule.log").read_text() == "told\n"


def test_the_job_needs_neither_environment_nor_hooks(tmp_path: Path) -> None:
    file = program(tmp_path)
    _, job = cron_job(schedule.cron(at(str(file.parent), (str(file),))))
    assert set(run_job(job, tmp_path, {}, 6)) == {"program", "sleep", "mkdir"}


def test_paths_too_long_for_cron_are_refused() -> None:
    with pytest.raises(UsageError, match="too long for one line of cron"):
        schedule.cron(at("/srv/" + "long/" * 60))


def job_of_launchd(installation: Installation) -> str:
    shell, flag, job = plistlib.loads(schedule.launchd(installation).encode())["ProgramArguments"]
    assert (shell, flag) == ("/bin/sh", "-c")
    return str(job)


@pytest.mark.parametrize("home", ["/srv/msc", *AWKWARD, "/srv/<&>", "/srv/--x"])
def test_launchd_reads_its_list_back(home: str) -> None:
    unit = plistlib.loads(schedule.launchd(at(home)).encode())
    assert unit["StartCalendarInterval"] == {"Hour": 4, "Minute": 30}
    assert unit["Label"] == "org.msc-harvest.run" and unit["ProgramArguments"][:2] == ["/bin/sh", "-c"]


def test_the_workflow_has_the_structure_of_one() -> None:
    text = schedule.github(PLAIN)
    assert re.search(r'^on:\n  schedule:\n    - cron: "30 4 \* \* \*"\n', text, re.M)
    assert re.search(r"^concurrency:\n  group: msc-harvest\n  cancel-in-progress: false\n", text, re.M)
    assert 'pip install "msc-harvest==1.2.3"' in text and "index-url" not in text and "http" not in text
    for secret in ("NCBI_API_KEY", "MSC_HARVEST_EMAIL", "MSC_HARVEST_HEALTHCHECK_URL"):
        assert f"${{{{ secrets.{secret} }}}}" in text
    assert "/srv/msc" not in text and "/opt/msc" not in text and "\t" not in text


def test_the_workflow_is_yaml() -> None:
    yaml = pytest.importorskip("yaml")
    flow = yaml.safe_load(schedule.github(PLAIN))
    steps = flow["jobs"]["run"]["steps"]
    assert flow[True]["schedule"] == [{"cron": "30 4 * * *"}] and flow["permissions"] == {"contents": "read"}
    assert all(("uses" in step) != ("run" in step) for step in steps)
    (run,) = [step for step in steps if " run" in step.get("run", "")]
    assert run["run"] == "msc-harvest --log-format json --home msc-harvest-home run"
    keys = [step["with"]["key"] for step in steps if "cache" in step.get("uses", "")]
    assert len(keys) == 2 and keys[0] == keys[1]


def test_each_unit_says_when_and_why() -> None:
    for text in (
        *schedule.systemd(PLAIN).values(),
        schedule.cron(PLAIN),
        schedule.launchd(PLAIN),
        schedule.github(PLAIN),
    ):
        if "failed" in text.splitlines()[0]:
            continue
        if "[Service]" not in text:
            assert "UTC" in text and "21:00 and 05:00 US Eastern" in text and "09:00 UTC" in text


@pytest.mark.parametrize("path", ["/srv/a\nb", "/srv/a\x00b", "/srv/\x1b[31m", "/srv/a\tb"])
def test_control_characters_in_a_path_are_refused(path: str) -> None:
    with pytest.raises(UsageError, match="no scheduler takes"):
        at(path)
