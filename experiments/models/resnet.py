"""Residual networks for small images (He et al. 2016): ResNet-20 and ResNet-18, CIFAR stem.

Basic blocks of two 3 × 3 convolutions, each followed by batch normalisation; the stem is one
3 × 3 convolution without pooling; a stage after the first halves the image and doubles the width
by a projection shortcut; global average pooling and a linear head follow.
"""

from __future__ import annotations

from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.experiments.models.convolution import BatchNorm, Convolution, Moments
from relabel_lab.experiments.models.layers import Dense


class Unit(eqx.Module):
    """A convolution and its batch normalisation."""

    convolution: Convolution
    norm: BatchNorm

    def __init__(self, inputs: int, outputs: int, size: int, *, stride: int = 1, key: jax.Array):
        self.convolution = Convolution(inputs, outputs, size, stride=stride, key=key)
        self.norm = BatchNorm(outputs)

    def initial(self) -> Moments:
        """Moving averages before the first batch."""
        return self.norm.initial()

    def __call__(self, x: jax.Array, moving: Moments, *, train: bool) -> tuple[jax.Array, Moments]:
        """Convolve, then normalise."""
        return self.norm(self.convolution(x), moving, train=train)


class Block(eqx.Module):
    """relu(second(relu(first(x))) + shortcut(x))."""

    first: Unit
    second: Unit
    shortcut: Unit | None

    def __init__(self, inputs: int, outputs: int, *, stride: int, key: jax.Array):
        keys = jax.random.split(key, 3)
        self.first = Unit(inputs, outputs, 3, stride=stride, key=keys[0])
        self.second = Unit(outputs, outputs, 3, key=keys[1])
        changes = stride != 1 or inputs != outputs
        self.shortcut = Unit(inputs, outputs, 1, stride=stride, key=keys[2]) if changes else None

    def initial(self) -> list[Moments]:
        """Moving averages of the units, in the order first, second, shortcut."""
        units = [self.first, self.second, self.shortcut]
        return [unit.initial() for unit in units if unit is not None]

    def __call__(
        self, x: jax.Array, moving: Sequence[Moments], *, train: bool
    ) -> tuple[jax.Array, list[Moments]]:
        """The block's images and its units' moving averages."""
        inner, one = self.first(x, moving[0], train=train)
        inner, two = self.second(jax.nn.relu(inner), moving[1], train=train)
        if self.shortcut is None:
            return jax.nn.relu(inner + x), [one, two]
        short, three = self.shortcut(x, moving[2], train=train)
        return jax.nn.relu(inner + short), [one, two, three]


class ResNet(eqx.Module):
    """Images [N, H, W, 3] to scores [N, classes]; batch averages travel beside it."""

    stem: Unit
    blocks: list[Block]
    head: Dense

    def __init__(self, classes: int, *, width: int, blocks: Sequence[int], key: jax.Array):
        stem, head, *inner = jax.random.split(key, 2 + sum(blocks))
        self.stem = Unit(3, width, 3, key=stem)
        sizes = [width * 2**stage for stage, count in enumerate(blocks) for _ in range(count)]
        before = [width, *sizes[:-1]]
        self.blocks = [
            Block(a, b, stride=1 if a == b else 2, key=k)
            for a, b, k in zip(before, sizes, inner, strict=True)
        ]
        self.head = Dense(sizes[-1], classes, key=head)

    def initial(self) -> list[list[Moments]]:
        """Moving averages before the first batch."""
        return [[self.stem.initial()], *(block.initial() for block in self.blocks)]

    def __call__(
        self, x: jax.Array, moving: list[list[Moments]], *, train: bool, key: jax.Array | None
    ) -> tuple[jax.Array, list[list[Moments]]]:
        """Scores and moving averages after this batch; ``key`` is not used."""
        x, stem = self.stem(x, moving[0][0], train=train)
        x, after = jax.nn.relu(x), [[stem]]
        for block, old in zip(self.blocks, moving[1:], strict=True):
            x, new = block(x, old, train=train)
            after.append(new)
        return self.head(x.mean((1, 2))).astype(jnp.float32), after


def resnet20(classes: int, *, key: jax.Array, width: int = 16) -> ResNet:
    """Three stages of three blocks: 0.27 million weights at width 16."""
    return ResNet(classes, width=width, blocks=(3, 3, 3), key=key)


def resnet18(classes: int, *, key: jax.Array, width: int = 64) -> ResNet:
    """Four stages of two blocks: 11.2 million weights at width 64."""
    return ResNet(classes, width=width, blocks=(2, 2, 2, 2), key=key)
