"""A registry record with posted results, written for tests: two arms, titles that differ, an NA, terms that add people."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def posted_study() -> Json:
    """A randomised trial of MSC in kidney transplantation; all of it is made up."""
    return {"protocolSection": _protocol(), "resultsSection": _results(), "hasResults": True}


def _protocol() -> Json:
    return {
        "identificationModule": {
            "nctId": "NCT99990001",
            "briefTitle": "MSC in Kidney Transplantation, a made-up trial",
        },
        "statusModule": {"overallStatus": "COMPLETED"},
        "conditionsModule": {"conditions": ["Kidney Transplantation"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2"],
            "designInfo": {"interventionModel": "PARALLEL"},
        },
        "armsInterventionsModule": {
            "armGroups": [
                {"label": "Arm A", "type": "EXPERIMENTAL", "interventionNames": ["Biological: Donor MSC"]},
                {"label": "Arm B", "type": "ACTIVE_COMPARATOR", "interventionNames": ["Drug: Tacrolimus"]},
            ],
            "interventions": [
                {"type": "BIOLOGICAL", "name": "Donor MSC", "armGroupLabels": ["Arm A"]},
                {"type": "DRUG", "name": "Tacrolimus", "armGroupLabels": ["Arm B"]},
            ],
        },
    }


def _results() -> Json:
    return {
        "participantFlowModule": {
            "groups": _groups("FG", "Arm A", "Arm B"),
            "periods": [
                {
                    "title": "Overall Study",
                    "milestones": [
                        {"type": "STARTED", "achievements": _counts("numSubjects", "FG", "10", "11")},
                        {"type": "COMPLETED", "achievements": _counts("numSubjects", "FG", "10", "9")},
                    ],
                }
            ],
        },
        "outcomeMeasuresModule": {"outcomeMeasures": [_rejection(), _creatinine()]},
        "adverseEventsModule": _adverse_events(),
    }


def _rejection() -> Json:
    return _measure(
        "Number of Participants With Biopsy-Proven Acute Rejection",
        "COUNT_OF_PARTICIPANTS",
        "Participants",
        [{"categories": [{"measurements": _counts("value", "OG", "1", "3")}]}],
    )


def _creatinine() -> Json:
    spread = [{"groupId": "OG000", "value": ".9", "spread": ".2"}, {"groupId": "OG001", "value": "NA"}]
    return _measure(
        "Serum Creatinine",
        "MEAN",
        "mg/dL",
        [{"title": "Month 6", "categories": [{"measurements": spread}]}],
    ) | {"dispersionType": "Standard Deviation"}


def _measure(title: str, param_type: str, unit: str, classes: list[Json]) -> Json:
    return {
        "type": "PRIMARY",
        "title": title,
        "timeFrame": "up to 12 months",
        "reportingStatus": "POSTED",
        "paramType": param_type,
        "unitOfMeasure": unit,
        "groups": _groups("OG", "Arm A", "Arm B"),
        "denoms": [{"units": "Participants", "counts": _counts("value", "OG", "10", "11")}],
        "classes": classes,
    }


def _adverse_events() -> Json:
    """A death is reported for one group only; CMV stands alone in the first group and beside viraemia in the second."""
    first, second, everybody = _groups("EG", "Arm A: MSC", "Comparison", "All Participants")
    return {
        "frequencyThreshold": "0",
        "timeFrame": "2 years",
        "eventGroups": [
            first | {"seriousNumAffected": 3, "seriousNumAtRisk": 10, "deathsNumAffected": 0, "deathsNumAtRisk": 10},
            second | {"seriousNumAffected": 4, "seriousNumAtRisk": 11},
            everybody | {"seriousNumAffected": 7, "seriousNumAtRisk": 21},
        ],
        "otherEvents": [
            {"term": "Cytomegalovirus infection", "stats": _affected(2, 3)},
            {"term": "Viraemia", "stats": _affected(0, 1)},
        ],
    }


def _affected(first: int, second: int) -> list[Json]:
    return [
        {"groupId": "EG000", "numAffected": first, "numAtRisk": 10},
        {"groupId": "EG001", "numAffected": second, "numAtRisk": 11},
    ]


def _groups(prefix: str, *titles: str) -> list[Json]:
    return [{"id": f"{prefix}{place:03}", "title": title} for place, title in enumerate(titles)]


def _counts(name: str, prefix: str, *texts: str) -> list[Json]:
    return [{"groupId": f"{prefix}{place:03}", name: text} for place, text in enumerate(texts)]
