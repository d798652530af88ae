"""A user's own numbers: a CSV file, a frame, columns or rows, checked line by line before anything is pooled.

Columns: `study`, and one of these sets
  two arms        events_msc, n_msc, events_control, n_control
  one arm         events, n
  measured values mean_msc, sd_msc, n_msc, mean_control, sd_control, n_control
  given effects   effect, se   (ratios: effect is the natural logarithm of the ratio, se its standard error)
and if wanted `design` and `stratum`; every other column is one to group by. An empty cell is not reported; a study with
an arm not reported is left out with the reason. Every fault is told at once, with its line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msc_harvest.errors import UsageError
from msc_harvest.pipeline.pooling.numbers import Number, StudyNumbers
from msc_harvest.pipeline.sheets.file import read_sheet

if TYPE_CHECKING:
    import polars as pl

TWO_ARMS = ("events_msc", "n_msc", "events_control", "n_control")
ONE_ARM = ("events", "n")
MEANS = ("mean_msc", "sd_msc", "n_msc", "mean_control", "sd_control", "n_control")
EFFECTS = ("effect", "se")
SETS = (MEANS, TWO_ARMS, ONE_ARM, EFFECTS)
COUNTS = frozenset((*TWO_ARMS, *ONE_ARM))
NUMBERS = frozenset(name for one in SETS for name in one)
MOST_TOLD = 5
MOST_STUDIES = 1_000
# Beyond these no study is; arithmetic with them would only overflow.
LARGEST, SMALLEST_ERROR = 1e9, 1e-9

_PAIRS = (("events_msc", "n_msc"), ("events_control", "n_control"), ("events", "n"))
_COMMA = re.compile(r"[-+]?\d+,\d+", re.ASCII)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)

Cells = Mapping[str, object]


def from_csv(path: Path) -> tuple[StudyNumbers, ...]:
    """The studies of a CSV file. Raises UsageError, in one line, naming each faulty line (the header is line 1)."""
    sheet = read_sheet(path)
    _chosen(sheet.header, str(path))
    wide = [
        f"line {row.line}: {row.n_cells} cells under {len(sheet.header)} column names (a decimal comma? write 0.5)"
        for row in sheet.rows
        if row.n_cells > len(sheet.header)
    ]
    _refuse(wide, str(path))
    twice = sorted({name for name in sheet.header if sheet.header.count(name) > 1})
    if twice:
        raise UsageError(f"{path}: column {twice[0]} stands there twice")
    rows = [(row.line, row.cells) for row in sheet.rows if any(cell.strip() for cell in row.cells.values())]
    return _studies(tuple(sheet.header), rows, str(path), "line")


def from_data(data: pl.DataFrame | Mapping[str, Sequence[object]] | Iterable[Cells]) -> tuple[StudyNumbers, ...]:
    """The studies of a polars frame, of a mapping of columns, or of rows as mappings. Raises UsageError naming each
    faulty row (the first is row 1)."""
    import polars as pl

    if isinstance(data, pl.DataFrame):
        header, rows = tuple(data.columns), list(data.iter_rows(named=True))
    elif isinstance(data, Mapping):
        header, rows = _by_columns(data)
    else:
        rows = _mappings(data)
        header = tuple(dict.fromkeys(name for row in rows for name in row))
    return _studies(header, list(enumerate(rows, 1)), "data", "row")


def _mappings(data: Iterable[Cells]) -> list[dict[str, object]]:
    given = list(data) if isinstance(data, Iterable) else [data]
    if not all(isinstance(row, Mapping) for row in given):
        raise UsageError(
            f"{type(data).__name__} is neither a polars frame, a mapping of columns, rows as mappings nor a file name; "
            "of a pandas frame give frame.to_dict('list')"
        )
    return [{str(name): cell for name, cell in row.items()} for row in given]


def _by_columns(data: Mapping[str, Sequence[object]]) -> tuple[tuple[str, ...], list[dict[str, object]]]:
    columns = {
        str(name): list(column)
        for name, column in data.items()
        if isinstance(column, Iterable) and not isinstance(column, (str, bytes))
    }
    lengths = {name: len(column) for name, column in columns.items()}
    if len(columns) < len(data) or len(set(lengths.values())) > 1:
        raise UsageError(f"columns of data are lists of the same length; these are: {lengths}")
    return tuple(columns), [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _studies(
    header: tuple[str, ...], rows: Sequence[tuple[int, Cells]], where: str, unit: str
) -> tuple[StudyNumbers, ...]:
    chosen = _chosen(header, where)
    if not rows:
        raise UsageError(f"{where} holds no study; one line per study is needed")
    if len(rows) > MOST_STUDIES:
        raise UsageError(f"{where} holds {len(rows)} lines; no more than {MOST_STUDIES} studies are pooled")
    faults: list[str] = []
    found: list[StudyNumbers] = []
    first: dict[str, int] = {}
    for place, cells in rows:
        problems, study = _study(cells, header, chosen, place)
        earlier = first.setdefault(study.study, place)
        if earlier != place and study.study:
            problems.append(f"study {study.study} stands in {unit} {earlier} too (arms of one study belong in one row)")
        faults += [f"{unit} {place}: {problem}" for problem in problems]
        found.append(study)
    _refuse(faults, where)
    return tuple(found)


def _chosen(header: tuple[str, ...], where: str) -> tuple[str, ...]:
    """The set of columns that is there. Raises UsageError where none, or two, are."""
    if "study" not in header:
        raise UsageError(f"{where} has no column study; there are: {', '.join(header) or 'none'}")
    whole = [one for one in SETS if set(one) <= set(header)]
    if not whole:
        sets = "; ".join(", ".join(one) for one in (TWO_ARMS, ONE_ARM, MEANS, EFFECTS))
        near = max(SETS, key=lambda one: len(set(one) & set(header)) / len(one))
        missing = [name for name in near if name not in header] if set(near) & set(header) else []
        told = f" ({', '.join(missing)} beside {', '.join(name for name in near if name in header)})" if missing else ""
        raise UsageError(f"{where} lacks number columns{told}; give one of these sets: {sets}")
    used = {name for one in whole for name in one}
    extra = sorted(set(header) & NUMBERS - set(whole[0]))
    if len(whole) > 1 or extra:
        raise UsageError(f"{where} mixes sets of numbers ({', '.join(sorted(used | set(extra)))}); keep one of them")
    return whole[0]


def _study(
    cells: Cells, header: tuple[str, ...], chosen: tuple[str, ...], place: int
) -> tuple[list[str], StudyNumbers]:
    problems: list[str] = []
    numbers: dict[str, Number | None] = {}
    for name in chosen:
        numbers[name], problem = _number(name, cells.get(name))
        problems += [problem] if problem else []
    for events, size in _PAIRS:
        a, n = numbers.get(events), numbers.get(size)
        if a is not None and n is not None and a > n:
            problems.append(f"{events} {a:g} is above {size} {n:g}")
    study = _text(cells.get("study")) or ""
    if not study:
        problems.append("study is empty")
    named = {{"events": "events_msc", "n": "n_msc"}.get(name, name): value for name, value in numbers.items()}
    groups = {name: _text(cells.get(name)) for name in header if name not in (*NUMBERS, "study", "design", "stratum")}
    texts = {"design": _text(cells.get("design")), "stratum": _text(cells.get("stratum"))}
    for name, text in {"study": study, **texts, **groups}.items():
        if text and not text.isprintable():
            problems.append(f"{name} has a line break or control character in it")
    return problems, StudyNumbers(study=study, groups=groups, place=place, **texts, **named)  # type: ignore[arg-type]


def _number(name: str, cell: object) -> tuple[Number | None, str | None]:
    """The number of a cell, None where it is empty, or what is wrong with it."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None, None
    value = _value(cell)
    if isinstance(value, str):
        return None, f"{name} {value}"
    if value is None:
        return None, None
    if name in COUNTS and (value < 0 or value != int(value)):
        return None, f"{name} {value:g} is " + ("negative" if value < 0 else "not a whole number")
    if name.startswith("n") and value < 1:
        return None, f"{name} is 0: nobody at risk; leave the cell empty where it is not reported"
    if abs(value) > LARGEST or (name == "se" and 0 < value < SMALLEST_ERROR):
        return None, f"{name} {value:g} is beyond anything a study reports"
    if name == "se" and value <= 0:
        return None, f"se {value:g} is not above 0"
    if name.startswith("sd") and value < 0:
        return None, f"{name} {value:g} is negative"
    return (int(value) if name in COUNTS else value), None


def _value(cell: Any) -> Number | str | None:
    """A finite number, None for a missing one (NaN of a frame), or in words why it is none."""
    if isinstance(cell, bool):
        return f"{cell} is not a number"
    if isinstance(cell, str):
        text = cell.strip()
        if _COMMA.fullmatch(text):
            return f"{text} has a decimal comma; write {text.replace(',', '.')}"
        if not _NUMBER.fullmatch(text):
            return f"{text[:40]!r} is not a number (not reported: leave it empty)"
        cell = float(text)
    try:
        value = float(cell)
    except (TypeError, ValueError):
        return f"{cell!r} is not a number"
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else f"{value} is not a finite number"


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell).strip() or None


def _refuse(faults: Sequence[str], where: str) -> None:
    if faults:
        more = f"; and {len(faults) - MOST_TOLD} more" if len(faults) > MOST_TOLD else ""
        raise UsageError(f"{where} {'; '.join(faults[:MOST_TOLD])}{more}")
