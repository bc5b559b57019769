"""Several rounds in the limit (R21)."""
