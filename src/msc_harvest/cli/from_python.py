"""What `import msc_harvest` offers: the answers of the command line as Python objects."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from msc_harvest.cli.context import home_of
from msc_harvest.errors import UsageError
from msc_harvest.pipeline.pooling.answer import PoolAnswer, Request, pool_numbers
from msc_harvest.pipeline.pooling.members import pool_from
from msc_harvest.pipeline.pooling.own_numbers import from_csv, from_data

if TYPE_CHECKING:
    import polars as pl


def pool(
    data: pl.DataFrame | Mapping[str, Sequence[object]] | Iterable[Mapping[str, object]] | str | PathLike[str] | None
    = None, *, organ: str | None = None, outcome: str | None = None, by: str | None = None,
    design: str | Sequence[str] | None = None, measure: str | None = None, stratum: str | None = None,
    model: str = "default", tau2: str = "REML", test: str = "hk-floor", level: float = 0.95,
    home: str | PathLike[str] | None = None,
) -> PoolAnswer:  # fmt: skip
    """Pool what the warehouse of `home` holds for `organ` and `outcome`, or your own numbers in `data`.

    `data` is a polars frame, a mapping of columns, rows as mappings, or the name of a CSV file, with the columns that
    `msc_harvest.pipeline.pooling.own_numbers` describes. `design`: one, or several to mix them on purpose; without it
    each design is pooled apart. The other words are those of `msc-harvest pool --help`.

    Returns a frozen PoolAnswer: `answer.results` (each with the full `pooled` of msc_harvest.synthesis, `members`,
    `warnings` and `statement`), `answer.differences` between subgroups, `answer.note` where there is nothing to pool;
    `answer.estimates()` and `answer.studies()` are polars frames. Raises UsageError for names that there are not and
    for faults in `data`, WarehouseError where there is no warehouse.
    """
    designs = tuple(one for one in ((design,) if isinstance(design, str) else design or ()) if one)
    request = Request(measure, by, designs, model, tau2, test, level)
    if data is not None:
        if organ or outcome or stratum or home:
            raise UsageError("data are pooled by themselves; leave out organ, outcome, stratum and home")
        own = from_csv(Path(data).expanduser()) if isinstance(data, (str, PathLike)) else from_data(data)
        return pool_numbers(own, request)
    if not organ or not outcome:
        raise UsageError("name both organ and outcome, or give data")
    place = home_of(argparse.Namespace(home=None if home is None else fspath(home)))
    return pool_from(place.warehouse, organ, outcome, request, stratum)
