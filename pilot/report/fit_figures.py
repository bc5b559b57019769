"""Figures of the mixture: score distributions against their law, and the phase diagram."""

import numpy as np
from matplotlib.axes import Axes

from relabel_lab.pilot.findings import Findings
from relabel_lab.pilot.fit import law, mixed, signed_rows
from relabel_lab.pilot.fit import scores as scores_of

BLUE, ORANGE, INK, FAINT = "#2b6cb0", "#c05621", "#21252b", "#8a9099"


def scores(ax: Axes, found: Findings) -> None:
    """Held-out averaging scores × given label: histogram and the law of the fitted mixture."""
    mixture = found.fit.mixture
    assert mixture is not None
    X, sign = signed_rows(found.data, mixture.p)
    held_out, _ = scores_of(X, sign, mixture)
    low, high = np.quantile(held_out, [0.005, 0.995])
    edges = np.linspace(low, high, 31)
    ax.hist(held_out, edges.tolist(), density=True, color=BLUE, alpha=0.45)
    mean, deviation = law(held_out, mixture.p, 0.0)
    fine = np.linspace(low, high, 200)
    heights = np.gradient(mixed(fine, mixture.p, mean, deviation), fine)
    ax.plot(fine, heights, color=ORANGE, lw=1.6)
    ax.set_yticks([])
    ax.set_xlabel("held-out score × given label (line: fitted mixture)")


def phase(ax: Axes, found: Findings) -> None:
    """Where the data stand among separations at which retraining helps at maximal noise (R7)."""
    from relabel_lab.sim import Consensus, Full, parse_margin
    from relabel_lab.theory import critical_rho

    mixture = found.fit.mixture
    assert mixture is not None
    alpha = np.geomspace(min(0.1, mixture.alpha / 3), max(100.0, 3 * mixture.alpha), 80)
    margin = parse_margin(mixture.margin)
    for scheme, style in ((Full(), "-"), (Consensus(), "--")):
        curve = np.asarray(critical_rho(alpha, scheme, margin))
        ax.plot(alpha, curve, style, color=BLUE, lw=1.4, label=f"{scheme.name} helps above")
    low, high = found.fit.intervals["rho"]
    ax.plot([mixture.alpha] * 2, [low, high], color=ORANGE, lw=1.6)
    ax.plot(mixture.alpha, mixture.rho, "o", color=ORANGE, ms=5, label="these data")
    ax.set_xscale("log")
    ax.set_xlabel("rows per noise dimension α")
    ax.set_ylabel("separation ρ")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0, handlelength=1.5)
