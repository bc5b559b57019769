"""The problem options that every command shares, and the `sim.Problem` they describe."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relabel_lab.relabel import class_options
from relabel_lab.relabel.errors import UsageError, bad_value, naming
from relabel_lab.relabel.numbers import LARGEST_WHOLE, real_number, whole_number

if TYPE_CHECKING:
    from relabel_lab.sim import Problem

FEWEST_FLIPS = 1e-6  # expected ones, below which no label flips
SPECTRA = "isotropic, power:A or a file with one eigenvalue a line"
NOISES = (
    "classes:P_PLUS,P_MINUS[,SHARE] (SHARE of positive labels, default 0.5); "
    "margin:P,DECAY (P e^(-DECAY (m - 1)) at margin m); "
    "matrix:FILE (a row for each true class, the probability of each given label); and, with --engine direct only, "
    "direction:P,STRENGTH[,AXIS] (labels lean toward the sign of a noise feature), "
    "subgroup:P,P_SUBGROUP,SHARE[,AXIS] (worse where a noise feature is large), "
    "annotators:RATE,RATE,...@CORRELATION[,AXIS] (each at work in a region of a noise feature); "
    "without @ annotators are chosen at random, which every engine serves; AXIS 0 to d - 2"
)
MARGINS = "constant, half-normal:S, uniform:W or gaussian"


def add_problem_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--n --d --alpha --p|--epsilon|--noise --gamma|--rho --sigma --margin --spectrum``."""
    group = parser.add_argument_group("the problem")
    group.add_argument("--n", type=whole_number, help="samples, e.g. 1e6")
    group.add_argument("--d", type=whole_number, help="features, e.g. 500")
    group.add_argument(
        "--alpha", type=real_number, help="n/(d-1), instead of --d or --n, which is then rounded"
    )
    flips = group.add_mutually_exclusive_group(required=True)
    flips.add_argument("--p", type=real_number, help="probability of a flipped label, in [0, 0.5)")
    flips.add_argument(
        "--epsilon",
        type=real_number,
        help="label privacy by randomised response instead of --p: p = 1/(1 + e^epsilon)",
    )
    flips.add_argument("--noise", metavar="KIND", help=f"other flips instead of --p: {NOISES}")
    size = group.add_mutually_exclusive_group(required=True)
    size.add_argument("--gamma", type=real_number, help="norm of mu, > 0")
    size.add_argument(
        "--rho", type=real_number, help="separation (gamma/sigma)^2 instead of --gamma, > 0"
    )
    group.add_argument(
        "--sigma",
        type=real_number,
        help="standard deviation of the noise (default 1); a spectrum file fixes it",
    )
    group.add_argument("--margin", default="constant", help=f"{MARGINS} (default constant)")
    group.add_argument("--spectrum", default="isotropic", help=f"{SPECTRA} (default isotropic)")


def problem_from(args: argparse.Namespace) -> Problem:
    """The problem that the options describe.

    Raises:
        UsageError, ValueError: naming the option, its value and what is allowed.
    """
    if class_options.many(args):
        n, d = sizes(args, args.classes - 1)
        problem: Any = class_options.problem_from(
            args, n, d, _gamma(args, 1.0 if args.sigma is None else args.sigma)
        )
    else:
        problem = _two_classes(args)
    _warn_without_flips(args, problem)
    return problem


def _two_classes(args: argparse.Namespace) -> Problem:
    from relabel_lab.sim import Problem
    from relabel_lab.sim.margins import parse_margin

    with naming("--margin", args.margin, f"one of {MARGINS}"):
        margin = parse_margin(args.margin)
    sigma = 1.0 if args.sigma is None else args.sigma
    n, d = sizes(args)
    common = {"n": n, "d": d, "margin": margin, **_flips(args)}
    # Built first so that bad sizes are refused before a spectrum is made from them.
    problem = Problem(**common, sigma=sigma, gamma=_gamma(args, sigma))
    if args.spectrum == "isotropic":
        return problem
    spectrum = _spectrum(args, d, sigma)
    mean = math.fsum(spectrum) / len(spectrum) if isinstance(spectrum, list) else sigma**2
    return Problem(**common, gamma=_gamma(args, abs(mean) ** 0.5), spectrum=spectrum)


def _warn_without_flips(args: argparse.Namespace, problem: Any) -> None:
    """Leave a word that an epsilon so large protects nothing, for when the work is done."""
    if args.epsilon is not None and float(problem.p) * float(problem.n) < FEWEST_FLIPS:
        rate = float(problem.p)
        args.remarks.append(f"--epsilon {args.epsilon:g}: no label flips (p = {rate:.2g})")


def describe(args: argparse.Namespace, problem: Problem) -> dict[str, Any]:
    """The problem as it goes into the JSON output."""
    classes = {"classes": args.classes} if class_options.many(args) else {}
    told: dict[str, Any] = {}
    if args.epsilon is not None:
        told = {"epsilon": args.epsilon}
    if args.noise is not None:
        broken = None if classes else problem.noise.broken_assumption
        told = {"noise": args.noise, "broken_assumption": broken}
    return {
        "n": int(problem.n),
        "d": int(problem.d),
        "p": float(problem.p),
        **classes,
        **told,
        "gamma": float(problem.gamma),
        "sigma": float(problem.sigma),
        "margin": args.margin,
        "spectrum": args.spectrum,
    }


def sizes(args: argparse.Namespace, signal: int = 1) -> tuple[int, int]:
    """n and d, one of them perhaps from alpha = n/(d - signal)."""
    given = [name for name in ("n", "d", "alpha") if getattr(args, name) is not None]
    if len(given) == 3:
        raise UsageError(f"--alpha {args.alpha:g}: not with both --n and --d")
    if len(given) < 2:
        missing = next(name for name in ("n", "d") if getattr(args, name) is None)
        raise UsageError(f"required: --{missing} (two of --n, --d and --alpha)")
    if args.alpha is None:
        return args.n, args.d
    if not args.alpha > 0:
        raise bad_value("--alpha", args.alpha, "> 0")
    rounded = args.n / args.alpha if args.d is None else args.alpha * (args.d - signal)
    if not rounded < LARGEST_WHOLE:
        raise bad_value("--alpha", args.alpha, f"such that --{missing_of(args)} is below 2^63")
    if args.d is None:
        return args.n, max(1, round(rounded)) + signal
    return max(2, round(rounded)), args.d


def missing_of(args: argparse.Namespace) -> str:
    """Which of n and d follows from alpha."""
    return "d" if args.d is None else "n"


def _gamma(args: argparse.Namespace, sigma: float) -> float:
    """The norm of mu, as given or from rho."""
    if args.rho is None:
        return args.gamma
    if not args.rho > 0:
        raise bad_value("--rho", args.rho, "finite and > 0")
    return args.rho**0.5 * sigma


def _flips(args: argparse.Namespace) -> dict[str, Any]:
    """Either ``p`` or ``noise``, as `Problem` takes them."""
    if args.noise is None:
        return {"p": _flip_rate(args)}
    from relabel_lab.sim.noise import ClassFlips, parse_noise

    if args.noise.startswith(class_options.MATRIX):
        flips = class_options.read_flips(args.noise, 2)
        return {"noise": ClassFlips(float(flips[0, 1]), float(flips[1, 0]))}
    return {"noise": parse_noise(args.noise)}


def _flip_rate(args: argparse.Namespace) -> float:
    """R13: randomised response with epsilon flips with probability 1/(1 + e^epsilon)."""
    if args.epsilon is None:
        return args.p
    decay = math.exp(-abs(args.epsilon))
    rate = decay / (1 + decay)
    if not (args.epsilon > 0 and rate < 0.5):
        raise bad_value("--epsilon", args.epsilon, "> 0 (p = 1/(1 + e^epsilon) below 0.5)")
    return rate


def _spectrum(args: argparse.Namespace, d: int, sigma: float) -> Any:
    from relabel_lab.sim import power_spectrum

    _room_for_spectrum(d)
    kind, _, exponent = args.spectrum.partition(":")
    if kind == "power":
        with naming("--spectrum", args.spectrum, "power:A with a finite number A"):
            return power_spectrum(d, _finite(exponent), sigma)
    if args.sigma is not None:
        raise UsageError(f"--sigma {args.sigma}: not with a spectrum file, which fixes it")
    return _spectrum_file(args.spectrum)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _spectrum_file(name: str) -> list[float]:
    path = Path(name)
    if not path.is_file():
        raise bad_value("--spectrum", name, f"{SPECTRA}; there is no such file")
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        return [float(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise bad_value(
            "--spectrum", name, f"a file with one eigenvalue a line ({error})"
        ) from None


def _room_for_spectrum(d: int) -> None:
    """A spectrum is d - 1 numbers: refuse one that cannot fit instead of dying of it."""
    wanted = 4 * 8 * d
    free = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if wanted > free:
        raise bad_value(
            "--d",
            d,
            f"small enough that {wanted / 2**30:.3g} GiB for the spectrum fit into memory "
            f"({free / 2**30:.3g} GiB); --spectrum isotropic needs none",
        )
