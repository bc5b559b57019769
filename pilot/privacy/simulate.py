"""Simulated releases for experiments; NumPy's generator is predictable and protects nobody."""

from typing import Any

import numpy as np

from relabel_lab.pilot.channel import Channel


def simulate_release(codes: Any, channel: Channel, seed: Any) -> np.ndarray:
    """Given codes drawn from any channel, shape (n,); never to be used for a real release.

    Args:
        codes: true class codes 0…K−1, shape (n,).
        channel: the flip matrix.
        seed: of NumPy's generator, or a generator.
    """
    codes = np.asarray(codes)
    steps = channel.matrix.cumsum(axis=1)
    steps[:, -1] = 1.0  # rounding must not leave a gap above the last class
    draws = np.random.default_rng(seed).random(len(codes))
    return (draws[:, None] >= steps[codes]).sum(axis=1)
