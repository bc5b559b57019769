"""Comparisons with packages that the project does not depend on, run by hand where they are."""
