"""Where full retraining helps ridge and logistic regression, beside the averaging classifier."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS, RHO, P
from relabel_lab.sim import Problem, direct
from relabel_lab.sim.learners import Ridge, parse_learner
from relabel_lab.sim.schemes import Full
from relabel_lab.theory import predict
from relabel_lab.theory.limit import predict_ridge

SUMMARY = "where full retraining helps ridge and logistic regression, beside averaging (R5)"

VERDICTS = {
    "no label changes": "#f7f7f7",
    "harms": COLOURS["harms"],
    "within two standard errors": "#d3d3d3",
    "helps": COLOURS["helps"],
}
P_RANGE = (0.02, 0.48)
RHO_RANGE = (0.2, 2.6)
NOISE_DIMENSIONS = 10**8  # of the predictions, which depend on n/(d-1) alone


class Preset(NamedTuple):
    """Cells a side, seeds a cell, noise dimensions r, ratios n/r, learners, and the lines' grid."""

    side: int
    seeds: int
    r: int
    alphas: tuple[float, ...]
    learners: tuple[str, ...]
    fine: int


PRESETS = {
    "quick": Preset(6, 32, 60, (2.0, 8.0), ("ridge:0.1", "logistic:0.1"), 40),
    "full": Preset(
        8, 32, 120, (2.0, 8.0), ("ridge:1", "ridge:0.1", "logistic:0.1", "logistic:0.01"), 80
    ),
}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Paired gain in kappa over its standard error, cell by cell, and predicted gains."""
    p, rho = _centres(P_RANGE, preset.side), _centres(RHO_RANGE, preset.side)
    fine = np.linspace(*P_RANGE, preset.fine), np.linspace(*RHO_RANGE, preset.fine)
    done, total = 0, len(preset.learners) * len(preset.alphas) * len(rho)
    panels = []
    for name in preset.learners:
        for alpha in preset.alphas:
            scores = np.empty((len(rho), len(p)))
            for i in range(len(rho)):
                for j in range(len(p)):
                    scores[i, j] = _score(preset, name, alpha, p[j], rho[i], done * len(p) + j)
                done += 1
                step(done, total)
            lines = {"averaging": _averaging_gain(alpha, *fine)}
            if name.startswith("ridge"):
                lines["ridge"] = _ridge_gain(name, alpha, *fine)
            panels.append({"learner": name, "alpha": alpha, "score": scores.tolist(), **lines})
    return {
        "p": p.tolist(),
        "rho": rho.tolist(),
        "p_fine": fine[0].tolist(),
        "rho_fine": fine[1].tolist(),
        "seeds": preset.seeds,
        "r": preset.r,
        "engine": "direct",
        "panels": panels,
    }


def draw(data: dict[str, Any]) -> Any:
    """A row a learner, a column a ratio; cells by the sign of the gain."""
    names = list(dict.fromkeys(panel["learner"] for panel in data["panels"]))
    columns = len(data["panels"]) // len(names)
    size = (2.6 * columns + 1.0, 2.1 * len(names) + 1.4)
    shared = {"sharex": True, "sharey": True, "squeeze": False}
    figure, axes = new_figure(len(names), columns, *size, **shared)
    for axis, panel in zip(axes.flat, data["panels"], strict=True):
        _draw_panel(axis, data, panel)
    for row, name in zip(axes, names, strict=True):
        kind, _, penalty = name.partition(":")
        row[0].set_ylabel(f"{kind}, $L$ = {penalty}\n{RHO}", fontsize=9)
    for axis, panel in zip(axes[0], data["panels"], strict=False):
        axis.set_title(f"$n/(d-1)$ = {panel['alpha']:g}")
    for axis in axes[-1]:
        axis.set_xlabel(P)
    cells = [Patch(fc=c, ec="#999999", lw=0.5, label=name) for name, c in VERDICTS.items()]
    lines = [
        Line2D([], [], color="black", label="boundary, averaging (R5)"),
        Line2D([], [], color=COLOURS["full"], linestyle="--", label="boundary, ridge in the limit"),
    ]
    figure.legend(handles=[*cells, *lines], loc="outside lower center", ncols=2, fontsize=8)
    return figure


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    return (
        "Where one round of full retraining helps ridge and logistic regression with penalty L, in the "
        "plane of flip probability p and separation ρ (constant margin). Cells: sign of the mean change "
        f"of κ over {data['seeds']} paired seeds of drawn data at d - 1 = {data['r']}, grey where it lies "
        "within two standard errors of zero, almost white where no label changes in any seed and the "
        "model stays as it is. Solid line: boundary of the averaging classifier in the limit (R5); "
        "dashed: of ridge at the same penalty in the limit. Below a line retraining harms. For logistic "
        "regression there is no prediction."
    )


def _centres(limits: tuple[float, float], count: int) -> np.ndarray:
    edges = np.linspace(*limits, count + 1)
    return (edges[1:] + edges[:-1]) / 2


def _score(preset: Preset, name: str, alpha: float, p: float, rho: float, cell: int) -> float:
    """Mean of kappa_1 - kappa_0 over its standard error; exactly 0 where no label changes."""
    problem = Problem(round(alpha * preset.r), preset.r + 1, float(p), float(rho) ** 0.5)
    key = jax.random.fold_in(jax.random.key(7), cell)
    learner = parse_learner(name)
    one = jax.local_devices()[:1]  # on a processor its threads share the seeds; one compilation
    options: Any = {"key": key, "seeds": preset.seeds, "learner": learner, "devices": one}
    kappa = np.asarray(direct.run(problem, Full(), **options).kappa)
    gain = kappa[:, 1] - kappa[:, 0]
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    return float(gain.mean() / error) if error > 0 else 0.0


def _averaging_gain(alpha: float, p: np.ndarray, rho: np.ndarray) -> list[Any]:
    problem = Problem(round(alpha * NOISE_DIMENSIONS), NOISE_DIMENSIONS + 1, p, rho[:, None] ** 0.5)
    return _log_ratio(predict(problem, Full()).kappa)


def _ridge_gain(name: str, alpha: float, p: np.ndarray, rho: np.ndarray) -> list[Any]:
    learner = parse_learner(name)
    assert isinstance(learner, Ridge)

    def kappa(p: jax.Array, gamma: jax.Array) -> jax.Array:
        n = round(alpha * NOISE_DIMENSIONS)
        problem = Problem(n, NOISE_DIMENSIONS + 1, p, gamma)
        return predict_ridge(problem, Full(), learner).kappa

    rows = eqx.filter_jit(jax.vmap(jax.vmap(kappa, (0, None)), (None, 0)))
    return _log_ratio(rows(jnp.asarray(p), jnp.asarray(rho) ** 0.5))


def _log_ratio(kappa: jax.Array) -> list[Any]:
    return np.round(np.log(np.asarray(kappa[..., 1] / kappa[..., 0])), 6).tolist()


def _draw_panel(axis: Any, data: dict[str, Any], panel: dict[str, Any]) -> None:
    score = np.asarray(panel["score"])
    verdict = np.where(score == 0, 0, 1 + np.digitize(score, [-2.0, 2.0]))
    colours = ListedColormap(list(VERDICTS.values()))
    axis.pcolormesh(
        data["p"], data["rho"], verdict, cmap=colours, vmin=-0.5, vmax=3.5, alpha=0.8, linewidth=0,
        rasterized=True,
    )  # fmt: skip
    for name, colour, style in (("averaging", "black", "-"), ("ridge", COLOURS["full"], "--")):
        if name in panel:
            gain = np.asarray(panel[name])
            options = {"colors": colour, "linestyles": style, "linewidths": 1.6}
            # A hair above zero: where no label changes the gain is zero, not positive.
            axis.contour(data["p_fine"], data["rho_fine"], gain, levels=[1e-5], **options)
    axis.grid(False)
