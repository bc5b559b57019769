"""The parts of `RetrainingClassifier`: rules, fits on rows, rounds, what is told of them."""
