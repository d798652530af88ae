"""The sources, one file each. `connectors()` is the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from msc_harvest.model import Connector

__all__ = ["connectors"]


def connectors() -> dict[str, Connector]:
    """Every connector by its name, in the order in which a run asks them. A new source gets a line here.

    Imported when asked for: a command that needs no source starts without their libraries.
    """
    from msc_harvest.connectors.clinicaltrials_gov import ClinicalTrialsGov
    from msc_harvest.connectors.pubmed import PubMed

    known: tuple[Connector, ...] = (ClinicalTrialsGov(), PubMed())
    return {connector.name: connector for connector in known}
