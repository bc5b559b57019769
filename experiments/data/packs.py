"""JPEG packs: the files of one size share a header, the rest lies in one array.

Image i is the JPEG file ``header + data[offset[i]:offset[i+1]]``.  Copies of CIFAR-10 in this form
are lossy, and results say so.
"""

import io
import zipfile
from pathlib import Path

import numpy as np

from relabel_lab.experiments.data.checks import existing, in_range, provenance, refused
from relabel_lab.experiments.data.images import Images, ImageSet
from relabel_lab.sim.kit import Refusal

CIFAR10 = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
ENTRIES = {"header", "data", "offset", "label"}
HUMAN = {
    "aggregate": "aggre_label",
    "random1": "random_label1",
    "random2": "random_label2",
    "random3": "random_label3",
    "worse": "worse_label",
}


def arrays(path: Path, entries: set[str]) -> dict[str, np.ndarray]:
    """The arrays of an .npz file; nothing is unpickled."""
    try:
        with existing(path).open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            if not entries <= set(file.files):
                raise refused(path, f"an .npz file with the arrays {', '.join(sorted(entries))}")
            return {name: file[name] for name in sorted(entries)}
    except (OSError, EOFError, zipfile.BadZipFile, KeyError) as error:
        raise refused(path, f"a whole .npz file ({error})") from None
    except Refusal:
        raise
    except ValueError:  # NumPy's own words would advise to unpickle the file
        raise refused(path, "a whole .npz file of plain arrays, nothing pickled") from None


def read_pack(path: Path, classes: int) -> Images:
    """Decode one pack."""
    pack = arrays(path, ENTRIES)
    header, data = pack["header"].tobytes(), pack["data"].tobytes()
    offset = pack["offset"].astype(np.int64)
    count = len(pack["label"])
    if len(offset) != count + 1 or offset[-1] != len(data) or (np.diff(offset) <= 0).any():
        raise refused(path, "a pack whose offsets rise from image to image to the end of its data")
    pieces = (header + data[start:end] for start, end in zip(offset, offset[1:], strict=False))
    pixels = np.stack([decode(piece, path, row) for row, piece in enumerate(pieces)])
    return Images(pixels, in_range(path, pack["label"].astype(np.int64), classes))


def decode(content: bytes, path: Path, row: int | str) -> np.ndarray:
    """Pixels [height, width, 3] of an encoded image."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as image:
            return np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise refused(
            path, f"whole images, not as in {row}: {' '.join(str(error).split())}"
        ) from None


def read_human(path: Path, clean: np.ndarray) -> dict[str, np.ndarray]:
    """CIFAR-10N labels by name; they must belong to these images, in this order."""
    found = arrays(path, {*HUMAN.values(), "clean_label"})
    if not np.array_equal(found["clean_label"], clean):
        raise refused(path, f"labels of the {len(clean)} training images, in their order")
    return {
        name: in_range(path, found[entry].astype(np.int64), 10) for name, entry in HUMAN.items()
    }


def load_packs(folder: Path) -> ImageSet:
    """CIFAR-10 from packs, with human labels where they lie beside."""
    train, test = folder / "cifar10_train.npz", folder / "cifar10_test.npz"
    images = {path: read_pack(path, len(CIFAR10)) for path in (existing(train), existing(test))}
    people = folder / "cifar10n_labels.npz"
    human = read_human(people, images[train].labels) if people.exists() else {}
    used = [train, test, *([people] if human else [])]
    source = "CIFAR-10, lossy JPEG re-encoding"
    return ImageSet(images[train], images[test], CIFAR10, source, provenance(used), human)


def holds_packs(folder: Path) -> bool:
    """Whether the folder looks like one of packs."""
    return (folder / "cifar10_train.npz").exists() or (folder / "cifar10_test.npz").exists()


FORMAT = ("JPEG packs", holds_packs, load_packs)
