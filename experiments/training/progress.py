"""Progress of trainings on standard error, with the time left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from tqdm import tqdm


class Moving(Protocol):
    """What has epochs and steps to go through."""

    epoch: int

    @property
    def steps(self) -> int:
        """Steps of an epoch."""

    @property
    def last(self) -> int:
        """The last epoch."""


class Watch:
    """A bar a training, if shown; calling the object it yields moves it by one step."""

    def __init__(self, title: str = "", *, shown: bool = False):
        self.title, self.shown = title, shown

    @contextmanager
    def __call__(self, label: str, training: Moving) -> Iterator[Callable[[], None]]:
        """A bar over the steps that are left of ``training``."""
        with tqdm(
            desc=f"{self.title} {label}".strip(),
            total=training.last * training.steps,
            initial=training.epoch * training.steps,
            unit="step",
            file=sys.stderr,
            disable=not self.shown,
            mininterval=2.0,
        ) as bar:
            yield lambda: _move(bar)


def _move(bar: tqdm) -> None:
    bar.update()
