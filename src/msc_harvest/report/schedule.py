"""Units that run the harvest every day: for systemd, cron, GitHub Actions and launchd. Pure text; no secret in any.

Secrets (key, e-mail) and the two hooks come from an environment file, or from the repository's secrets. The hooks:
`MSC_HARVEST_HEALTHCHECK_URL` is asked with curl after each run, with `/fail` behind it when the run failed;
`MSC_HARVEST_MAILTO` gets a mail when the run failed.
"""

from __future__ import annotations

import plistlib
import shlex
from dataclasses import dataclass
from datetime import time

from msc_harvest.errors import UsageError

# PubMed wants large jobs between 21:00 and 05:00 US Eastern, which is 01:00 to 09:00 UTC in summer and 02:00 to 10:00
# in winter; ClinicalTrials.gov reloads its data about 09:00 UTC. Half past four suits PubMed all year, and leaves more
# than four hours before the reload.
DEFAULT_AT = time(4, 30)
SPREAD_SECONDS = 1800
LONGEST_CRON_LINE = 990

_WHY = (
    "PubMed asks for large jobs between 21:00 and 05:00 US Eastern (02:00 to 09:00 UTC all year round);",
    "ClinicalTrials.gov reloads about 09:00 UTC. 04:30 UTC keeps clear of both; a random delay spreads the load.",
)
_ENVIRONMENT = (
    "Environment file (mode 0600), one NAME=value a line, each optional: NCBI_API_KEY, MSC_HARVEST_EMAIL,",
    "MSC_HARVEST_HEALTHCHECK_URL (asked after each run, with /fail behind it after a failure),",
    "MSC_HARVEST_MAILTO (gets a mail after a failure).",
)
_USER_FILE = '"$HOME/.config/msc-harvest.env"'


@dataclass(frozen=True, slots=True)
class Installation:
    """What is to run, and when: the program's words (absolute path first), the home (absolute), the user's name, the
    folder of request budgets (absolute; "" for none), the time of day, and the version installed."""

    command: tuple[str, ...]
    home: str
    user: str
    budgets: str
    at: time
    version: str

    def __post_init__(self) -> None:
        """Raises UsageError for what no unit can carry: a path with a line break or another control character."""
        for text in (*self.command, self.home, self.user, self.budgets):
            if not all(character.isprintable() for character in text):
                raise UsageError(f"{text!r} holds a character that no scheduler takes; use another path")

    @property
    def words(self) -> tuple[str, ...]:
        """The command line that each unit runs."""
        return (*self.command, "--log-format", "json", "--home", self.home, "run")


def systemd(installation: Installation) -> dict[str, str]:
    """File name → text of the service, of the one that tells of a failure, and of the timer: system units."""
    return {
        "msc-harvest.service": _service(installation),
        "msc-harvest-failed.service": _failed_service(installation),
        "msc-harvest.timer": _timer(installation),
    }


def cron(installation: Installation) -> str:
    """A crontab fragment with one job. Raises UsageError when paths make its line longer than every cron takes."""
    line = f"{installation.at.minute} {installation.at.hour} * * * {_cron_escaped(_job(installation))}"
    if len(line.encode()) > LONGEST_CRON_LINE:
        raise UsageError("the paths are too long for one line of cron; use schedule systemd, or a shorter --home")
    remarks = (
        "msc-harvest, once a day. Add with: (crontab -l; msc-harvest schedule cron) | crontab -",
        *_WHY,
        "CRON_TZ makes the hour UTC where cron knows it (cronie); elsewhere it is the machine's own time.",
        *_ENVIRONMENT,
        f"Environment file: {_USER_FILE}. Log: schedule.log in the home.",
        "One run at a time is the program's own care: no flock is needed.",
        "Exit code 4 (some sources failed, the rest published) counts as a failure, so that somebody looks.",
    )
    return _remarks(remarks) + "CRON_TZ=UTC\n" + line + "\n"


def launchd(installation: Installation) -> str:
    """A property list for ~/Library/LaunchAgents."""
    unit = {
        "Label": "org.msc-harvest.run",
        "ProgramArguments": ["/bin/sh", "-c", _job(installation)],
        "StartCalendarInterval": {"Hour": installation.at.hour, "Minute": installation.at.minute},
        "ProcessType": "Background",
        "Nice": 10,
        "LowPriorityIO": True,
    }
    remarks = (
        "Save as ~/Library/LaunchAgents/org.msc-harvest.run.plist, then:",
        "launchctl bootstrap gui/$UID ~/Library/LaunchAgents/org.msc-harvest.run.plist",
        "launchd counts in the machine's own time: turn Hour and Minute into it; they are UTC as printed.",
        "A run that was missed while the machine slept is made up for when it wakes.",
        *_WHY,
        *_ENVIRONMENT,
        f"Environment file: {_USER_FILE}. Log: schedule.log in the home.",
    )
    head, _, body = plistlib.dumps(unit, sort_keys=False).decode().partition("\n")
    return f"{head}\n<!--\n" + "".join(f"  {line}\n" for line in remarks) + f"-->\n{body}"


def github(installation: Installation) -> str:
    """A workflow. It runs on GitHub's machines: paths of this one play no part."""
    return _WORKFLOW.format(
        remarks=_remarks(
            (
                "Save as .github/workflows/msc-harvest.yml. The hour is UTC; GitHub adds delays of its own.",
                *_WHY,
                "Secrets, each optional: NCBI_API_KEY, MSC_HARVEST_EMAIL, MSC_HARVEST_HEALTHCHECK_URL.",
                "A failed run is mailed by GitHub to whom it concerns (settings, notifications, actions).",
                "The archive travels from run to run in the cache. GitHub drops caches unused for 7 days or beyond its",
                "quota; each run therefore keeps the home as an artifact, too, from which it can be restored by hand.",
            )
        ),
        cron=f"{installation.at.minute} {installation.at.hour} * * *",
        version=installation.version,
    )


def _service(installation: Installation) -> str:
    home = installation.home
    writable = [_systemd_word(home)]
    if installation.budgets:
        writable.append(_systemd_word("-" + installation.budgets))
    private_tmp = "" if home.startswith(("/tmp/", "/var/tmp/")) else "PrivateTmp=true\n"  # it would hide the home
    ping = (
        '[ -z "$MSC_HARVEST_HEALTHCHECK_URL" ] || curl -fsS -m 20 --retry 3 -o /dev/null "$MSC_HARVEST_HEALTHCHECK_URL"'
    )
    return (
        _remarks(
            (
                "/etc/systemd/system/msc-harvest.service; log: journalctl -u msc-harvest",
                "The home must exist: run the command of ExecStart once by hand.",
                *_ENVIRONMENT,
                "Exit code 4 (some sources failed, the rest published) counts as a failure, so that somebody looks;",
                "the next run reads what is missing, and a stopped run goes on where it was: nothing is started again.",
            )
        )
        + "[Unit]\nDescription=Harvest trial registries and literature into the msc-harvest warehouse\n"
        "Wants=network-online.target\nAfter=network-online.target\nOnFailure=msc-harvest-failed.service\n"
        f"RequiresMountsFor={_systemd_word(home)}\n"
        "\n[Service]\nType=oneshot\n"
        f"User={_systemd_text(installation.user)}\n"
        "EnvironmentFile=-/etc/msc-harvest.env\n"
        f"ExecStart={_exec_start(installation.words)}\n"
        f"ExecStartPost=-/bin/sh -c {_systemd_exec(ping)}\n"
        "TimeoutStartSec=6h\nTimeoutStopSec=30s\nNice=10\nIOSchedulingClass=idle\n"
        "StandardOutput=journal\nStandardError=journal\nSyslogIdentifier=msc-harvest\n"
        "NoNewPrivileges=true\nProtectSystem=strict\nProtectHome=read-only\n"
        f"ReadWritePaths={' '.join(writable)}\n"
        f"{private_tmp}"
        "PrivateDevices=true\nProtectKernelTunables=true\nProtectKernelModules=true\nProtectKernelLogs=true\n"
        "ProtectControlGroups=true\nProtectClock=true\nRestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX\n"
        "RestrictNamespaces=true\nRestrictSUIDSGID=true\nRestrictRealtime=true\nLockPersonality=true\n"
    )


def _failed_service(installation: Installation) -> str:
    tell = (
        '[ -z "$MSC_HARVEST_HEALTHCHECK_URL" ] || '
        'curl -fsS -m 20 --retry 3 -o /dev/null "${MSC_HARVEST_HEALTHCHECK_URL}/fail"; '
        '[ -z "$MSC_HARVEST_MAILTO" ] || '
        'echo "exit code ${MONITOR_EXIT_STATUS:-unknown}; see: journalctl -u msc-harvest" | '
        'mail -s "msc-harvest failed" "$MSC_HARVEST_MAILTO"'
    )
    return (
        _remarks(
            (
                "/etc/systemd/system/msc-harvest-failed.service; started by msc-harvest.service when it fails.",
                "A unit of its own: the other one is shut in so far that no mail program works in it.",
            )
        )
        + "[Unit]\nDescription=Tell that msc-harvest failed\n"
        f"\n[Service]\nType=oneshot\nUser={_systemd_text(installation.user)}\n"
        f"EnvironmentFile=-/etc/msc-harvest.env\nExecStart=/bin/sh -c {_systemd_exec(tell)}\nTimeoutStartSec=3min\n"
    )


def _timer(installation: Installation) -> str:
    return (
        _remarks(
            (
                "/etc/systemd/system/msc-harvest.timer; start it with: systemctl enable --now msc-harvest.timer",
                "The hour is UTC. " + _WHY[0],
                _WHY[1],
                "Persistent: a run missed while the machine was off is made up for when it is on again.",
            )
        )
        + "[Unit]\nDescription=Run msc-harvest every day\n"
        f"\n[Timer]\nOnCalendar=*-*-* {installation.at:%H:%M}:00 UTC\n"
        f"RandomizedDelaySec={SPREAD_SECONDS}\nAccuracySec=1min\nPersistent=true\nUnit=msc-harvest.service\n"
        "\n[Install]\nWantedBy=timers.target\n"
    )


def _exec_start(words: tuple[str, ...]) -> str:
    """The command line. systemd takes no program whose name holds a quote, a backslash or a `$`: sh then calls it."""
    called = words if not set("'\"\\$") & set(words[0]) else ("/bin/sh", "-c", 'exec "$0" "$@"', *words)
    return " ".join(_systemd_exec(word) for word in called)


def _systemd_exec(word: str) -> str:
    """One word of an Exec line: there `$` begins a variable, too."""
    return _systemd_word(word.replace("$", "$$"))


def _systemd_word(word: str) -> str:
    """One word in systemd's quoting: `%` begins a specifier, also between quotes."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _systemd_text(text: str) -> str:
    return text.replace("%", "%%")


def _job(installation: Installation) -> str:
    """One line of sh: environment, random wait, the run with its log, the hooks."""
    home, log = shlex.quote(installation.home), shlex.quote(f"{installation.home}/schedule.log")
    run = " ".join(shlex.quote(word) for word in installation.words)
    return (
        f"set -a; [ -r {_USER_FILE} ] && . {_USER_FILE}; set +a; "
        # Every sh knows od; machines that start in the same second wait differently.
        f"sleep $(($(od -An -N2 -tu2 /dev/urandom)*{SPREAD_SECONDS}/65536)); "
        f"mkdir -p {home}; {run} >>{log} 2>&1; c=$?; "
        "f=; [ $c = 0 ] || f=/fail; u=$MSC_HARVEST_HEALTHCHECK_URL; "
        '[ -z "$u" ] || curl -fsS -m 20 -o /dev/null "$u$f"; '
        f'[ $c = 0 ] || [ -z "$MSC_HARVEST_MAILTO" ] || tail -n 20 {log} | '
        'mail -s "msc-harvest failed: $c" "$MSC_HARVEST_MAILTO"; exit $c'
    )


def _cron_escaped(job: str) -> str:
    """cron turns `%` into a line break unless a backslash stands before it."""
    return job.replace("%", "\\%")


def _remarks(lines: tuple[str, ...]) -> str:
    return "".join(f"# {line}\n" for line in lines)


_WORKFLOW = """\
{remarks}name: msc-harvest
on:
  schedule:
    - cron: "{cron}"
  workflow_dispatch: {{}}
concurrency:
  group: msc-harvest
  cancel-in-progress: false
permissions:
  contents: read
jobs:
  run:
    runs-on: ubuntu-latest
    timeout-minutes: 350
    env:
      HOOK: ${{{{ secrets.MSC_HARVEST_HEALTHCHECK_URL }}}}
    steps:
      - uses: actions/cache/restore@v4
        with:
          path: msc-harvest-home
          key: msc-harvest-home-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}
          restore-keys: msc-harvest-home-
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: python -m pip install "msc-harvest=={version}"
      - run: msc-harvest --log-format json --home msc-harvest-home run
        env:
          NCBI_API_KEY: ${{{{ secrets.NCBI_API_KEY }}}}
          MSC_HARVEST_EMAIL: ${{{{ secrets.MSC_HARVEST_EMAIL }}}}
      - if: always()
        uses: actions/cache/save@v4
        with:
          path: msc-harvest-home
          key: msc-harvest-home-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}
      - if: always()
        uses: actions/upload-artifact@v4
        with:
          name: msc-harvest-home
          path: msc-harvest-home
          include-hidden-files: false
      - if: success()
        run: '[ -z "$HOOK" ] || curl -fsS -m 20 --retry 3 -o /dev/null "$HOOK"'
      - if: failure()
        run: '[ -z "$HOOK" ] || curl -fsS -m 20 --retry 3 -o /dev/null "$HOOK/fail"'
"""
