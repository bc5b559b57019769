"""What may be asked of a figure besides its size: aspect ratios, a margin law, schemes."""

from typing import Any, NamedTuple

from relabel_lab.figures.registry import NAMES, module
from relabel_lab.sim import parse_margin, parse_scheme
from relabel_lab.sim.kit import positive, reject

MOST = 4  # panels side by side


class Asked(NamedTuple):
    """Parameters of a figure; its module's DEFAULTS hold None for those that it does not have.

    Attributes:
        alpha: values of n/(d-1); as many as the figure draws, or any number up to `MOST` where
            each has a panel.
        margin: margin law.
        schemes: in the order of the legend.
    """

    alpha: tuple[float, ...] | None = None
    margin: str | None = None
    schemes: tuple[str, ...] | None = None

    @property
    def given(self) -> dict[str, Any]:
        """Those that are not None, as a data file holds them."""
        return {name: value for name, value in self._asdict().items() if value is not None}


def settled(name: str, asked: Asked = Asked()) -> Asked:  # noqa: B008 (immutable)
    """The parameters that figure ``name`` is drawn with: its own where nothing is asked.

    Raises:
        ValueError: for a parameter that the figure does not have, or a bad value.
    """
    defaults: Asked = getattr(module(name), "DEFAULTS", Asked())
    for field, value in asked.given.items():
        if getattr(defaults, field) is None:
            raise reject(f"--{field}", written(value), f"left out: {_told(name, field)}")
    if asked.alpha is not None and defaults.alpha is not None:
        _check_alpha(asked.alpha, len(defaults.alpha))
    chosen = defaults._replace(**asked.given)
    return chosen._replace(
        margin=None if chosen.margin is None else parse_margin(chosen.margin).name,
        schemes=None if chosen.schemes is None else _names(chosen.schemes),
    )


def options(name: str, asked: Asked) -> str:
    """The parameters that are not the figure's own, as on the command line."""
    defaults: Asked = getattr(module(name), "DEFAULTS", Asked())
    return "".join(
        f" --{field} {written(value)}"
        for field, value in asked.given.items()
        if value != getattr(defaults, field)
    )


def written(value: Any) -> str:
    """A parameter as on the command line."""
    if isinstance(value, tuple | list):
        return ",".join(f"{x:g}" if isinstance(x, float) else str(x) for x in value)
    return str(value)


def _told(name: str, field: str) -> str:
    having = [
        each
        for each in NAMES
        if getattr(getattr(module(each), "DEFAULTS", Asked()), field) is not None
    ]
    return f"figure {name} has no such parameter; those that do are {', '.join(having)}"


def _check_alpha(values: tuple[float, ...], count: int) -> None:
    if count == 1 and len(values) != 1:
        raise reject("--alpha", written(values), "a single value: this figure draws one")
    if not 1 <= len(values) <= MOST:
        raise reject("--alpha", written(values), f"1 to {MOST} values")
    for value in values:
        positive("--alpha", value)


def _names(schemes: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(parse_scheme(text).name for text in schemes)
    if len(set(names)) < len(names):
        raise reject("--schemes", written(names), "each scheme once")
    return names
