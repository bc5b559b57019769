"""One picture's worth of a scan or a theory map: one or two axes, a quantity, some schemes."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from relabel_lab.sim.kit import reject
from relabel_lab.suggest import near

QUANTITIES = {
    "improved": ("share of seeds that improve", 1.0),
    "gain": ("points of accuracy gained", 100.0),
    "accuracy": ("accuracy (%)", 100.0),
    "kappa": (r"margin parameter $\kappa$", 1.0),
    "label_accuracy": ("correct labels among those trained on (%)", 100.0),
    "coverage": ("samples trained on (%)", 100.0),
}
"""Label and factor of each quantity."""
OTHERS = ("scheme", "round", "quantile")


class Line(NamedTuple):
    """A scheme's numbers over the axes; None where the store has none.

    Attributes:
        scheme: its name.
        values: simulated where there are simulations, else predicted, [y, x] or [x].
        low: lower end of the interval of the simulated values.
        high: its upper end.
        predicted: beside simulated values.
        lead: log of predicted kappa over that of round 0; retraining helps where it is positive.
    """

    scheme: str
    values: np.ndarray
    low: np.ndarray | None
    high: np.ndarray | None
    predicted: np.ndarray | None
    lead: np.ndarray | None


class View(NamedTuple):
    """What is drawn: axes by name, values of each, lines, and what is held fixed."""

    axes: dict[str, np.ndarray]
    quantity: str
    round: int
    simulated: bool
    lines: tuple[Line, ...]
    fixed: dict[str, Any]


def view_of(
    data: Any,
    x: str | None = None,
    y: str | None = None,
    *,
    quantity: str | None = None,
    round: int | None = None,
    schemes: Sequence[str] | None = None,
    at: Mapping[str, str] | None = None,
) -> View:
    """Choose from a store.

    Args:
        data: `xarray.Dataset` of a scan or a theory map.
        x: swept axis, the first one by default.
        y: another, the next one by default; on a grid of one axis there is none.
        quantity: of `QUANTITIES`; ``improved`` in a scan and ``gain`` in a map by default.
        round: the last one by default.
        schemes: all by default.
        at: a value for every further swept axis.

    Raises:
        ValueError: naming the argument, its value and what the store has.
    """
    swept = [str(name) for name in data.sizes if name not in OTHERS]
    if not swept:
        raise reject("store", "one cell", "a scan or map with a swept axis")
    at = dict(at or {})
    free = [name for name in swept if name not in at]
    x = _one_of("x", x, free) if x is not None else (free or swept)[0]
    rest = [name for name in free if name != x]
    y = _one_of("y", y, rest) if y is not None else (rest[0] if rest else None)
    further = [name for name in rest if name != y]
    if further:
        words = " ".join(f"{name}={data[name].values[0]}" for name in further)
        raise reject(
            "at", "nothing" if not at else at, f"a value of every further axis, as {words}"
        )
    for name, text in at.items():
        _one_of("at", name, swept)
        data = data.sel({name: _nearest(data[name].values, name, text)})
    last = int(data.sizes["round"]) - 1
    round = last if round is None else round
    if not 0 <= round <= last:
        raise reject("round", round, f"from 0 to {last}")
    simulated = any(str(name).endswith("_mean") or name == "improved" for name in data)
    quantity = quantity or ("improved" if "improved" in data else "gain")
    quantity = _one_of("quantity", quantity, [q for q in QUANTITIES if _has(data, q)])
    every = [str(name) for name in data["scheme"].values]
    chosen = [_one_of("schemes", name, every) for name in schemes or every]
    order = [name for name in (y, x) if name is not None]
    lines = tuple(_line(data, name, quantity, round, order) for name in chosen)
    axes = {name: np.asarray(data[name].values) for name in (x, y) if name is not None}
    names = ("p", "epsilon", "rho", "gamma", "sigma", "n", "d", "alpha", "margin", "spectrum")
    fixed = {k: data[k].values.item() for k in names if k in data.coords and data[k].ndim == 0}
    return View(axes, quantity, round, simulated, lines, fixed)


def caption_of_view(view: View) -> str:
    """What is drawn, in words."""
    label = QUANTITIES[view.quantity][0].replace("$", "").replace(r"\kappa", "κ")
    fixed = ", ".join(f"{name} = {_plain(value)}" for name, value in view.fixed.items())
    source = "simulated" if view.simulated else "predicted in the proportional limit"
    words = f"{label[0].upper()}{label[1:]} at round {view.round}, {source}; {fixed}."
    if len(view.axes) == 1:
        return words + (" Bars: 95 % intervals. Lines: predicted." if view.simulated else "")
    words += " Black line: predicted boundary, where κ equals that of round 0."
    undecided = view.quantity == "improved" and any(line.low is not None for line in view.lines)
    return words + (" Dots: the interval of the share contains 1/2." if undecided else "")


def _plain(value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _line(data: Any, scheme: str, quantity: str, round: int, order: list[str]) -> Line:
    own = data.sel(scheme=scheme)
    factor = QUANTITIES[quantity][1]

    def array(name: str, at: int = round) -> np.ndarray | None:
        if name not in own:
            return None
        return np.asarray(own[name].isel(round=at).transpose(*order).values, float)

    lead = None
    if "kappa_theory" in own and round > 0:
        with np.errstate(divide="ignore", invalid="ignore"):
            lead = np.log(_known(array("kappa_theory"))) - np.log(_known(array("kappa_theory", 0)))
    if quantity == "improved":
        low, high = array("improved_lower"), array("improved_upper")
        return Line(scheme, _known(array("improved")), low, high, None, lead)
    name = "accuracy" if quantity == "gain" else quantity
    mean, predicted, error = (array(f"{name}_{kind}") for kind in ("mean", "theory", "se"))
    if quantity == "gain":
        mean, predicted = (
            None if now is None else now - _known(array(f"{name}_{kind}", 0))
            for now, kind in ((mean, "mean"), (predicted, "theory"))
        )
        error = None  # differences of rounds are paired; the store keeps no error of them
    if mean is None:
        return Line(scheme, factor * _known(predicted), None, None, None, lead)
    low, high = (None, None) if error is None else (mean - 1.96 * error, mean + 1.96 * error)
    low, high, predicted = (None if a is None else factor * a for a in (low, high, predicted))
    return Line(scheme, factor * mean, low, high, predicted, lead)


def _known(array: np.ndarray | None) -> np.ndarray:
    assert array is not None  # `_has` looked
    return array


def _has(data: Any, quantity: str) -> bool:
    if quantity == "improved":
        return "improved" in data
    name = "accuracy" if quantity == "gain" else quantity
    return f"{name}_mean" in data or f"{name}_theory" in data


def _one_of(argument: str, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise reject(argument, value, f"one of {', '.join(allowed)}{near(value, allowed)}")
    return value


def _nearest(values: np.ndarray, name: str, text: str) -> Any:
    """The value of an axis that ``text`` names, to 1 part in 10^6."""
    if values.dtype.kind not in "iuf":
        return _one_of(f"at {name}", text, [str(value) for value in values])
    try:
        wanted = float(text)
    except ValueError:
        wanted = math.nan
    close = np.isclose(values.astype(float), wanted, rtol=1e-6, atol=1e-12)
    if not close.any():
        told = ", ".join(f"{value:g}" for value in values[:: max(1, len(values) // 8)])
        raise reject(f"at {name}", text, f"a value of the axis: {told} …")
    return values[close][0]
