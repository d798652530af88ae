"""The stand-in as a process of its own: `python -m tests.standin --port-file FILE …`, from the root of the checkout.

It serves the embedded sample, or the records of two folders, writes its address into FILE when it is ready, and ends
well on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from tests.standin.records import SAMPLE_ARTICLES, SAMPLE_STUDIES, articles_in, studies_in
from tests.standin.server import StandIn


def main(arguments: list[str]) -> int:
    """Serve until a signal says to stop; 0 then."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    asked = _parser().parse_args(arguments)
    log: Path | None = asked.log
    service = StandIn(
        studies=studies_in(asked.studies),
        articles=articles_in(asked.articles),
        rate_limit=asked.rate_limit,
        journal=log,
    )
    with service:
        _put(asked.port_file, service.url + "\n")
        stop.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--port-file", type=Path, required=True, help="file for the base address, written when ready")
    parser.add_argument("--studies", type=Path, default=SAMPLE_STUDIES, help="folder of studies, *.json")
    parser.add_argument("--articles", type=Path, default=SAMPLE_ARTICLES, help="folder of articles, *.xml")
    parser.add_argument("--rate-limit", type=int, help="answer 429 above so many requests a second for a service")
    parser.add_argument("--log", type=Path, help="file for a JSON line after each request: at, method, path, bytes")
    return parser


def _put(path: Path, text: str) -> None:
    """Write aside and rename: whoever waits for the file finds all of it."""
    aside = path.with_name(path.name + ".part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
