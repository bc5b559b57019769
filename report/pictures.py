"""The figures of the report: picture, caption, command and data."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from relabel_lab.figures import Drawn

_KINDS = {"svg": "image/svg+xml", "png": "image/png"}
_LARGEST = 700_000  # bytes of a picture or data file that the page holds itself


class _Room:
    """What may still be embedded."""

    def __init__(self, total: int):
        self.left = total

    def source(self, file: Path, kind: str, out: Path) -> str:
        """A data address, or the file's own where it does not fit."""
        size = file.stat().st_size * 4 // 3
        if size > min(_LARGEST, self.left):
            return quote(os.path.relpath(file, out))
        self.left -= size
        return f"data:{kind};base64,{b64encode(file.read_bytes()).decode()}"


def pictures_part(drawn: Sequence[Drawn], out: Path, room: int) -> str:
    """All figures; pictures get the room before data files do."""
    left = _Room(room)
    chosen = [_picture(each) for each in drawn]
    tables = [each.data.with_suffix(".csv") for each in drawn]
    images = [left.source(file, _KINDS[kind], out) for kind, file in chosen]
    data = [left.source(each.data, "application/json", out) for each in drawn]
    csv = [left.source(each, "text/csv", out) if each.exists() else "" for each in tables]
    return "\n".join(_figures(drawn, images, data, csv, [file for _, file in chosen]))


def _picture(drawn: Drawn) -> tuple[str, Path]:
    """The smaller of SVG and PNG, text as text where that costs little."""
    svg, png = drawn.images.get("svg"), drawn.images.get("png")
    if svg is not None and (png is None or svg.stat().st_size <= _LARGEST * 3 // 4):
        return "svg", svg
    if png is None:
        raise ValueError(f"figure {drawn.name} has neither SVG nor PNG")
    return "png", png


def _figures(
    drawn: Sequence[Drawn],
    images: Sequence[str],
    data: Sequence[str],
    tables: Sequence[str],
    pictures: Sequence[Path],
) -> Iterator[str]:
    for each, image, numbers, table, file in zip(
        drawn, images, data, tables, pictures, strict=True
    ):
        width, height = _size(file)
        yield (
            f'<figure id="figure-{escape(each.name)}"><h3>{escape(each.title[0].upper() + each.title[1:])}</h3>'
            f'<img src="{image}" alt="{escape(each.title)}. {escape(each.caption)}" '
            f'width="{width}" height="{height}" loading="lazy" decoding="async">'
            f"<figcaption><p>{escape(each.caption)}</p>"
            f"<p>Made by <code>{escape(each.command)}</code>; data: "
            f"{_link(numbers, each.data.name)}"
            f"{', ' + _link(table, each.data.stem + '.csv') if table else ''}"
            f"</p></figcaption></figure>"
        )


def _link(address: str, name: str) -> str:
    return f'<a href="{address}" download="{escape(name)}">{escape(name)}</a>'


def _size(file: Path) -> tuple[int, int]:
    """Width and height, so that nothing moves when the picture arrives."""
    head = file.read_bytes()[:4096]
    if head.startswith(b"\x89PNG"):
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    box = head.partition(b'viewBox="')[2].partition(b'"')[0].split()
    return (round(float(box[2])), round(float(box[3]))) if len(box) == 4 else (600, 400)
