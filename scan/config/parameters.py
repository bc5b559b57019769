"""The parameters of a problem from those that a config gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


TEXTS = {"margin": "constant", "spectrum": "isotropic", "noise": ""}
"""Axes of texts and what they are unless given; without a noise, labels flip with probability p."""


def derivable(given: Iterable[str]) -> list[str]:
    """Parameters that follow from those ``given``."""
    known = set(given)
    return [name for name in SOURCES if name not in known and (name != "p" or "epsilon" in known)]


def complete(given: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """All parameters from those given, arrays of one shape.

    alpha = n/(d-1), with n and d rounded to whole numbers and alpha recomputed from them;
    p = 1/(1+e^epsilon) (R13), left out where a noise is given; rho = (gamma/sigma)^2 with
    sigma = 1 unless given.
    """
    shape = next(iter(given.values())).shape
    texts = {name: given.get(name, np.full(shape, usual)) for name, usual in TEXTS.items()}
    return {**_sizes(given), **_flips(given), **_separation(given, shape), **texts}


def _flips(given: Mapping[str, Any]) -> dict[str, np.ndarray]:
    if "epsilon" not in given:
        return {"p": given["p"]} if "p" in given else {}
    with np.errstate(over="ignore"):  # exp(epsilon) may be infinite: nothing is flipped
        return {"p": 1 / (1 + np.exp(given["epsilon"]))}


def _sizes(given: Mapping[str, Any]) -> dict[str, np.ndarray]:
    alpha: Any = given.get("alpha")
    with np.errstate(divide="ignore", over="ignore"):  # unusable sizes fail the grid's check
        n = given["n"] if "n" in given else _rounded(alpha * (given["d"] - 1))
        d = given["d"] if "d" in given else _rounded(n / alpha) + 1
        return {"n": n, "d": d, "alpha": n / (d - 1)}


def _rounded(size: np.ndarray) -> np.ndarray:
    return np.minimum(np.rint(size), 2.0**53 + 2).astype(np.int64)


def _separation(given: Mapping[str, Any], shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    with np.errstate(all="ignore"):  # overflow fails the grid's check
        if "rho" in given and "gamma" in given:
            sigma = given["gamma"] / np.sqrt(given["rho"])
        else:
            sigma = given.get("sigma", np.ones(shape))
        gamma = given["gamma"] if "gamma" in given else np.sqrt(given["rho"]) * sigma
        return {"rho": given.get("rho", (gamma / sigma) ** 2), "gamma": gamma, "sigma": sigma}
