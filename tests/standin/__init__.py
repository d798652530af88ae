"""A local stand-in for the two services: a small threaded HTTP server over given records, faithful where it matters.

It speaks HTTP as ClinicalTrials.gov API v2 and the E-utilities do (see `registry` and `eutils`), writes down what it
was asked and when, and misbehaves on request (see `faults`). It listens on the loopback address only.
"""

from tests.standin.eutils import Eutils
from tests.standin.faults import Fault
from tests.standin.registry import Registry
from tests.standin.server import Asked, StandIn

__all__ = ["Asked", "Eutils", "Fault", "Registry", "StandIn"]
