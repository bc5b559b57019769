"""A scheme that the package does not know: one class, and everything else reads its card."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from relabel_lab.sim import Problem, parse_scheme, simulate
from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory import predict, scheme_law
from tests.strategies import agrees, alike

KEY = jax.random.key(12)
PROBLEM = Problem(n=400, d=201, p=0.3, gamma=1.5)
SEEDS = 400


class Clipped(Scheme):
    """Labels proportional to the score, up to a limit."""

    limit: Any
    family: ClassVar[str] = "clipped"
    arguments: ClassVar[tuple[str, ...]] = ("limit",)
    form: ClassVar[str | None] = "clipped:L > 0"

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """The score over the limit, in [-1, 1]."""
        return jnp.clip(score / self.limit, -1, 1)

    def turns(self) -> tuple[Any, ...]:
        """The limit, where the rule has a kink."""
        return (0.0, self.limit)


@pytest.fixture(scope="module")
def scheme():
    return parse_scheme("clipped:0.75")


def test_it_has_a_text_form(scheme):
    assert isinstance(scheme, Clipped) and str(scheme) == "clipped:0.75"
    with pytest.raises(ValueError, match="clipped:L > 0"):
        parse_scheme("clipped:")


@pytest.mark.parametrize("engine", ["dice", "direct"])
@pytest.mark.parametrize("rounds", [1, 2])
def test_engines_run_it_and_agree_with_plain_numpy(scheme, engine, rounds):
    found = simulate(PROBLEM, scheme, rounds, key=KEY, seeds=SEEDS, engine=engine)[scheme.name]
    mine = _plain(rounds)
    for ours, theirs in zip(np.asarray(found.kappa).T, mine.T, strict=True):
        assert alike(ours, theirs)


def test_limit_and_fluctuations_come_from_the_card(scheme):
    law = scheme_law(PROBLEM, scheme)
    mine = _plain(1)
    assert agrees(mine[:, 1], law.mean[1])
    large = Problem(n=200_000, d=100_001, p=0.3, gamma=1.5)
    drawn = simulate(large, scheme, key=KEY, seeds=20)[scheme.name].kappa
    assert np.asarray(drawn)[:, 1].mean() == pytest.approx(
        float(predict(large, scheme).kappa[1]), rel=5e-3
    )


def _plain(rounds: int) -> np.ndarray:
    """Kappas [SEEDS, rounds + 1] on drawn, symmetrised data."""
    rng = np.random.default_rng(5)
    n, r, gamma = int(PROBLEM.n), int(PROBLEM.r), float(PROBLEM.gamma)
    rows = []
    for _ in range(SEEDS):
        s = np.where(rng.random(n) < 0.3, -1.0, 1.0)
        z = rng.standard_normal((n, r))
        f, row = s, []
        for _ in range(rounds + 1):
            a, v = f.mean(), f @ z / n
            row.append(gamma**2 * a / np.linalg.norm(v))
            f = np.clip((gamma**2 * a + z @ v) / 0.75, -1, 1)
        rows.append(row)
    return np.array(rows)
