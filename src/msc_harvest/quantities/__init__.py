"""Pure readers of what people write: dates, ages, counts, doses, courses, moments.

Nothing is invented: what is not written stays None, and what is read stands at the span it is read from.
"""

from msc_harvest.quantities.courses import Course, infusion_courses
from msc_harvest.quantities.doses import CellDose, DoseWords, cell_doses
from msc_harvest.quantities.moments import Moment, MomentWords, moments
from msc_harvest.quantities.plain import (
    age_years,
    calendar_day,
    count,
    date_precision,
    iso_date,
    missing_reason,
    month_number,
    number,
)
from msc_harvest.quantities.sentences import Sentence, sentences

__all__ = [
    "CellDose",
    "Course",
    "DoseWords",
    "Moment",
    "MomentWords",
    "Sentence",
    "age_years",
    "calendar_day",
    "cell_doses",
    "count",
    "date_precision",
    "infusion_courses",
    "iso_date",
    "missing_reason",
    "moments",
    "month_number",
    "number",
    "sentences",
]
