"""What every engine and every prediction returns."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.margins import Margin

# Kappas this close differ by rounding: where no label changes they are equal (R20).
TIE = 1e-7


def improved(kappa: Any) -> Any:
    """Whether kappa exceeds that of round 0, arrays [..., rounds + 1]; ties do not count."""
    first = kappa[..., :1]
    return kappa - first > TIE * abs(first)


class Outcome(eqx.Module):
    """Results per seed and round, arrays [seeds, rounds + 1]; index 0 is the initial model.

    Predictions have no seed axis: their arrays are [..., rounds + 1].

    Attributes:
        kappa: the margin parameter of R1; every comparison of accuracies is one of kappas.
        log_error: natural logarithm of 1 - accuracy, exact where the error underflows.
        label_accuracy: share of correct labels among those trained on.
        coverage: share of samples trained on (label weight not zero).
    """

    kappa: jax.Array
    log_error: jax.Array
    label_accuracy: jax.Array
    coverage: jax.Array

    @property
    def accuracy(self) -> jax.Array:
        """Population accuracy, from kappa by quadrature; never from a test set."""
        return -jnp.expm1(self.log_error)


def outcome(
    law: Margin, kappa: jax.Array, label_accuracy: jax.Array, coverage: jax.Array
) -> Outcome:
    """Complete an `Outcome`: the log-error follows from kappa and the margin law (R1)."""
    return Outcome(kappa, law.log_error(kappa), label_accuracy, coverage)
