"""`msc-harvest review`: what waits for a person, the evidence of one record, a decision, and how far readers agree."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import combinations
from typing import TYPE_CHECKING, Any

from msc_harvest.cli.context import home_of, now
from msc_harvest.cli.logs import printable, tell
from msc_harvest.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from msc_harvest.pipeline.reviewing import Comparison, Decision
    from msc_harvest.warehouse.review_read import Evidence, Text

_DONE = 0
# Characters told before and after a marked place of a long text.
_AROUND = 120
# Characters of a text in the list.
_LISTED = 50
_OPEN, _CLOSE = "»", "«"


def review(arguments: argparse.Namespace) -> int:
    """The queue; with `record` its evidence, with `decide` a row more in the decisions, with `agreement` kappa."""
    from msc_harvest.pipeline import reviewing

    _refuse_nonsense(arguments)
    warehouse = home_of(arguments).warehouse
    if arguments.decide:
        return _decide(arguments, warehouse)
    decisions = reviewing.read_decisions(reviewing.decisions_file(arguments.file))
    if arguments.agreement is not None:
        return _agreement(arguments, decisions)
    if arguments.record:
        return _record(arguments, warehouse, decisions)
    return _queue(arguments, warehouse, decisions)


def _refuse_nonsense(arguments: argparse.Namespace) -> None:
    if arguments.agreement is not None and (
        arguments.record or arguments.decide or len(arguments.agreement) not in (0, 2)
    ):
        raise UsageError("--agreement stands alone, or with the names of two reviewers")
    if arguments.decide and not arguments.record:
        raise UsageError("name the record to decide on: msc-harvest review RECORD --decide …")
    if not arguments.decide and (arguments.reason or arguments.note or arguments.adjudicate):
        raise UsageError("--reason, --note and --adjudicate belong to --decide")
    if arguments.decide and not arguments.reviewer:
        raise UsageError("a decision needs the name of who decides: --reviewer NAME")


def _decide(arguments: argparse.Namespace, warehouse: Path) -> int:
    from msc_harvest.pipeline import reviewing

    wish = reviewing.Wish(
        arguments.decide, arguments.reason or "", arguments.note or "", arguments.reviewer, arguments.adjudicate
    )
    file = reviewing.file_to_write(arguments.file)
    made = reviewing.decide(warehouse, file, arguments.record, wish, now().date())
    if arguments.json:
        _print_json(asdict(made))
    else:
        print(f"{made.record_id}: {_told(made, made.content_sha256)}")
    if file == reviewing.decisions_file(None):
        tell("added to the decisions; it counts from the next build on: msc-harvest build")
    else:
        tell(f"added to {file}; it counts when it stands in warehouse/curated/scope_override.csv of a checkout")
    return _DONE


def _queue(arguments: argparse.Namespace, warehouse: Path, decisions: Sequence[Decision]) -> int:
    import polars as pl

    from msc_harvest.cli.show import table
    from msc_harvest.warehouse.review_read import read_queue

    queue = read_queue(warehouse)
    if arguments.reviewer:
        queue = queue.filter(~pl.col("record_id").is_in(_judged_by(arguments.reviewer, queue, decisions)))
    if arguments.json:
        _print_json(queue.to_dicts())
        return _DONE
    columns = ("record_id", "queue_reasons", "decision", "reason_code", "matched_text", "n_reviewers", "title")
    shortened = [_clipped(name) if name in ("title", "matched_text") else pl.col(name) for name in columns]
    table(queue.select(shortened).rename(lambda name: name.replace("_", " ")))
    tell("next: msc-harvest review RECORD shows one; decisions made since the last build count from the next one on")
    return _DONE


def _clipped(name: str) -> pl.Expr:
    """A column of texts, long ones cut for the list."""
    import polars as pl

    whole = pl.col(name)
    return pl.when(whole.str.len_chars() > _LISTED).then(whole.str.head(_LISTED) + "…").otherwise(whole).alias(name)


def _judged_by(reviewer: str, queue: Any, decisions: Sequence[Decision]) -> list[str]:
    """Records of the queue that this reader has judged and that did not change since."""
    changed = {
        row["record_id"] for row in queue.iter_rows(named=True) if "changed_since" in row["queue_reasons"].split(";")
    }
    return sorted({one.record_id for one in decisions if one.decided_by == reviewer} - changed)


def _record(arguments: argparse.Namespace, warehouse: Path, decisions: Sequence[Decision]) -> int:
    from msc_harvest.pipeline import reviewing

    evidence = reviewing.evidence_of(warehouse, arguments.record)
    about = reviewing.decisions_about(evidence, decisions)
    visible = _visible(about, arguments.reviewer, evidence.content_sha256)
    if arguments.json:
        _print_json({**asdict(evidence), "decisions": [asdict(one) for one in visible]})
        return _DONE
    print(f"{evidence.record_id} ({evidence.source}): {printable(evidence.title)}")
    why = f", {evidence.reason_code}: {evidence.reason_text}" if evidence.reason_code else ""
    print(f"today: {evidence.decision}{why} (rule {evidence.rule_id}, certainty {evidence.certainty})")
    _show_texts(evidence)
    print("\ndecisions so far")
    for one in visible:
        print(f"  {_told(one, evidence.content_sha256)}")
    if len(visible) < len(about):
        print(f"  {len(about) - len(visible)} more, shown when {printable(arguments.reviewer)} has decided")
    if not about:
        print("  none")
    return _DONE


def _visible(about: Sequence[Decision], reviewer: str | None, content_sha256: str) -> list[Decision]:
    """What a reader may see: all, but to one who is named and has not decided yet, not what others decided."""
    has_decided = any(one.decided_by == reviewer and one.content_sha256 == content_sha256 for one in about)
    return [one for one in about if reviewer is None or has_decided or one.decided_by == reviewer]


def _show_texts(evidence: Evidence) -> None:
    marked = [one for one in evidence.texts if one.spans]
    for one in marked:
        print(f"\n{one.field}\n  {_excerpt(one)}")
    rest = [one.field for one in evidence.texts if not one.spans]
    if rest:
        print(f"\nnothing marked in: {', '.join(rest)}")


def _excerpt(one: Text) -> str:
    """The marked places of a text with what stands around them; a short text whole."""
    parts, told_to = [], 0
    for number, (start, end) in enumerate(one.spans):
        begin = max(told_to, start - _AROUND)
        following = one.spans[number + 1][0] if number + 1 < len(one.spans) else len(one.text)
        stop = min(following, end + _AROUND)
        gap = "… " if begin > told_to else ""
        parts.append(f"{gap}{one.text[begin:start]}{_OPEN}{one.text[start:end]}{_CLOSE}{one.text[end:stop]}")
        told_to = stop
    end_mark = " …" if told_to < len(one.text) else ""
    return printable("".join(parts)) + end_mark


def _told(one: Decision, content_sha256: str) -> str:
    role = " (adjudicator)" if one.reviewer_role == "adjudicator" else ""
    reason = f", {one.reason_code}" if one.reason_code else ""
    note = f": {one.reason_text}" if one.reason_text else ""
    old = "" if one.content_sha256 == content_sha256 else " [on another version]"
    return printable(f"{one.decided_by}{role} {one.decided_on} {one.decision}{reason}{note}{old}")


def _agreement(arguments: argparse.Namespace, decisions: Sequence[Decision]) -> int:
    from msc_harvest.pipeline import reviewing

    known = reviewing.readers(decisions)
    for name in arguments.agreement:
        if name not in known:
            raise UsageError(f"no reviewer {printable(name)!r} has decided; known: {', '.join(known) or 'none'}")
    pairs = [tuple(arguments.agreement)] if arguments.agreement else list(combinations(known, 2))
    found = [one for first, second in pairs if (one := reviewing.compare(decisions, first, second))]
    if arguments.json:
        _print_json([_comparison_dict(one) for one in found])
        return _DONE
    if not found:
        print("no record has been judged by two reviewers on the same version")
    for one in found:
        _show_comparison(one)
    return _DONE


def _show_comparison(one: Comparison) -> None:
    import polars as pl

    from msc_harvest.cli.show import table
    from msc_harvest.pipeline.reviewing import DECISIONS

    first, second, found = printable(one.first), printable(one.second), one.agreement
    print(f"{first} and {second}: {found.n} records, {100 * found.observed_prop:.1f} % decided alike")
    if found.kappa is None or found.kappa_ci_low is None or found.kappa_ci_high is None:
        print("Cohen's kappa: not defined, both used one and the same decision throughout")
    else:
        interval = f"95 % interval {found.kappa_ci_low:.2f} to {found.kappa_ci_high:.2f}"
        print(f"Cohen's kappa: {found.kappa:.2f} ({interval})")
    print(f"\n{first} (rows) and {second} (columns)")
    table(pl.DataFrame([{"": row, **{column: one.table[row, column] for column in DECISIONS}} for row in DECISIONS]))
    print("\ndecided differently" if one.apart else "\nno disagreement")
    for mine, theirs in one.apart:
        print(f"  {mine.record_id}: {_told(mine, mine.content_sha256)} | {_told(theirs, mine.content_sha256)}")


def _comparison_dict(one: Comparison) -> dict[str, Any]:
    return {
        "first": one.first,
        "second": one.second,
        **asdict(one.agreement),
        "table": [{"first": row, "second": column, "n": n} for (row, column), n in one.table.items()],
        "disagreements": [{"first": asdict(mine), "second": asdict(theirs)} for mine, theirs in one.apart],
    }


def _print_json(what: Any) -> None:
    json.dump(what, sys.stdout, ensure_ascii=False, indent=1, default=str)
    sys.stdout.write("\n")
