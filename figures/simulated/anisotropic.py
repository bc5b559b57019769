"""Noise that is not alike in all directions: gain of one round by spectrum (R5s, exact law)."""

from typing import Any, NamedTuple

import jax
import numpy as np
from matplotlib.lines import Line2D

from relabel_lab.figures.asked import Asked
from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import RHO, plain_log_axis
from relabel_lab.sim import Problem, dice, parse_scheme, power_spectrum
from relabel_lab.theory import predict

SUMMARY = "anisotropic noise: spectra, and what one round gains under each (R5s, exact law)"
DEFAULTS = Asked(alpha=(2.0,), margin="constant", schemes=("full", "consensus"))

P = 0.4
SEPARATION = (0.3, 6.0)
SPECTRA = {
    "isotropic": "#000000",
    "two levels, 1 : 4": "#0072b2",
    "power law, exponent 0.4": "#009e73",
    "one tenth of the directions × 10": "#d55e00",
    "one direction × 100": "#cc79a7",
}
"""Colour by name; `_spectrum` makes them, all of mean 1."""


class Preset(NamedTuple):
    """Noise dimensions, simulated points, seeds of each, points of the lines."""

    r: int
    points: int
    seeds: int
    fine: int


PRESETS = {"quick": Preset(400, 6, 64, 25), "full": Preset(3000, 9, 200, 161)}


def compute(preset: Preset, step: Step, asked: Asked = DEFAULTS) -> dict[str, Any]:
    """Gains in accuracy over rho = gamma^2 over the mean eigenvalue, predicted and simulated."""
    (alpha,), names = asked.alpha or (), list(asked.schemes or ())
    n = max(2, round(alpha * preset.r))
    rho, fine = (np.geomspace(*SEPARATION, count) for count in (preset.points, preset.fine))
    cases = []
    for number, name in enumerate(SPECTRA):
        spectrum = _spectrum(name, preset.r)
        options: Any = {"margin": asked.margin, "spectrum": spectrum}
        points = []
        for place, each in enumerate(rho.tolist(), number * len(rho)):
            key = jax.random.fold_in(jax.random.key(17), place)
            problem = Problem(n, preset.r + 1, P, each**0.5, **options)
            points.append(_gains(problem, names, key, preset.seeds))
            step(place + 1, len(SPECTRA) * len(rho))
        grid = [Problem(n, preset.r + 1, P, each**0.5, **options) for each in fine.tolist()]
        cases.append(
            {
                "name": name,
                "spectrum": np.round(np.asarray(spectrum), 6).tolist(),
                "predicted": {
                    scheme: [_predicted(one, scheme) for one in grid] for scheme in names
                },
                "simulated": {
                    s: {kind: [x[s][kind] for x in points] for kind in ("mean", "error")}
                    for s in names
                },
            }
        )
    told = {"p": P, "n": n, "r": preset.r, "seeds": preset.seeds, "seed": 17, "engine": "dice"}
    return {**told, "rho": rho.tolist(), "rho_fine": fine.tolist(), "cases": cases}


def _spectrum(name: str, r: int) -> np.ndarray:
    """Eigenvalues [r] of mean 1, largest first."""
    if name.startswith("power"):
        return np.asarray(power_spectrum(r + 1, 0.4))
    large, share = {
        "isotropic": (1, 0.0),
        "two": (4, 0.5),
        "one t": (10, 0.1),
        "one d": (100, 0.0),
    }[next(start for start in ("isotropic", "two", "one t", "one d") if name.startswith(start))]
    count = round(share * r) if share else int(large > 1)
    values = np.r_[np.full(count, float(large)), np.ones(r - count)]
    return values / values.mean()


def _gains(problem: Problem, names: list[str], key: Any, seeds: int) -> dict[str, Any]:
    """Mean paired gain in points and its standard error."""
    rules = [parse_scheme(name) for name in names]
    found = dice.run_many(problem, rules, key=key, seeds=seeds)
    gains = {name: 100 * np.diff(np.asarray(found[name].accuracy), axis=1)[:, 0] for name in names}
    return {
        name: {"mean": float(x.mean()), "error": float(x.std(ddof=1) / seeds**0.5)}
        for name, x in gains.items()
    }


def _predicted(problem: Problem, name: str) -> float | None:
    accuracy = np.asarray(predict(problem, parse_scheme(name)).accuracy)
    gain = float(100 * (accuracy[1] - accuracy[0]))
    return gain if np.isfinite(gain) else None


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    asked = data["asked"]
    without = [case["name"] for case in data["cases"] if _without(case)]
    no_limit = f" No line: no prediction, because few eigenvalues dominate ({', '.join(without)})."
    return (
        "Noise of unequal size in different directions, mean eigenvalue 1. Left: the spectra. Right: points of "
        f"accuracy that one round adds at p = {data['p']:g}, n/(d-1) = {asked['alpha'][0]:g}, margin "
        f"{asked['margin']}, against the separation ρ = γ² over the mean eigenvalue. Lines: proportional limit "
        f"(R5s). Markers: means of {data['seeds']} paired seeds of the exact law (R3) at n = {data['n']:,}, "
        f"d - 1 = {data['r']:,} (key {data['seed']}) with 95 % intervals; dotted between them where no line is."
        f"{no_limit if without else ''} The more unequal the noise, the larger the separation from which a round "
        "helps: predicted labels bring back the largest directions."
    )


def _without(case: dict[str, Any]) -> bool:
    return all(value is None for values in case["predicted"].values() for value in values)


def draw(data: dict[str, Any]) -> Any:
    """The spectra, and a panel a scheme."""
    names = data["asked"]["schemes"]
    figure, axes = new_figure(1, 1 + len(names), 3.3 * (1 + len(names)), 4.3)
    _draw_spectra(axes[0], data)
    for axis, name in zip(axes[1:], names, strict=True):
        axis.axhline(0, color="#777777", linewidth=0.8)
        for case in data["cases"]:
            _draw_gains(axis, data, case, name)
        plain_log_axis(axis.xaxis, [0.3, 0.5, 1, 2, 3, 5])
        axis.set_xlabel(RHO)
        axis.set_title(name)
        axis.sharey(axes[1])
    axes[1].set_ylabel("points of accuracy gained")
    handles = [
        Line2D([], [], color=c, marker="o", mfc="white", label=n) for n, c in SPECTRA.items()
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


def _draw_spectra(axis: Any, data: dict[str, Any]) -> None:
    share = (np.arange(data["r"]) + 0.5) / data["r"]
    for case in data["cases"]:
        axis.step(share, case["spectrum"], where="mid", color=SPECTRA[case["name"]])
    plain_log_axis(axis.yaxis, [0.3, 1, 3, 10, 30, 100])
    axis.set_xlim(-0.02, 1)
    axis.set_xlabel("share of directions, largest first")
    axis.set_ylabel("eigenvalue (mean 1)")
    axis.set_title("spectra")


def _draw_gains(axis: Any, data: dict[str, Any], case: dict[str, Any], name: str) -> None:
    colour = SPECTRA[case["name"]]
    axis.plot(data["rho_fine"], np.array(case["predicted"][name], float), color=colour)
    mean, error = (np.array(case["simulated"][name][kind]) for kind in ("mean", "error"))
    axis.errorbar(
        data["rho"], mean, 1.96 * error, fmt="o", color=colour, markersize=4.5,
        markerfacecolor="white", linewidth=1, linestyle=":" if _without(case) else "",
    )  # fmt: skip
