"""The whole examination, in the order in which one thing rests on another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

from msc_harvest.pipeline.doctor import machine, published, records
from msc_harvest.pipeline.doctor.finding import Finding, Patient
from msc_harvest.pipeline.lock import at_work, holder, only_writer


def examine(patient: Patient) -> Iterator[Finding]:
    """Findings as they are made, repaired ones included.

    With `patient.fix` the home's lock is held throughout; LockHeld is raised when another run has it, MscHarvestError
    when the home cannot be written.
    """
    home = patient.home
    for part in (machine.settings, machine.versions, machine.folder, machine.disk):
        yield from part(patient)
    if home.root.is_dir():
        left, busy = holder(home), at_work(home, machine=patient.machine)
        guard = only_writer(home, patient.now, machine=patient.machine) if patient.fix else nullcontext()
        with guard:
            yield from records.lock(patient, left, busy)
            if not busy:
                yield from records.leftovers(patient)
            yield from records.segments(patient, is_busy=busy is not None)
            yield from records.future(patient)
            yield from published.warehouse(patient)
    yield from machine.sources(patient)
