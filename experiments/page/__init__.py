"""The results page: text, tables and pictures from the committed raw results."""

from relabel_lab.experiments.page.document import PICTURES, document, measured, pictures, times
from relabel_lab.experiments.page.figures import source_of

__all__ = ["PICTURES", "document", "measured", "pictures", "source_of", "times"]
