"""Drawing data for sampled claims, and the tests that confront them with formulas."""
