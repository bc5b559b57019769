"""What a pilot tells people: summary, page, JSON, relabelled rows, model, figures."""

from relabel_lab.pilot.report.document import document
from relabel_lab.pilot.report.files import write_report
from relabel_lab.pilot.report.summary import summary

__all__ = ["document", "summary", "write_report"]
