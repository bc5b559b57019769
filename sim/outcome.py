"""What every engine and every prediction returns."""

from __future__ import annotations

from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import Numbers, PyTree
from relabel_lab.sim.margins import Margin

RESOLUTION = 1e-12  # of kappa: sums in float64 leave less, with up to 1e8 samples


def improved(kappa: Numbers) -> PyTree:
    """Whether kappa exceeds that of round 0 by more than rounding, arrays [..., rounds + 1].

    Engines give a model of unchanged labels the very kappa of round 0 (`RoundSummary`).  Labels
    that come as near to the given ones as they like (`Scheme.smooth`) are computed in float64;
    what they change by less than `RESOLUTION` of kappa is no improvement in any engine.
    """
    start = kappa[..., :1]
    return kappa > start + RESOLUTION * abs(start)


class RoundSummary(eqx.Module):
    """What is reported of the models of a run, arrays [..., rounds + 1].

    Attributes:
        kappa: the margin parameter of R1.
        label_accuracy: share of correct labels among those trained on.
        coverage: share of samples trained on.
        unchanged: whether the labels are the given ones times a positive number, so that the
            model is that of round 0: decided where labels are compared.
    """

    kappa: jax.Array
    label_accuracy: jax.Array
    coverage: jax.Array
    unchanged: jax.Array


class Outcome(eqx.Module):
    """Results per seed and round, arrays [seeds, rounds + 1]; index 0 is the initial model.

    Predictions have no seed axis: their arrays are [..., rounds + 1].  A round whose rule selects
    no sample keeps the model of the round before; its coverage is 0 and its label accuracy NaN.

    Attributes:
        kappa: the margin parameter of R1; every comparison of accuracies is one of kappas.
        log_error: natural logarithm of 1 - accuracy, exact where the error underflows.
        label_accuracy: share of correct labels among those trained on.
        coverage: share of samples trained on (label weight not zero).
    """

    axis: ClassVar[str] = "seed"

    kappa: jax.Array
    log_error: jax.Array
    label_accuracy: jax.Array
    coverage: jax.Array

    @property
    def accuracy(self) -> jax.Array:
        """Population accuracy, from kappa by quadrature; never from a test set."""
        return -jnp.expm1(self.log_error)

    def to_xarray(self) -> PyTree:
        """The same as an `xarray.Dataset`: axes seed, or those of the problems, and round."""
        import xarray as xr

        names = ("kappa", "accuracy", "log_error", "label_accuracy", "coverage")
        many = self.kappa.ndim - 1
        lead = [self.axis] if many == 1 else [f"{self.axis}_{i}" for i in range(many)]
        values = {name: ([*lead, "round"], np.asarray(getattr(self, name))) for name in names}
        return xr.Dataset(values, coords={"round": np.arange(self.kappa.shape[-1])})

    def __repr__(self) -> str:
        kind = type(self).__name__
        if isinstance(self.kappa, jax.core.Tracer):
            return f"{kind}(kappa={self.kappa!r})"
        lead = tuple(range(self.kappa.ndim - 1))
        means = (np.asarray(x).mean(axis=lead) for x in (self.kappa, self.accuracy))
        kappa, accuracy = (np.array2string(mean, precision=5) for mean in means)
        return f"{kind}(shape={self.kappa.shape}, mean kappa={kappa}, mean accuracy={accuracy})"


def outcome(law: Margin, summary: RoundSummary) -> Outcome:
    """Complete an `Outcome`: the log-error follows from kappa and the margin law (R1)."""
    kappa = settled(summary)
    return Outcome(kappa, law.log_error(kappa), summary.label_accuracy, summary.coverage)


def settled(summary: RoundSummary) -> jax.Array:
    """Kappas of the models in use.

    Those of the last round whose selection is not empty, and that of round 0 wherever the labels
    are still the given ones.
    """
    rounds = jnp.arange(summary.kappa.shape[-1])
    last = jax.lax.cummax(jnp.where(summary.coverage > 0, rounds, 0), axis=summary.kappa.ndim - 1)
    last = jnp.where(jnp.take_along_axis(summary.unchanged, last, -1), 0, last)
    return jnp.take_along_axis(summary.kappa, last, -1)
