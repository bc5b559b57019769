"""Figures of predictions alone: nothing is drawn at random."""
