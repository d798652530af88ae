"""What a person asks the way home for: a row of a view, a study, a record or an estimate."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from msc_harvest.errors import UsageError, nearest
from msc_harvest.warehouse.connect import Connection

# Plain data that becomes JSON.
Tree = dict[str, Any]

# `organ=…` means organ_code, `arm=…` arm_role: the first of these that the view has.
_ENDINGS = ("", "_code", "_role", "_id", "_class", "_name", "_label")

_VIEWS = "SELECT view_name FROM duckdb_views() WHERE schema_name = 'out' ORDER BY view_name"
_COLUMNS = "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = ?"
_STUDIES_OF = "SELECT DISTINCT study_id FROM study.study_record WHERE upper(record_id) = upper(?) ORDER BY study_id"
_HELD = """
SELECT record_version.source, record_version.record_id, coalesce(trial.brief_title, publication.title) AS title,
    trial.overall_status AS status
FROM raw.record_version
LEFT JOIN core.trial AS trial ON trial.nct_id = record_version.record_id
LEFT JOIN core.publication ON publication.pmid = record_version.record_id
WHERE record_version.is_current AND list_contains(?, upper(record_version.record_id))
ORDER BY record_version.source, record_version.record_id
"""
_NAMES = """
SELECT study_id AS name FROM study.study
UNION ALL
SELECT DISTINCT record_id FROM study.study_record WHERE length(record_id) <= 40
"""


@dataclass(frozen=True, slots=True)
class Address:
    """What was asked for: `kind` is row, study, record or estimate; `about` narrows its values down."""

    kind: str
    name: str
    rows: tuple[Tree, ...] = ()
    study_ids: tuple[str, ...] = ()
    row: Tree | None = None
    about: Tree = field(default_factory=dict)
    records: tuple[Tree, ...] = ()


def rows_of(connection: Connection, query: str, values: list[Any] | None = None) -> list[Tree]:
    """The rows of a query, by column names."""
    found = connection.execute(query, values or [])
    names = [one[0] for one in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def held_records(connection: Connection, record_ids: list[str]) -> list[Tree]:
    """source, record_id, title and status of those records that we hold."""
    return rows_of(connection, _HELD, [[one.upper() for one in record_ids]])


def known_tables(connection: Connection, schema: str = "evidence") -> dict[str, set[str]]:
    """Column names of each table of a schema."""
    tables: dict[str, set[str]] = {}
    for table, column in connection.execute(_COLUMNS, [schema]).fetchall():
        tables.setdefault(table, set()).add(column)
    return tables


def resolve(connection: Connection, words: list[str]) -> Address:
    """What the words name. Raises UsageError, with what is near, when nothing has that name."""
    name, pairs = words[0].strip(), _pairs(words[1:])
    views = [one["view_name"] for one in rows_of(connection, _VIEWS)]
    if (view := name.lower().removeprefix("out.")) in views:
        return _rows(connection, view, pairs)
    for study in rows_of(connection, "SELECT study_id FROM study.study WHERE lower(study_id) = lower(?)", [name]):
        return Address("study", study["study_id"], study_ids=(study["study_id"],), about=_about(connection, pairs))
    studies = tuple(one["study_id"] for one in rows_of(connection, _STUDIES_OF, [name]))
    if studies:
        return Address("record", name, study_ids=studies, about=_about(connection, pairs))
    held = tuple(held_records(connection, [name]))
    if held:
        return Address("record", name, records=held)
    if (estimate := _estimate(connection, name)) is None:
        raise UsageError(_nothing(connection, name, views))
    if pairs:
        raise UsageError(f"{name} is one estimate; it takes no {' '.join(words[1:])}")
    return estimate


def _pairs(words: list[str]) -> dict[str, str]:
    pairs = {}
    for word in words:
        column, sign, value = word.partition("=")
        if not sign or not column:
            raise UsageError(f"after the name come pairs such as column=value, without blanks around =; not {word!r}")
        pairs[column.strip().lower()] = value.strip()
    return pairs


def _rows(connection: Connection, view: str, pairs: dict[str, str]) -> Address:
    rows = rows_of(connection, f'SELECT * FROM out."{view}"')
    columns = [one[0] for one in connection.execute(f'DESCRIBE SELECT * FROM out."{view}"').fetchall()]
    if not rows:
        raise UsageError(f"out.{view} has no rows in this warehouse")
    if not pairs:
        raise UsageError(f"which row of {view}? Name it by its columns{_example(rows)}")
    for asked, wanted in pairs.items():
        column = next((asked + ending for ending in _ENDINGS if asked + ending in columns), None)
        if column is None:
            raise UsageError(f"{view} has no column {asked!r}; {nearest(asked, columns)}")
        left = [row for row in rows if _text(row[column]).casefold() == wanted.casefold()]
        if not left:
            raise UsageError(
                f"no row of {view}{_so_far(pairs, asked)} has {column}={wanted}; "
                f"{nearest(wanted, sorted({_text(row[column]) for row in rows}))}"
            )
        rows = left
    return Address("row", view, rows=tuple(rows))


def _so_far(pairs: dict[str, str], asked: str) -> str:
    before = [f"{column}={value}" for column, value in pairs.items()]
    told = before[: [*pairs].index(asked)]
    return f" with {' '.join(told)}" if told else ""


def _example(rows: list[Tree]) -> str:
    first = {name: _text(value) for name, value in rows[0].items() if value is not None and " " not in _text(value)}
    named = [name for name in first if name.endswith(("_code", "_role", "_id"))] or list(first)
    return f", for example: {' '.join(f'{name}={first[name]}' for name in named[:3])}"


def _about(connection: Connection, pairs: dict[str, str]) -> Tree:
    """The pairs as columns of evidence.arm_outcome."""
    about: Tree = {}
    columns = known_tables(connection)["arm_outcome"]
    for asked, wanted in pairs.items():
        column = next((asked + ending for ending in _ENDINGS if asked + ending in columns), None)
        if column is None:
            raise UsageError(f"values have no column {asked!r}; {nearest(asked, sorted(columns))}")
        known = {_text(value): value for (value,) in _distinct(connection, column)}
        found = next((value for text, value in known.items() if text.casefold() == wanted.casefold()), None)
        if found is None:
            raise UsageError(f"no value has {column}={wanted}; {nearest(wanted, sorted(known))}")
        about[column] = found
    return about


def _distinct(connection: Connection, column: str) -> list[tuple[Any, ...]]:
    return connection.execute(
        f'SELECT DISTINCT "{column}" FROM evidence.arm_outcome WHERE "{column}" IS NOT NULL'
    ).fetchall()


def estimate_row(connection: Connection, estimate_id: str) -> Tree | None:
    """The row of synth.pooled_effect; None where no estimate has this id."""
    if "estimate_id" not in known_tables(connection, "synth").get("pooled_effect", set()):
        return None
    found = rows_of(connection, "SELECT * FROM synth.pooled_effect WHERE estimate_id = ?", [estimate_id])
    return found[0] if found else None


def studies_of(row: Tree) -> tuple[str, ...]:
    """The studies that a row of synth.pooled_effect rests on, and without a result those that it could not use."""
    named = row["study_ids"] or ";".join(one.split(":")[0] for one in str(row.get("excluded_studies") or "").split(";"))
    return tuple(one.strip() for one in str(named).split(";") if one.strip())


def _estimate(connection: Connection, name: str) -> Address | None:
    """A pooled estimate and the studies it rests on; None where no estimate has this name."""
    row = estimate_row(connection, name)
    if row is None:
        return None
    about = {column: row[column] for column in ("organ_code", "outcome_code")}
    return Address("estimate", name, study_ids=studies_of(row), row=row, about=about)


def _nothing(connection: Connection, name: str, views: list[str]) -> str:
    """Nothing has this name: what is near it."""
    names = [*views, *(one["name"] for one in rows_of(connection, _NAMES))]
    kinds = "view, study or record (this warehouse holds no pooled estimates)"
    if "estimate_id" in known_tables(connection, "synth").get("pooled_effect", set()):
        kinds = "view, study, record or estimate"
        names += [one["estimate_id"] for one in rows_of(connection, "SELECT estimate_id FROM synth.pooled_effect")]
    hint = nearest(name, names)
    if not hint.startswith("did"):
        hint = "msc-harvest sql 'FROM out.study_register' lists the studies"
    return f"no {kinds} is called {name!r}; {hint}"


def _text(value: Any) -> str:
    """A value as one types it; NULL is the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
