"""The results page: text, tables and pictures from the committed raw results."""

from relabel_lab.experiments.page.document import document, measured, pictures

__all__ = ["document", "measured", "pictures"]
