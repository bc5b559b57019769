"""How many labels change on average."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from relabel_lab.theory.finite.hard_labels.outer import outer
from relabel_lab.theory.finite.hard_labels.setting import Setting


def changes(setting: Setting) -> float:
    r"""\(E\sum_i 1\{\tau_i = -1\}\), at least the probability that any label changes."""
    nodes = outer(setting, 1.0)
    flips, radius = nodes.grid
    # one sample's epsilon has variance 1 - 1/n: their sum is zero
    scale = np.sqrt(1 - 1 / setting.n)
    pull = setting.rho * (1 - 2 * flips / setting.n) / radius
    kept, turned = ndtr(-(radius + pull) / scale), ndtr(-(radius - pull) / scale)
    return float(nodes.mean((setting.n - flips) * kept + flips * turned))
