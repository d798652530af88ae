"""What `changes` asks of a published warehouse: the events of a window, and the names by which they are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from msc_harvest.errors import WarehouseError
from msc_harvest.warehouse.connect import Connection, open_sealed

# The run that brought the newest version received before a moment, and when it began. A clock set back must not put the
# beginning of a run behind what the run brought.
_LAST_RUN = """
WITH newest AS (
    SELECT arg_max(run_id, fetched_at) AS run_id
    FROM raw.record_version
    WHERE fetched_at < coalesce(?, TIMESTAMP '9999-12-31')
)
SELECT least(min(record_version.fetched_at), min(harvest_run.started_at))
FROM newest
INNER JOIN raw.record_version ON record_version.run_id = newest.run_id
LEFT JOIN ops.harvest_run ON harvest_run.run_id = newest.run_id
"""

_KNOWN_UNTIL = """
SELECT greatest(
    (SELECT max(fetched_at) FROM raw.record_version),
    (SELECT max(finished_at) FROM ops.harvest_run WHERE finished_at <= coalesce(?, TIMESTAMP '9999-12-31'))
)
"""

_EVENTS = """
SELECT change.*
FROM out.change
LEFT JOIN vocab.change AS kind ON kind.change_code = change.change_code
WHERE change.changed_at >= coalesce(?, TIMESTAMP '0001-01-01')
    AND change.changed_at < coalesce(?, TIMESTAMP '9999-12-31')
ORDER BY change.changed_at, kind.sort_order, change.source, change.record_id, change.linked_id, change.change_code
"""


@dataclass(frozen=True, slots=True)
class ChangesRead:
    """The events of a window as rows of out.change, and what is needed to tell them.

    `since` is the window's beginning (None: the warehouse holds no version at all); `known_until` the last moment that
    is known of. `organs` holds (code, name) in the order of the vocabulary, `kinds` (code, name, sentence, is_passage).
    """

    events: pl.DataFrame
    since: datetime | None
    known_until: datetime | None
    data_origin: str
    organs: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str, str, bool], ...]


def read_changes(path: Path, since: datetime | None, until: datetime | None) -> ChangesRead:
    """Events learnt from `since` on (None: from the last harvest run on that brought any version) and before `until`.

    Moments are UTC without a zone. Raises WarehouseError when there is no warehouse, or one built before there were
    changes to read.
    """
    with open_sealed(path) as connection:
        try:
            begin = since if since is not None else _one(connection, _LAST_RUN, until)
            as_of, origin = connection.execute("SELECT as_of, data_origin FROM ops.build").fetchall()[0]
            return ChangesRead(
                pl.DataFrame(connection.sql(_EVENTS, params=[begin, until])),
                begin,
                _one(connection, _KNOWN_UNTIL, as_of),
                origin,
                tuple(
                    connection.execute("SELECT organ_code, organ_name FROM vocab.organ ORDER BY sort_order").fetchall()
                ),
                tuple(
                    connection.execute(
                        "SELECT change_code, change_name, sentence, is_passage FROM vocab.change ORDER BY sort_order"
                    ).fetchall()
                ),
            )
        except duckdb.CatalogException:
            raise WarehouseError(
                f"{path.name} was built by an older msc-harvest, which kept no changes; rebuild it with: "
                "msc-harvest build"
            ) from None


def _one(connection: Connection, query: str, moment: datetime | None) -> datetime | None:
    found: datetime | None = connection.execute(query, [moment]).fetchall()[0][0]
    return found
