"""Numbers of moments and groups that stand in a list: `at months 2, 4 and 9`, `after 4 and 7 months`."""

from __future__ import annotations

import re

# `at months 2, 4 and 9`, `on days 3 and 7`: moments, listed.
MOMENTS_BEFORE = re.compile(
    r"\b(?:months|days|weeks|years|visits|groups|arms|grades|cases|patients)\s+\d+(?:(?:,|,?\s+(?:and|or"
    r"|to))\s+\d+)*(?:,|,?\s+(?:and|or|to))\s+$",
    re.IGNORECASE,
)


# `after 4, 7 and 15 months`.
MOMENTS_AFTER = re.compile(
    r"(?:\s*,\s*\d+)*\s*,?\s*(?:and|or|to)\s+\d+(?:[.]\d+)?\s*-?\s*(?:hours?|h|days?|weeks?|months?|years?|y|mo|wk)\b",
    re.IGNORECASE,
)


# `lost at month 8 and one died`: who acts is no month.
ACTS = re.compile(
    r"(?:\s+(?:\([^()]*\)|(?!and\b|or\b)[\w/-]+)){0,3}?\s+(?:had|died|lost|developed|experienced|suffered"
    r"|underwent|was|were|required|needed"
    r"|returned|showed|did)\b"
)


SPAN_BEFORE = re.compile(
    r"\b(?:between|from|groups|months?|days?|weeks?|years?)\s+(?:\w+\s+)?(?:\d[\w.]*|one|two|three|four|five|six)"
    r",?\s+(?:and|to|or)\s*$",
    re.IGNORECASE,
)
