"""Images with labels, whatever format they came in."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from relabel_lab.sim.kit import reject


@dataclass(frozen=True)
class Images:
    """Labelled images.

    Attributes:
        pixels: uint8 [n, height, width, 3].
        labels: clean labels [n].
    """

    pixels: np.ndarray
    labels: np.ndarray

    def first(self, count: int | None) -> "Images":
        """The first ``count`` images, all of them for None."""
        if count is not None and count > len(self.labels):
            found = f"whose train or test part has {len(self.labels)} images"
            raise reject("data", found, f"one with the {count} that the preset asks for")
        return Images(self.pixels[:count], self.labels[:count])

    def averaged(self, size: int) -> "Images":
        """The images at side ``size``: each pixel the mean of a square of pixels, rounded."""
        count, height, width, channels = self.pixels.shape
        if height != width or height % size:
            raise reject("size", size, f"a divisor of the images' side ({height} × {width})")
        square = height // size
        blocks = self.pixels.reshape(count, size, square, size, square, channels)
        pixels = blocks.mean((2, 4), dtype=np.float32).round().astype(np.uint8)
        return Images(pixels, self.labels)


@dataclass(frozen=True)
class ImageSet:
    """Training and test images of one source.

    Attributes:
        train: training images, whose clean labels only mechanisms and scores see.
        test: test images.
        classes: names of the classes.
        source: what the images are, for results; lossy copies say so.
        files: checksum of each file read, and what it is where known.
        human: labels people gave to the training images, by name.
    """

    train: Images
    test: Images
    classes: tuple[str, ...]
    source: str
    files: dict[str, dict[str, str | None]]
    human: dict[str, np.ndarray] = field(default_factory=dict)

    def first(self, train: int | None, test: int | None) -> "ImageSet":
        """The first ``train`` and ``test`` images, with their human labels."""
        human = {name: labels[:train] for name, labels in self.human.items()}
        return replace(self, train=self.train.first(train), test=self.test.first(test), human=human)

    def averaged(self, size: int | None) -> "ImageSet":
        """The images averaged to side ``size``; None or their own side leaves them as they are."""
        if size is None or size == self.train.pixels.shape[1]:
            return self
        source = f"{self.source}, averaged to {size} × {size} pixels"
        train, test = self.train.averaged(size), self.test.averaged(size)
        return replace(self, train=train, test=test, source=source)


def load_images(folder: Path) -> ImageSet:
    """Images of the one known format that a folder holds.

    Raises:
        ValueError: if the folder holds none or several, or a file is missing, truncated or foreign.
    """
    from relabel_lab.experiments.data import binary, folders, packs

    if not folder.is_dir():
        raise reject("data", folder, "an existing folder")
    found = {name: load for name, holds, load in (*binary.FORMATS, packs.FORMAT, folders.FORMAT)
             if holds(folder)}  # fmt: skip
    if len(found) != 1:
        formats = "CIFAR-10 or CIFAR-100 binary files, JPEG packs, or folders train/ and test/"
        held = f"{folder} holding {' and '.join(found) or 'none of them'}"
        raise reject("data", held, f"a folder with one of: {formats}")
    return next(iter(found.values()))(folder)
