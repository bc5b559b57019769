"""What a figure's data depend on, as one digest: sources, preset and versions."""

import functools
import hashlib
import importlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib

from relabel_lab.figures.asked import Asked
from relabel_lab.figures.registry import module
from relabel_lab.figures.style import Look


def versions() -> dict[str, str]:
    """Of what decides the numbers."""
    names = ("relabel-lab", "jax", "jaxlib", "numpy", "scipy")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


COMPUTING = ("boundaries", "cells", "curves")  # modules beside the figures that they compute with
DRAWING = ("style", "fitting", "curves", "table")


def data_key(name: str, preset: str, asked: Asked) -> str:
    """Equal only where code of model, theory and figure, its parameters and the versions are."""
    drawn_from = module(name)
    size = repr((drawn_from.PRESETS[preset], asked))
    told = json.dumps(versions()).encode()
    return digest(_model(), *_beside(COMPUTING), _source(drawn_from), size.encode(), told)


def picture_key(name: str, data: bytes, look: Look) -> str:
    """Equal only where the data, the drawing code and the look are."""
    style = b"" if look.style is None else Path(look.style).read_bytes()
    asked = repr((look.width, look.formats, matplotlib.__version__)).encode()
    return digest(data, _source(module(name)), *_beside(DRAWING), style, asked)


def digest(*parts: bytes) -> str:
    """SHA-256 of the parts, each told apart from the next."""
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


@functools.cache
def _model() -> bytes:
    """Digest of every source file of the model, the theory and the guarantee."""
    packages = [
        importlib.import_module(f"relabel_lab.{name}")
        for name in ("sim", "theory", "proofs_check.guarantee")
    ]
    files = [file for package in packages for file in _files(package)]
    return digest(*(file.read_bytes() for file in files)).encode()


def _files(package: Any) -> list[Path]:
    return sorted(file for root in package.__path__ for file in Path(root).rglob("*.py"))


def _beside(names: tuple[str, ...]) -> list[bytes]:
    return [_source(importlib.import_module(f"relabel_lab.figures.{name}")) for name in names]


def _source(of: ModuleType) -> bytes:
    return Path(str(of.__file__)).read_bytes()
