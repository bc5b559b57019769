"""How a model is trained: what all replicates share (Recipe) and what each has chosen (Plan)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, NamedTuple

import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import positive, reject, require, whole

Optimiser = Literal["sgd", "adamw"]
Schedule = Literal["cosine", "linear", "constant"]
Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class Recipe:
    """One training, the same for every arm.

    Attributes:
        epochs: length in epochs; an epoch is ceil(n / batch) steps for n samples at hand, also
            where fewer are trained on, so that every arm makes the same number of steps.
        batch: samples a step.
        rate: largest learning rate.
        decay: weight decay of matrices and kernels (added to the gradient by sgd, decoupled in
            adamw).
        optimiser: sgd with Nesterov momentum .9, or adamw.
        schedule: of the rate after the warm-up: cosine or linear to zero, or constant.
        warmup: share of the steps in which the rate rises linearly from zero.
        mixup: parameter of the beta distribution of the mixing weight; 0 mixes nothing.
        precision: type of activations and products; weights and averages are float32.
        clip: largest norm of the gradient; None clips nothing.
    """

    epochs: int
    batch: int
    rate: float
    decay: float
    optimiser: Optimiser
    schedule: Schedule = "cosine"
    warmup: float = 0.05
    mixup: float = 0.0
    precision: Precision = "float32"
    clip: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        whole("epochs", self.epochs, 1)
        whole("batch", self.batch, 1)
        positive("rate", self.rate)
        require("decay", self.decay, lambda x: (x >= 0) & np.isfinite(x), "finite and >= 0")
        require("warmup", self.warmup, lambda x: (x >= 0) & (x < 1), "in [0, 1)")
        require("mixup", self.mixup, lambda x: (x >= 0) & np.isfinite(x), "finite and >= 0")
        for name, kinds in _KINDS.items():
            if getattr(self, name) not in kinds:
                raise reject(name, getattr(self, name), f"one of {', '.join(kinds)}")
        if self.clip is not None:
            positive("clip", self.clip)

    def but(self, **changes: Any) -> Recipe:
        """The recipe with some fields changed."""
        return replace(self, **changes)

    def dtype(self) -> Any:
        """The type of activations."""
        return {"float32": jnp.float32, "bfloat16": jnp.bfloat16}[self.precision]

    def told(self) -> dict[str, Any]:
        """The fields, for result rows."""
        return asdict(self)


_KINDS = {
    "optimiser": ("sgd", "adamw"),
    "schedule": ("cosine", "linear", "constant"),
    "precision": ("float32", "bfloat16"),
}


class Plan(NamedTuple):
    """What each replicate has chosen: arrays [seeds]."""

    rate: np.ndarray
    decay: np.ndarray
    stop: np.ndarray  # epochs after which it is stopped, on the schedule of all epochs

    def told(self) -> list[dict[str, Any]]:
        """One dictionary a replicate."""
        return [
            {"rate": _digits(rate), "decay": _digits(decay), "stop": int(stop)}
            for rate, decay, stop in zip(*self, strict=True)
        ]


def plan_of(recipe: Recipe, seeds: int) -> Plan:
    """Every replicate as the recipe says, to its end."""
    return Plan(
        np.full(seeds, recipe.rate, np.float32),
        np.full(seeds, recipe.decay, np.float32),
        np.full(seeds, recipe.epochs, np.int32),
    )


def _digits(value: np.floating) -> float:
    """A 32-bit number as people wrote it."""
    return float(f"{value:.6g}")
