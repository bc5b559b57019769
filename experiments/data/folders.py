"""Folders of images: train/CLASS/FILE and test/CLASS/FILE, all images of one size."""

from pathlib import Path

import numpy as np

from relabel_lab.experiments.data.checks import checksum, refused
from relabel_lab.experiments.data.images import Images, ImageSet
from relabel_lab.experiments.data.packs import decode

ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".ppm"}


def load_folders(folder: Path) -> ImageSet:
    """Images by class folder; classes are those of train/, in the order of their names."""
    classes = tuple(sorted(path.name for path in (folder / "train").iterdir() if path.is_dir()))
    if len(classes) < 2:
        raise refused(folder / "train", f"at least two class folders, not {len(classes)}")
    train, test = (_read(folder / part, classes) for part in ("train", "test"))
    if train.pixels.shape[1:] != test.pixels.shape[1:]:
        found = f"{train.pixels.shape[1:3]} and {test.pixels.shape[1:3]}"
        raise refused(folder, f"training and test images of one size, not {found}")
    return ImageSet(train, test, classes, "image folders", _listing(folder))


def _read(part: Path, classes: tuple[str, ...]) -> Images:
    if not part.is_dir():
        raise refused(part, "an existing folder with a folder a class")
    strangers = {path.name for path in part.iterdir() if path.is_dir()} - set(classes)
    if strangers:
        raise refused(part, f"the classes of train/, without {', '.join(sorted(strangers))}")
    files = [(path, label) for label, name in enumerate(classes) for path in _images(part / name)]
    pixels = [decode(path.read_bytes(), path, path.name) for path, _ in files]
    sizes = {image.shape for image in pixels}
    if len(sizes) != 1:
        raise refused(part, f"images of one size, not {len(sizes)} sizes")
    return Images(np.stack(pixels), np.array([label for _, label in files], dtype=np.int32))


def _images(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in ENDINGS)
    if not found:
        raise refused(folder, f"a folder that holds images ({', '.join(sorted(ENDINGS))})")
    return found


def _listing(folder: Path) -> dict[str, dict[str, str | None]]:
    """One checksum over the names and checksums of all images."""
    import hashlib

    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in ENDINGS:
            digest.update(f"{path.relative_to(folder)} {checksum(path)}\n".encode())
    return {folder.name: {"sha256": digest.hexdigest(), "known": None}}


def _holds(folder: Path) -> bool:
    return (folder / "train").is_dir()


FORMAT = ("folders train/ and test/", _holds, load_folders)
