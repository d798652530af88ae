"""Decisions of people about scope: read, added, and two readers compared.

The decisions stand in a signed CSV (warehouse/curated/scope_override.csv), one row per reader and version of a record;
the next build lets them speak (queries/concept/scope_override_state.sql). Readers judge for themselves: a second
decision of one reader on the same version is refused, and differences are settled by an adjudicator's row.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from msc_harvest import durable, paths
from msc_harvest.errors import MscHarvestError, UsageError
from msc_harvest.synthesis.agreement import Agreement, cohen_kappa
from msc_harvest.warehouse.review_read import Evidence, read_evidence

DECISIONS = ("include", "borderline", "exclude")
REVIEWER, ADJUDICATOR = "reviewer", "adjudicator"
# What readers make together; no reader's own reason.
CONFLICT = "conflict"
MOST_CHARACTERS = 500
_CANNOT_BEGIN = re.compile(r"[=+\-@＝＋－＠]")
_ADDRESS = re.compile(r"@|http", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the file of decisions; an empty text stands for a value that is not given."""

    source: str
    record_id: str
    decision: str
    reason_code: str
    reason_text: str
    decided_by: str
    reviewer_role: str
    decided_on: str
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks to be written down about a record."""

    decision: str
    reason_code: str
    reason_text: str
    decided_by: str
    is_adjudication: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two readers over the versions both have judged.

    `table` counts (first's decision, second's decision); `apart` holds the pairs of decisions that differ.
    """

    first: str
    second: str
    agreement: Agreement
    table: dict[tuple[str, str], int]
    apart: tuple[tuple[Decision, Decision], ...]


COLUMNS = tuple(field.name for field in fields(Decision))


def decisions_file(named: str | None) -> Path:
    """The file named, else the one that builds read."""
    if named:
        return Path(named).expanduser().absolute()
    return paths.assets() / "warehouse" / "curated" / "scope_override.csv"


def file_to_write(named: str | None) -> Path:
    """The same for adding a decision. Raises UsageError where the shipped file is part of an installation."""
    if not named and paths.assets().is_relative_to(paths.PACKAGE):
        raise UsageError("an installed msc-harvest keeps no decisions; work in a checkout, or name one with --file")
    return decisions_file(named)


def read_decisions(file: Path) -> list[Decision]:
    """All rows of a file of decisions. Raises UsageError when it cannot be read or has other columns."""
    try:
        return _parsed(file, file.read_bytes())
    except OSError as problem:
        raise UsageError(f"the decisions {file} cannot be read ({problem.strerror})") from None


def decisions_about(evidence: Evidence, decisions: Sequence[Decision]) -> list[Decision]:
    """Those about this record, on whichever version."""
    return [one for one in decisions if (one.source, one.record_id) == (evidence.source, evidence.record_id)]


def evidence_of(warehouse: Path, record_id: str) -> Evidence:
    """What the warehouse knows of a record. Raises UsageError when it does not hold it."""
    found = read_evidence(warehouse, record_id.strip().upper())
    if found is None:
        raise UsageError(f"this warehouse holds no record {record_id!r}; msc-harvest review lists those that wait")
    return found


def decide(warehouse: Path, file: Path, record_id: str, wish: Wish, today: date) -> Decision:
    """Add a decision on the version of the record that the warehouse holds; it counts from the next build on.

    Raises UsageError for an unknown record or code, a text that is not plain, or a reader who has decided already;
    MscHarvestError when the file cannot be written (it then stays as it was).
    """
    if not file.parent.is_dir():
        raise UsageError(f"there is no folder {file.parent}; name a file in one that exists with --file")
    evidence = evidence_of(warehouse, record_id)
    told = _checked(wish, evidence)
    role = ADJUDICATOR if told.is_adjudication else REVIEWER
    decision = Decision(
        evidence.source, evidence.record_id, told.decision, told.reason_code, told.reason_text, told.decided_by, role,
        today.isoformat(), evidence.content_sha256,
    )  # fmt: skip

    def add(temporary: Path) -> None:
        held = file.read_bytes() if file.exists() else _line(COLUMNS)
        _refuse_repetition(decision, _parsed(file, held))
        temporary.write_bytes(
            held + (b"" if held.endswith(b"\n") else b"\n") + _line([getattr(decision, column) for column in COLUMNS])
        )

    try:
        durable.put(file, add)
    except OSError as problem:
        raise MscHarvestError(
            f"{file} could not be written ({problem.strerror}); nothing was decided; free space or name another file "
            "with --file"
        ) from None
    return decision


def readers(decisions: Sequence[Decision]) -> list[str]:
    """Names of those who decided as reviewers."""
    return sorted({one.decided_by for one in decisions if one.reviewer_role == REVIEWER})


def compare(decisions: Sequence[Decision], first: str, second: str) -> Comparison | None:
    """Cohen's kappa with its 95 % interval over the versions that both readers judged; None when there is none."""
    ours, theirs = ({_place(one): one for one in decisions if _is_of(one, name)} for name in (first, second))
    pairs = [(ours[place], theirs[place]) for place in sorted(ours.keys() & theirs.keys())]
    if not pairs:
        return None
    table = {(one, other): 0 for one in DECISIONS for other in DECISIONS}
    for one, other in pairs:
        table[one.decision, other.decision] += 1
    return Comparison(
        first,
        second,
        cohen_kappa([one.decision for one, _ in pairs], [other.decision for _, other in pairs]),
        table,
        tuple(pair for pair in pairs if pair[0].decision != pair[1].decision),
    )


def _place(decision: Decision) -> tuple[str, str, str]:
    return decision.source, decision.record_id, decision.content_sha256


def _is_of(decision: Decision, name: str) -> bool:
    return decision.reviewer_role == REVIEWER and decision.decided_by == name


def _checked(wish: Wish, evidence: Evidence) -> Wish:
    if wish.decision not in DECISIONS:
        raise UsageError(f"a decision is one of {', '.join(DECISIONS)}, not {wish.decision!r}")
    reviewer = _plain(wish.decided_by, "the reviewer's name")
    if not reviewer:
        raise UsageError("a decision needs the name of who decides: --reviewer NAME")
    note = _plain(wish.reason_text, "the note")
    codes = [code for code in evidence.reasons if code != CONFLICT]
    if wish.decision == "include":
        if wish.reason_code:
            raise UsageError("an included record has no reason code; say why with --note")
        if not note:
            raise UsageError("say why the record belongs to the question: --note TEXT")
    elif wish.reason_code not in codes:
        given = f"{wish.reason_code!r} is none of the" if wish.reason_code else "give one with --reason:"
        raise UsageError(f"{given} reasons for such a record: {', '.join(codes)}")
    return Wish(wish.decision, wish.reason_code, note, reviewer, wish.is_adjudication)


def _plain(text: str, what: str) -> str:
    """The text without spaces around it. Raises UsageError for what a terminal or spreadsheet would act upon."""
    text = text.strip(" ")
    if any(unicodedata.category(character)[0] == "C" or character in "\u2028\u2029" for character in text):
        raise UsageError(f"{what} must be one line of plain text without control characters")
    if len(text) > MOST_CHARACTERS:
        raise UsageError(f"{what} is too long; {MOST_CHARACTERS} characters at most")
    if _CANNOT_BEGIN.match(text):
        raise UsageError(f"{what} must not begin with {text[0]!r}: a spreadsheet would read a formula")
    if _ADDRESS.search(text):
        raise UsageError(f"{what} must not hold an address")
    return text


def _refuse_repetition(decision: Decision, held: Sequence[Decision]) -> None:
    here = [one for one in held if _place(one) == _place(decision)]
    same_role = [one for one in here if one.reviewer_role == decision.reviewer_role]
    if any(one.decided_by.casefold() == decision.decided_by.casefold() for one in same_role):
        raise UsageError(
            f"{decision.decided_by} has already decided on this version of {decision.record_id} as "
            f"{decision.reviewer_role}; what must be decided otherwise is settled with --adjudicate"
        )
    if decision.reviewer_role == ADJUDICATOR and not any(one.reviewer_role == REVIEWER for one in here):
        raise UsageError(f"nobody has decided on this version of {decision.record_id} yet; decide without --adjudicate")


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _parsed(file: Path, content: bytes) -> list[Decision]:
    try:
        header, *rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
        if tuple(header) != COLUMNS:
            raise ValueError(f"the columns must be {','.join(COLUMNS)}")
        decisions = [Decision(*row) for row in rows if row]
        if strange := {one.decision for one in decisions} - set(DECISIONS):
            raise ValueError(f"unknown decision {', '.join(sorted(strange))}")
    except (ValueError, TypeError, csv.Error) as problem:
        raise UsageError(f"{file} is not a file of decisions ({problem})") from None
    return decisions
