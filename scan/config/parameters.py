"""The parameters of a problem from those that a config gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

SOURCES = {
    "n": ("d", "alpha"),
    "d": ("n", "alpha"),
    "alpha": ("n", "d"),
    "p": ("epsilon",),
    "rho": ("gamma", "sigma"),
    "gamma": ("rho", "sigma"),
    "sigma": ("rho", "gamma"),
}
"""What each derived parameter may depend on."""


def complete(given: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """All parameters from those given, arrays of one shape.

    alpha = n/(d-1), with n and d rounded to whole numbers and alpha recomputed from them;
    p = 1/(1+e^epsilon) (R13); rho = (gamma/sigma)^2 with sigma = 1 unless given.
    """
    shape = next(iter(given.values())).shape
    p = given["p"] if "p" in given else 1 / (1 + np.exp(given["epsilon"]))
    names = {
        "margin": given.get("margin", np.full(shape, "constant")),
        "spectrum": given.get("spectrum", np.full(shape, "isotropic")),
    }
    return {**_sizes(given), "p": p, **_separation(given, shape), **names}


def _sizes(given: Mapping[str, Any]) -> dict[str, np.ndarray]:
    alpha: Any = given.get("alpha")
    n = given["n"] if "n" in given else np.rint(alpha * (given["d"] - 1)).astype(np.int64)
    d = given["d"] if "d" in given else np.rint(n / alpha).astype(np.int64) + 1
    with np.errstate(divide="ignore"):  # d = 1 is refused by the grid's check
        return {"n": n, "d": d, "alpha": n / (d - 1)}


def _separation(given: Mapping[str, Any], shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    if "rho" in given and "gamma" in given:
        sigma = given["gamma"] / np.sqrt(given["rho"])
    else:
        sigma = given.get("sigma", np.ones(shape))
    gamma = given["gamma"] if "gamma" in given else np.sqrt(given["rho"]) * sigma
    return {"rho": given.get("rho", (gamma / sigma) ** 2), "gamma": gamma, "sigma": sigma}
