"""From a name to a data file, a caption and pictures; what is unchanged is not made again."""

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from relabel_lab.figures import sources, style
from relabel_lab.figures.asked import Asked, options, settled
from relabel_lab.figures.registry import NAMES, Step, module
from relabel_lab.figures.style import Look
from relabel_lab.figures.table import table_of
from relabel_lab.sim.kit import write_whole


class Stale(ValueError):
    """A data file is missing, or other code, another preset or other versions made it."""


class Drawn(NamedTuple):
    """A figure and where its files are.

    Attributes:
        name: one of `NAMES`.
        title: what it shows, in one line.
        caption: what is drawn and how, with all parameters; plain text.
        command: makes the figure again.
        preset: ``quick`` or ``full``.
        versions: of the programs that decided the numbers.
        data: the data file; the same numbers stand in a CSV file beside it.
        images: the picture by format.
    """

    name: str
    title: str
    caption: str
    command: str
    preset: str
    versions: dict[str, str]
    data: Path
    images: dict[str, Path]

    @property
    def files(self) -> list[Path]:
        """The data file, its table, the caption and the pictures."""
        beside = [self.data.with_suffix(ending) for ending in (".csv", ".txt")]
        return [self.data, *beside, *self.images.values()]


def draw_all(
    folder: Path,
    preset: str = "quick",
    names: Sequence[str] = NAMES,
    *,
    look: Look = Look(),  # noqa: B008 (immutable)
    from_data: bool = False,
    progress: Callable[[str, int, int], None] = lambda name, done, total: None,
) -> tuple[Drawn, ...]:
    """Figures into a folder, each as `make` does; ``progress(name, done, total)`` is told."""
    return tuple(
        make(name, preset, folder, partial(progress, name), look, from_data=from_data)
        for name in names
    )


def make(
    name: str,
    preset: str,
    out: Path,
    step: Step,
    look: Look = Look(),  # noqa: B008 (immutable)
    *,
    from_data: bool = False,
    asked: Asked = Asked(),  # noqa: B008 (immutable)
) -> Drawn:
    """Compute a figure unless its data are there, write them, and draw from what was written.

    Args:
        name: one of `NAMES`.
        preset: ``quick`` or ``full``.
        out: folder, made where it is missing.
        step: told how far the computation is.
        look: style, width and formats.
        from_data: refuse to compute.
        asked: parameters, of those that the figure has.

    Raises:
        ValueError: for a parameter that the figure does not have, or a bad value.
        Stale: with ``from_data``, where the data file would have to be computed.
    """
    file, chosen = out / f"{name}.json", settled(name, asked)
    text = _kept(file, sources.data_key(name, preset, chosen), from_data)
    if text is None:
        text = _computed(name, preset, step, chosen)
        write_whole(file, text)  # kept also if drawing fails
    data = json.loads(text)
    drawn = _described(file, data, look)
    record, key = out / f".{name}.drawn.json", sources.picture_key(name, text, look)
    if _unchanged(record, key, drawn.files):
        return drawn
    words = f"{drawn.caption}\nMade by `{drawn.command}` ({_told(drawn.versions)}).\n"
    write_whole(file.with_suffix(".txt"), words.encode())
    write_whole(file.with_suffix(".csv"), table_of(data).encode())
    for kind, content in picture_of(name, data, look).items():
        write_whole(drawn.images[kind], content)
    sums = {path.name: _sum(path) for path in drawn.files}
    write_whole(record, json.dumps({"key": key, "files": sums}).encode())
    return drawn


def picture_of(name: str, data: dict[str, Any], look: Look = Look()) -> dict[str, bytes]:  # noqa: B008
    """The pictures of a data file's content, by format."""
    found = {}
    with style.applied(look):
        for kind in look.formats:  # drawn anew: one format's layout does not touch the next
            found[kind] = style.picture(module(name).draw(data), kind, look)
    return found


def _described(file: Path, data: dict[str, Any], look: Look) -> Drawn:
    name, preset = data["figure"], data["preset"]
    shown = module(name)
    return Drawn(
        name=name,
        title=shown.SUMMARY,
        caption=shown.caption(data),
        command=f"relabel figures {name} --preset {preset}{options(name, _asked_in(data))}",
        preset=preset,
        versions=data["versions"],
        data=file,
        images={kind: file.with_suffix(f".{kind}") for kind in look.formats},
    )


def _asked_in(data: dict[str, Any]) -> Asked:
    asked: dict[str, Any] = data.get("asked", {})
    alpha, schemes = (None if v is None else tuple(v) for v in map(asked.get, ("alpha", "schemes")))
    return Asked(alpha, asked.get("margin"), schemes)


def _told(versions: dict[str, str]) -> str:
    return ", ".join(f"{program} {number}" for program, number in versions.items())


def _computed(name: str, preset: str, step: Step, asked: Asked) -> bytes:
    drawn_from = module(name)
    size = drawn_from.PRESETS[preset]
    parameters = {"asked": asked} if asked.given else {}
    data = {
        "figure": name,
        "preset": preset,
        "key": sources.data_key(name, preset, asked),
        "versions": sources.versions(),
        "size": size._asdict(),
        **({"asked": asked.given} if asked.given else {}),
        **drawn_from.compute(size, step, **parameters),
    }
    return (json.dumps(data, allow_nan=False) + "\n").encode()


def _kept(file: Path, key: str, required: bool) -> bytes | None:
    """The data file's bytes where its key is the one asked for."""
    try:
        text = file.read_bytes()
        if json.loads(text).get("key") == key:
            return text
        words = "other code, another preset or other versions made it"
    except (OSError, ValueError, AttributeError):
        words = "it is missing or not a data file"
    if required:
        raise Stale(f"{file}: {words}")
    return None


def _unchanged(record: Path, key: str, paths: list[Path]) -> bool:
    """Whether the files are those that the same data, code and look gave before."""
    try:
        told = json.loads(record.read_bytes())
        same = told["key"] == key and told["files"] == {path.name: _sum(path) for path in paths}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return same


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
