"""The section on time: our epochs beside PyTorch's, from one measurement made by hand."""

from collections.abc import Mapping
from typing import Any

from relabel_lab.experiments.page.markdown import table


def speed(told: Mapping[str, Any]) -> str:
    """A table of core seconds an epoch and of their ratio."""
    machine = told["machine"]
    rows = [_row(row["what"], row["seconds"]) for row in told["rows"]]
    columns = ["net", "relabel-lab", "PyTorch", "PyTorch, channels last", "ratio to the faster"]
    return f"""## Time

Core seconds of one epoch, the same nets and steps in both, one thread, steps taken in turn, medians
({machine["processor"]}, JAX {machine["jax"]}, PyTorch {machine["PyTorch"]}; PyTorch is no dependency:
`python -m benchmarks.beside.torch_epoch` in an environment of its own):

{table(columns, rows)}

JAX is behind in convolutions: XLA reaches 39 to 50 GFLOP/s a core at 16 channels, forward and
backward; at 32 and 64 channels it reaches 85 to 100, but for the weights' gradient 45 to 84. Forming
patches and multiplying matrices instead was slower in every shape tried. With whole images a further part is memory that is handed back and fetched
anew at every step; `MALLOC_MMAP_MAX_=0 MALLOC_ARENA_MAX=1` with a large `MALLOC_TRIM_THRESHOLD_`
took 16 % off that epoch."""


def _row(what: str, seconds: Mapping[str, float]) -> list[str]:
    ours = seconds["relabel-lab"]
    others = {name: value for name, value in seconds.items() if name.startswith("PyTorch")}
    plain = others.get("PyTorch", others.get("PyTorch, contiguous"))
    last = others.get("PyTorch, channels last")
    ratio = f"{ours / min(others.values()):.2f}"
    return [what, f"{ours:.1f}", f"{plain:.1f}", "—" if last is None else f"{last:.1f}", ratio]
