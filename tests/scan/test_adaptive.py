"""Adaptive seeds: right verdicts, few seeds, never past the cap."""

import numpy as np

from relabel_lab.scan.config import Adaptive, Run
from relabel_lab.scan.work.adaptive import look_sizes, sequential

RUN = Run(schemes=("initial", "full"), seeds="adaptive")


def _bernoulli(shares, seed=0):
    """Seeds of which a given share improves; a seed's draw depends on its number alone."""
    table = np.random.default_rng(seed).random((len(shares), 20_000))

    def draw(chosen, first, seeds):
        better = table[chosen, first : first + seeds] < np.asarray(shares)[chosen, None]
        kappa = np.ones((len(chosen), seeds, 2, 2))
        kappa[:, :, 1, 1] += np.where(better, 0.5, -0.5)
        return {"kappa": kappa, "log_error": -kappa, "label_accuracy": kappa, "coverage": kappa}

    return draw


def test_looks_end_at_the_cap():
    for rule in (Adaptive(), Adaptive(cap=650, batch=64), Adaptive(cap=64, batch=64)):
        sizes = look_sizes(rule)
        assert sum(sizes) == rule.cap and sizes[0] == rule.batch


def test_verdicts_and_seeds():
    shares = np.repeat([0.02, 0.3, 0.5, 0.7, 0.98], 100)
    found = sequential(_bernoulli(shares), len(shares), RUN, Adaptive(cap=4096))
    lower, upper = found["improved_lower"][:, 1, 1], found["improved_upper"][:, 1, 1]
    settled = (lower > 0.5) | (upper < 0.5)
    # each family's misses are at most Binomial(100, error): 13 has probability 1e-3
    missed = (shares < lower) | (shares > upper)
    assert missed.reshape(5, 100).sum(axis=1).max() <= 13
    assert settled[shares != 0.5].all() and (found["seeds"][~settled] == 4096).all()
    means = found["seeds"].reshape(5, 100).mean(axis=1)
    assert means[0] == means[4] == 64 and means[1] < 400 and means[2] > 3500


def test_a_cell_does_not_depend_on_its_neighbours():
    shares = np.linspace(0.1, 0.9, 9)
    rule, draw = Adaptive(cap=1024), _bernoulli(shares)
    together = sequential(draw, 9, RUN, rule)
    for cell in (0, 4, 5):
        alone = sequential(
            lambda chosen, first, seeds, c=cell: draw(chosen + c, first, seeds), 1, RUN, rule
        )
        for name, values in alone.items():
            np.testing.assert_array_equal(values[0], together[name][cell])


def test_precision_stops_early():
    shares = np.full(20, 0.5)
    found = sequential(_bernoulli(shares), 20, RUN, Adaptive(cap=10_048, precision=0.1))
    lower, upper = found["improved_lower"][:, 1, 1], found["improved_upper"][:, 1, 1]
    precise = upper - lower <= 0.2
    assert precise.sum() >= 17, "of 20 cells at 1/2, all but the few misses"
    assert (precise | (lower > 0.5) | (upper < 0.5)).all() and (found["seeds"] < 1000).all()


def test_a_cell_waits_for_its_last_scheme():
    one = _bernoulli(np.full(5, 0.98))
    run = Run(schemes=("initial", "full", "consensus"), seeds="adaptive")

    def draw(chosen, first, seeds):
        """Full improves almost always, consensus in every other seed."""
        kappa = np.ones((len(chosen), seeds, 3, 2))
        kappa[:, :, :2] = one(chosen, first, seeds)["kappa"]
        kappa[:, :, 2, 1] += np.where((first + np.arange(seeds)) % 2, 0.5, -0.5)
        return {"kappa": kappa, "log_error": -kappa, "label_accuracy": kappa, "coverage": kappa}

    found = sequential(draw, 5, run, Adaptive(cap=1024))
    assert (found["seeds"] == 1024).all()
    assert (found["improved_lower"][:, 1, 1] > 0.5).all()
