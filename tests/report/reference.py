"""What the Python theory says on a grid that the report page's own formulas must meet."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Problem, parse_margin, parse_scheme
from relabel_lab.sim.classes import ClassProblem
from relabel_lab.theory import finite_law, isotropic, predict, predict_limit

MARGINS = ("constant", "half-normal:0.5", "uniform:1.5", "gaussian")
SCHEMES = ("initial", "full", "consensus", "crossfit:5")
D = 1001


def cases() -> dict[str, Any]:
    """Problems as the page knows them, each with the numbers of Python."""
    return {"one": _one(), "rounds": _rounds(), "classes": _classes(), "finite": _finite()}


def _points() -> list[tuple[float, float, int]]:
    grid = [(p, rho, n) for p in (0.0, 0.1, 0.3, 0.45) for rho in (0.4, 1.1, 2.25, 6.0)
            for n in (250, 1000, 2000, 20000)]  # fmt: skip
    return grid[::2]


def _one() -> list[dict[str, Any]]:
    p, rho, n = (np.array(x) for x in zip(*_points(), strict=True))
    told = []
    for margin in MARGINS:
        limit = isotropic(rho, n / (D - 1), p, parse_margin(margin))
        for scheme in SCHEMES:
            found = predict_limit(limit, parse_scheme(scheme), 1)
            for i in range(len(p)):
                at = _case(p[i], rho[i], n[i] / (D - 1), margin)
                told.append({**at, "scheme": scheme, **_numbers(found, (i, 1))})
    return told


def _rounds() -> list[dict[str, Any]]:
    told = []
    for p, rho, n in ((0.3, 2.25, 2000), (0.4, 1.6, 500), (0.35, 0.9, 10000)):
        for margin in ("constant", "half-normal:0.5"):
            most = 3 if margin == "constant" else 2
            for scheme in ("full", "consensus"):
                problem = Problem(n=n, d=D, p=p, gamma=np.sqrt(rho), margin=margin)
                found = predict(problem, parse_scheme(scheme), most)
                at = _case(p, rho, n / (D - 1), margin)
                path = [_numbers(found, t) for t in range(most + 1)]
                told.append({**at, "scheme": scheme, "path": path})
    return told


def _classes() -> list[dict[str, Any]]:
    told = []
    for classes, p, rho, n in ((3, 0.3, 2.0, 2000), (10, 0.6, 3.0, 8000), (50, 0.8, 6.0, 3000)):
        problem = ClassProblem(n=n, d=D, p=p, gamma=np.sqrt(rho), classes=classes)
        for scheme in SCHEMES:
            found = predict(problem, parse_scheme(scheme), 1)
            at = _case(p, rho, n / (D - classes + 1), "constant")
            told.append({**at, "classes": classes, "scheme": scheme, **_numbers(found, 1)})
    return told


def _finite() -> list[dict[str, Any]]:
    told = []
    for p, rho, n, d in ((0.3, 1.2, 1000, 501), (0.4, 1.6, 2000, 2001), (0.2, 2.2, 4000, 4001),
                         (0.45, 1.0, 3000, 301), (0.35, 0.9, 500, 101)):  # fmt: skip
        for scheme in ("full", "consensus"):
            problem = Problem(n=n, d=d, p=p, gamma=np.sqrt(rho))
            law = finite_law(problem, parse_scheme(scheme))
            at = _case(p, rho, n / (d - 1), "constant")
            told.append({**at, "scheme": scheme, "n": n, "d": d, "improves": float(law.p_improves)})
    return told


def _case(p: float, rho: float, alpha: float, margin: str) -> dict[str, Any]:
    kind, _, size = margin.partition(":")
    shape = {"kind": kind, "size": float(size or 0)}
    return {"p": float(p), "rho": float(rho), "alpha": float(alpha), "margin": shape}


def _numbers(found: Any, at: Any) -> dict[str, float]:
    return {
        "kappa": float(jnp.asarray(found.kappa)[at]),
        "logError": float(jnp.asarray(found.log_error)[at]),
        "labelAccuracy": float(jnp.asarray(found.label_accuracy)[at]),
        "coverage": float(jnp.asarray(found.coverage)[at]),
    }
