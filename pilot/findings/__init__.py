"""A whole pilot: measure, test, judge; everything that a report tells, as values."""

from relabel_lab.pilot.findings.diagnosis import Diagnosis, diagnose
from relabel_lab.pilot.findings.judged import Judged, Settings, scored
from relabel_lab.pilot.findings.sensitivity import Sensitivity
from relabel_lab.pilot.findings.whole import Findings, investigate

__all__ = [
    "Diagnosis",
    "Findings",
    "Judged",
    "Sensitivity",
    "Settings",
    "diagnose",
    "investigate",
    "scored",
]
