"""Sizes, models and recipes of the image and text experiments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from relabel_lab.experiments.arms import ARMS, CORE
from relabel_lab.experiments.models import Bert, ResNet, resnet18, resnet20
from relabel_lab.experiments.training import Recipe, Search
from relabel_lab.sim.kit import positive, reject, whole

EVERY = tuple(arm.name for arm in ARMS)
BEYOND = (*CORE, "tuned-full", "tuned-consensus")
"""The core, and whether retraining adds to the baseline that was tuned."""


@dataclass(frozen=True)
class Preset:
    """One size of an experiment.

    Attributes:
        train: training samples used, the first of the file; None for all.
        test: test samples used; None for all.
        model: name of the model in results.
        make: the model of a number of classes, and of a vocabulary for texts.
        recipe: how each model is trained; ``rates`` and the stop are chosen on noisy labels.
        epsilons: levels of label differential privacy.
        seeds: replicates.
        rates: learning rates among which the first replicate's noisy labels choose.
        decays: weight decays among which the tuned arms choose.
        search: how choices are made.
        arms: arms at every level and seed.
        extra: arms at the middle level, first seed only.
        noises: human or random flips beside randomised response, first seed, core arms.
        augment: crop, flip and cutout of images, in pixels of images of side 32.
        length: tokens of a text.
        vocabulary: pieces of words made from the training texts, at most.
        size: side to which images are averaged; None leaves them as they are.
        to_end: whether untuned arms train to the end of the schedule, at the rate whose model
            agrees best with noisy held-out labels there; else they stop at the best epoch.
    """

    train: int | None
    test: int | None
    model: str
    make: Callable[..., Any]
    recipe: Recipe
    epsilons: tuple[float, ...]
    seeds: int
    rates: tuple[float, ...]
    decays: tuple[float, ...]
    search: Search = Search()
    arms: tuple[str, ...] = BEYOND
    extra: tuple[str, ...] = tuple(name for name in EVERY if name not in BEYOND)
    noises: tuple[str, ...] = ()
    augment: Mapping[str, Any] | None = None
    length: int = 0
    vocabulary: int = 8000
    size: int | None = None
    to_end: bool = False


SGD = Recipe(epochs=16, batch=128, rate=0.1, decay=5e-4, optimiser="sgd")
ADAMW = Recipe(
    epochs=8, batch=64, rate=1e-3, decay=0.01, optimiser="adamw", schedule="linear", clip=1.0
)
SHIFTS = {"crop": 4, "flip": True}

IMAGE: dict[str, Preset] = {
    "smoke": Preset(
        train=200,
        test=100,
        model="ResNet-6, width 4",
        make=partial(ResNet, width=4, blocks=(1, 1)),
        recipe=SGD.but(epochs=2, batch=50, mixup=0.2),
        epsilons=(3.0,),
        seeds=1,
        rates=(0.1,),
        decays=(5e-4, 5e-3),
        search=Search(patience=1),
        augment={**SHIFTS, "cutout": 8},
    ),
    "small": Preset(
        train=5000,
        test=10000,
        model="ResNet-20, width 16",
        make=resnet20,
        recipe=SGD.but(epochs=10, batch=64, warmup=0.15),
        epsilons=(2.0, 3.0),
        seeds=3,
        rates=(0.1, 0.03),
        decays=(5e-4, 5e-3),
        noises=("human-worse", "flips-worse"),
        augment=SHIFTS,
        size=16,
        to_end=True,
    ),
    "paper": Preset(
        train=None,
        test=None,
        model="ResNet-18",
        make=resnet18,
        recipe=SGD.but(
            epochs=200, batch=512, rate=0.4, decay=1e-4, precision="bfloat16", mixup=0.8
        ),
        epsilons=(1.0, 2.0, 3.0),
        seeds=3,
        rates=(0.4, 0.1),
        decays=(1e-4, 5e-4, 2e-3),
        search=Search(patience=20),
        augment={**SHIFTS, "cutout": 8},
    ),
}

TEXT: dict[str, Preset] = {
    "smoke": Preset(
        train=120,
        length=32,
        test=60,
        model="BERT, 1 layer, width 16",
        make=partial(Bert, width=16, layers=1, heads=2, rate=0.0),
        recipe=ADAMW.but(epochs=2, batch=30, rate=3e-3),
        epsilons=(0.8,),
        seeds=1,
        rates=(3e-3,),
        decays=(0.01, 1.0),
        search=Search(patience=1),
        noises=("human", "flips"),
    ),
    "small": Preset(
        train=10000,
        length=32,
        test=7600,
        model="BERT, 2 layers, width 64, from scratch",
        make=partial(Bert, width=64, layers=2, heads=2),
        recipe=ADAMW.but(epochs=3, warmup=0.1),
        epsilons=(0.3, 0.5, 0.8),
        seeds=3,
        rates=(1e-3, 5e-4),
        decays=(0.01, 1.0),
        search=Search(patience=2),
        noises=("human", "flips"),
        vocabulary=2000,
        to_end=True,
    ),
    "paper": Preset(
        train=None,
        length=128,
        test=None,
        model="BERT, 4 layers, width 256, from scratch",
        make=partial(Bert, width=256, layers=4, heads=4),
        recipe=ADAMW.but(epochs=20, precision="bfloat16"),
        epsilons=(0.3, 0.5, 0.8),
        seeds=5,
        rates=(1e-3, 3e-4, 1e-4),
        decays=(0.01, 0.3, 3.0),
        noises=("human", "flips"),
    ),
}


def preset_named(presets: Mapping[str, Preset], name: str) -> Preset:
    """The preset of this name, or an error that lists them."""
    if name not in presets:
        raise reject("preset", name, f"one of {', '.join(presets)}")
    return presets[name]


def changed(
    preset: Preset,
    epsilons: Sequence[float] | None,
    seeds: int | None,
    size: int | None,
) -> Preset:
    """The preset at other levels (then without its other noises), seeds or size of images.

    Raises:
        ValueError: if one of them is out of range, naming it.
    """
    if epsilons:
        for epsilon in epsilons:
            positive("epsilon", epsilon)
        preset = replace(preset, epsilons=tuple(epsilons), noises=())
    if seeds is not None:
        whole("seeds", seeds, 1)
        preset = replace(preset, seeds=seeds)
    if size is None:
        return preset
    if preset.length:
        raise reject("size", size, "left out: texts have none")
    whole("size", size, 1)
    return replace(preset, size=size)
