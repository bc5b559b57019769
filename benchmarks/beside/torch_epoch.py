"""An epoch of the experiments' trainings beside the same nets in PyTorch, one thread each.

PyTorch is no dependency: install it beside the project in a throw-away environment, set XLA_FLAGS
to "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1", then

    taskset -c 0 python -m benchmarks.beside.torch_epoch

Both take whole steps of the same batch in turn, A B A B ...: inputs from stored bytes or tokens,
forward, backward, clipping, optimiser. Augmentation is left out on both sides.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import numpy as np
import torch
from torch.nn import functional as F

from benchmarks.beside.torch_nets import Bert as TorchBert
from benchmarks.beside.torch_nets import ResNet20
from benchmarks.machine import describe
from benchmarks.timing import medians
from relabel_lab.experiments.models import Bert, resnet20
from relabel_lab.experiments.runs.material import Maker
from relabel_lab.experiments.runs.presets import ADAMW, SGD
from relabel_lab.experiments.training import (
    Images,
    Recipe,
    Task,
    Tokens,
    Training,
    plan_of,
    targets_of,
)

STEPS = 3
"""Steps of one turn."""
REPEATS = 7


def ours(
    make: Any, inputs: Any, recipe: Recipe, features: np.ndarray, labels: np.ndarray
) -> Callable[[], Any]:
    """``STEPS`` steps of a training of the experiments: an epoch of so many batches."""
    targets = targets_of(labels[None], np.ones((1, len(labels))))
    keys = jax.random.split(jax.random.key(0), 1)
    task = Task(make, inputs, "beside PyTorch")
    training = Training(task, recipe, plan_of(recipe, 1), features, targets, key=keys)

    def steps() -> Any:
        training.advance()
        return training.state

    return steps


def theirs(
    net: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    inputs: Callable[[torch.Tensor], torch.Tensor],
    features: np.ndarray,
    labels: np.ndarray,
    clip: float | None,
) -> Callable[[], None]:
    """As many steps in PyTorch."""
    stored, wanted = torch.from_numpy(features), torch.from_numpy(labels)

    def steps() -> None:
        for batch in torch.randperm(len(labels)).chunk(STEPS):
            optimiser.zero_grad()
            F.cross_entropy(net(inputs(stored[batch])), wanted[batch]).backward()
            if clip is not None:
                torch.nn.utils.clip_grad_norm_(net.parameters(), clip)
            optimiser.step()

    return steps


def images(side: int, batch: int) -> dict[str, Callable[[], Any]]:
    """ResNet-20 of width 16 on both sides, PyTorch in both of its layouts."""
    draw = np.random.default_rng(0)
    pixels = draw.integers(0, 256, (STEPS * batch, side, side, 3), np.uint8)
    labels = draw.integers(0, 10, len(pixels))
    recipe = SGD.but(batch=batch, epochs=100)
    jobs = {"relabel-lab": ours(Maker(resnet20, (("classes", 10),)), Images.of(pixels), recipe,
                                pixels, labels)}  # fmt: skip
    layouts = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}
    for name, layout in layouts.items():
        net = ResNet20(10).to(memory_format=layout)
        optimiser = torch.optim.SGD(
            net.parameters(), recipe.rate, 0.9, weight_decay=recipe.decay, nesterov=True
        )
        scaled = partial(_scaled, layout=layout)
        jobs[f"PyTorch, {name}"] = theirs(net, optimiser, scaled, pixels, labels, None)
    return jobs


def _scaled(batch: torch.Tensor, layout: torch.memory_format) -> torch.Tensor:
    return ((batch.permute(0, 3, 1, 2).float() - 128) / 64).contiguous(memory_format=layout)


def texts(batch: int = 64, length: int = 32) -> dict[str, Callable[[], Any]]:
    """The BERT of the small preset on both sides."""
    draw = np.random.default_rng(0)
    tokens = draw.integers(1, 8000, (STEPS * batch, length), np.int32)
    labels = draw.integers(0, 4, len(tokens))
    sizes = {"vocabulary": 8000, "length": length}
    make = Maker(partial(Bert, width=64, layers=2, heads=2), (("classes", 4), *sizes.items()))
    net = TorchBert(4, **sizes, width=64, layers=2, heads=2)
    optimiser = torch.optim.AdamW(net.parameters(), ADAMW.rate, weight_decay=ADAMW.decay)
    recipe = ADAMW.but(batch=batch, epochs=100)
    return {
        "relabel-lab": ours(make, Tokens(), recipe, tokens, labels),
        "PyTorch": theirs(net, optimiser, torch.Tensor.long, tokens, labels, recipe.clip),
    }


def measured(title: str, jobs: dict[str, Callable[[], Any]], batch: int, samples: int) -> Any:
    """Core seconds of an epoch of ``samples`` samples, by what trains."""
    clocks = medians(jobs, REPEATS)
    seconds = {name: clock.processor * samples / (STEPS * batch) for name, clock in clocks.items()}
    return {"what": title, "seconds": {name: round(value, 2) for name, value in seconds.items()}}


def main() -> None:
    """Print one JSON object: where it was measured, and core seconds an epoch, net by net."""
    torch.set_num_threads(1)
    rows = [
        measured("ResNet-20, 5,000 images of 16 × 16, batch 64", images(16, 64), 64, 5000),
        measured("ResNet-20, 5,000 images of 32 × 32, batch 128", images(32, 128), 128, 5000),
        measured("BERT of the small preset, 10,000 texts, batch 64", texts(), 64, 10000),
    ]
    machine = {**describe(), "PyTorch": torch.__version__}
    print(json.dumps({"machine": machine, "rows": rows}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
