"""The report: one self-contained page with figures, claims and an explorer."""

from relabel_lab.report.page import LIMIT, explorer_script, read_claims, write_report

__all__ = ["LIMIT", "explorer_script", "read_claims", "write_report"]
