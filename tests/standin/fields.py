"""The parameter `fields` of ClinicalTrials.gov: which parts of a study an answer shows.

Pieces are named as the service's own list of fields names them; a piece that holds others brings them all. The table
has those a harvest or a recorded exchange asks for, not all of the service's four hundred and fifty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

Path = tuple[str, ...]

_MODULES = {
    "ProtocolSection": "protocolSection",
    "ResultsSection": "resultsSection",
    "DerivedSection": "derivedSection",
    "DocumentSection": "documentSection",
    "HasResults": "hasResults",
    "IdentificationModule": "protocolSection identificationModule",
    "StatusModule": "protocolSection statusModule",
    "SponsorCollaboratorsModule": "protocolSection sponsorCollaboratorsModule",
    "DescriptionModule": "protocolSection descriptionModule",
    "ConditionsModule": "protocolSection conditionsModule",
    "DesignModule": "protocolSection designModule",
    "ArmsInterventionsModule": "protocolSection armsInterventionsModule",
    "OutcomesModule": "protocolSection outcomesModule",
    "EligibilityModule": "protocolSection eligibilityModule",
    "MiscInfoModule": "derivedSection miscInfoModule",
}
_LEAVES = {
    "NCTId": "protocolSection identificationModule nctId",
    "NCTIdAlias": "protocolSection identificationModule nctIdAliases",
    "BriefTitle": "protocolSection identificationModule briefTitle",
    "OfficialTitle": "protocolSection identificationModule officialTitle",
    "OverallStatus": "protocolSection statusModule overallStatus",
    "StatusVerifiedDate": "protocolSection statusModule statusVerifiedDate",
    "StudyFirstPostDate": "protocolSection statusModule studyFirstPostDateStruct date",
    "ResultsFirstPostDate": "protocolSection statusModule resultsFirstPostDateStruct date",
    "LastUpdateSubmitDate": "protocolSection statusModule lastUpdateSubmitDate",
    "LastUpdatePostDate": "protocolSection statusModule lastUpdatePostDateStruct date",
    "BriefSummary": "protocolSection descriptionModule briefSummary",
    "PrimaryOutcomeMeasure": "protocolSection outcomesModule primaryOutcomes measure",
    "PrimaryOutcomeDescription": "protocolSection outcomesModule primaryOutcomes description",
    "PrimaryOutcomeTimeFrame": "protocolSection outcomesModule primaryOutcomes timeFrame",
    "ConditionMeshTerm": "derivedSection conditionBrowseModule meshes term",
    "ConditionMeshId": "derivedSection conditionBrowseModule meshes id",
    "InterventionMeshTerm": "derivedSection interventionBrowseModule meshes term",
    "InterventionMeshId": "derivedSection interventionBrowseModule meshes id",
    "VersionHolder": "derivedSection miscInfoModule versionHolder",
}
PATHS: dict[str, Path] = {name: tuple(path.split()) for name, path in (_MODULES | _LEAVES).items()}


class UnknownField(ValueError):
    """A name that is no piece of the table; it is the first argument."""


def paths_of(names: str) -> list[Path]:
    """The places of pieces separated by commas or bars. Raises UnknownField."""
    pieces = re.split(r"[,|]", names)
    if unknown := [piece for piece in pieces if piece not in PATHS]:
        raise UnknownField(unknown[0])
    return [PATHS[piece] for piece in pieces]


def only(study: dict[str, Any], paths: Sequence[Path]) -> bytes:
    """The study with nothing but what lies at or below these places, members in the study's own order."""
    return json.dumps(_pruned(study, paths), ensure_ascii=False, separators=(",", ":")).encode()


def value_at(study: dict[str, Any], piece: str) -> str:
    """The text at a piece that is no list; empty when the study lacks it."""
    found: Any = study
    for step in PATHS[piece]:
        found = found.get(step, {})
    return found if isinstance(found, str) else ""


def _pruned(value: Any, paths: Sequence[Path]) -> Any:
    if isinstance(value, list):
        return [_pruned(one, paths) for one in value]
    kept = {}
    for name, member in value.items():
        below = [path[1:] for path in paths if path[0] == name]
        if () in below:
            kept[name] = member
        elif below and (inner := _pruned(member, below)):
            kept[name] = inner
    return kept
