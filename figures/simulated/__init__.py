"""Figures with simulations in them, from fixed keys."""
