"""Figures: each module computes data, the data are written whole, and pictures are drawn from them."""
