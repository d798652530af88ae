"""`doctor`: is everything a harvest and its readers rely on as it should be, and what is safe to repair.

Each part looks at one thing and yields findings; a repair is done where its finding is made, so that what comes after
sees the repaired state. No record version is ever deleted: what is damaged is put aside.
"""

from msc_harvest.pipeline.doctor.examination import examine
from msc_harvest.pipeline.doctor.finding import Finding, Patient, Reached, Severity, is_well

__all__ = ["Finding", "Patient", "Reached", "Severity", "examine", "is_well"]
