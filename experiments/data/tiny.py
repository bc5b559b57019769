"""Tiny generated files in the real formats, for the smoke preset and tests."""

import csv
import gzip
import io
from pathlib import Path

import numpy as np

from relabel_lab.experiments.data.packs import CIFAR10, HUMAN

SHARED = 609
"""Bytes that JPEG files of one size and quality begin with: tables and frame header."""


def write_tiny_images(folder: Path, train: int = 400, test: int = 200, seed: int = 0) -> Path:
    """JPEG packs and human labels of striped images; the stripes' angle and hue tell the class."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    for name, count in (("cifar10_train", train), ("cifar10_test", test)):
        labels = rng.permutation(np.arange(count) % len(CIFAR10)).astype(np.uint8)
        write_pack(folder / f"{name}.npz", striped(labels, rng), labels)
        if name == "cifar10_train":
            _write_human(folder / "cifar10n_labels.npz", labels, rng)
    return folder


def striped(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Noisy stripes [n, 32, 32, 3]: classes differ by angle and, a little, by colour."""
    grid = np.arange(32) / 32
    angle = np.pi * labels[:, None, None] / len(CIFAR10)
    phase = rng.uniform(0, 2 * np.pi, (len(labels), 1, 1))
    wave = np.cos(8 * np.pi * (np.cos(angle) * grid[:, None] + np.sin(angle) * grid) + phase)
    hue = np.stack([np.sin(2 * np.pi * (labels / len(CIFAR10) + c / 3)) for c in range(3)], axis=-1)
    image = 128 + 40 * wave[..., None] + 12 * hue[:, None, None, :]
    noisy = image + rng.normal(scale=30, size=image.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def write_pack(path: Path, pixels: np.ndarray, labels: np.ndarray) -> None:
    """One JPEG pack, as read by `relabel_lab.experiments.data.packs`."""
    from PIL import Image

    files = []
    for image in pixels:
        stream = io.BytesIO()
        Image.fromarray(image).save(stream, "JPEG", quality=90, subsampling=0)
        files.append(stream.getvalue())
    header = files[0][:SHARED]
    if any(file[:SHARED] != header for file in files):
        raise AssertionError("JPEG files of one size and quality share their header")
    offset = np.cumsum([0, *(len(file) - SHARED for file in files)], dtype=np.uint32)
    data = np.frombuffer(b"".join(file[SHARED:] for file in files), dtype=np.uint8)
    shared = np.frombuffer(header, dtype=np.uint8)
    np.savez(path, header=shared, data=data, offset=offset, label=labels.astype(np.uint8))


def _write_human(path: Path, clean: np.ndarray, rng: np.random.Generator) -> None:
    """Labels that fall on the neighbouring class at the rates of CIFAR-10N."""
    rates = {"aggregate": 0.09, "random1": 0.17, "random2": 0.18, "random3": 0.18, "worse": 0.4}
    wrong = {name: rng.random(len(clean)) < rate for name, rate in rates.items()}
    given = {HUMAN[name]: ((clean + flip) % 10).astype(np.uint8) for name, flip in wrong.items()}
    np.savez(path, allow_pickle=False, clean_label=clean, **given)


WORDS = (
    "minister election border treaty parliament embassy troops peace",
    "match league coach season striker medal tournament goal",
    "shares profit market bank merger oil investors dollar",
    "software internet chip browser server wireless robot satellite",
)
COMMON = "the a of in on said new after for with monday week report first year people".split()


def write_tiny_texts(folder: Path, train: int = 240, test: int = 120, seed: int = 0) -> Path:
    """Labelled CSV files of short texts whose words lean toward their class."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    for name, count in (("noisyagnews_train.csv.gz", train), ("agnews_test.csv.gz", test)):
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["label", "gt", "text", "group"])
        for clean in rng.permutation(np.arange(count) % len(WORDS)):
            given = (clean + (rng.random() < 0.2)) % len(WORDS)
            writer.writerow([given, clean, _text(int(clean), rng), 0])
        compressed = gzip.compress(stream.getvalue().encode(), mtime=0)
        (folder / name).write_bytes(compressed)
    return folder


def _text(label: int, rng: np.random.Generator) -> str:
    special, other = WORDS[label].split(), WORDS[rng.integers(len(WORDS))].split()
    words = [*rng.choice(special, 4), *rng.choice(other, 2), *rng.choice(COMMON, 8)]
    return " ".join(rng.permutation(words))
