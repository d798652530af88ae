"""A local stand-in for the two services: a small threaded HTTP server over given records, faithful where it matters.

It speaks HTTP as ClinicalTrials.gov API v2 and the E-utilities do (see `registry` and `eutils`), writes down what it
was asked and when, changes its data in the middle (see `reloads`), and misbehaves on request (see `faults`). It listens
on the loopback address only. `python -m tests.standin` runs it as a process of its own.
"""

from tests.standin.eutils import Eutils
from tests.standin.faults import Fault
from tests.standin.registry import Registry
from tests.standin.reloads import Reload
from tests.standin.server import StandIn
from tests.standin.traffic import Asked

__all__ = ["Asked", "Eutils", "Fault", "Registry", "Reload", "StandIn"]
