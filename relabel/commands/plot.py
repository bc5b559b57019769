"""Draw a scan's store or a theory map: any one or two axes, intervals, the predicted boundary."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relabel_lab.relabel.errors import UsageError, bad_value
from relabel_lab.relabel.folder import check_writable
from relabel_lab.relabel.look_options import add_look_arguments, look_from
from relabel_lab.relabel.numbers import whole_number
from relabel_lab.relabel.output import print_json, strict

if TYPE_CHECKING:
    from relabel_lab.figures import View

SUMMARY = "draw a scan or a theory map"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The store, what of it to draw, and where to."""
    parser.add_argument("store", type=Path, metavar="STORE", help="of relabel scan or relabel map")
    parser.add_argument("--out", type=Path, metavar="NAME", help="of the files, without the ending")
    parser.add_argument("--x", metavar="AXIS", help="across (default: the first swept axis)")
    parser.add_argument("--y", metavar="AXIS", help="up (default: the next swept axis, if any)")
    parser.add_argument(
        "--at", nargs="+", default=[], metavar="AXIS=VALUE", help="values of further swept axes"
    )
    parser.add_argument(
        "--quantity",
        help="improved, gain, accuracy, kappa, label_accuracy or coverage "
        "(default: improved in a scan, gain in a map)",
    )
    parser.add_argument("--round", type=whole_number, help="retraining round (default: the last)")
    parser.add_argument("--schemes", nargs="+", metavar="SCHEME", help="(default: all stored)")
    add_look_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Write NAME.pdf, NAME.svg, NAME.png, NAME.txt (caption) and NAME.json (what was drawn)."""
    if args.out is None:
        raise UsageError("--out is required: the name of the files, without the ending")
    look = look_from(args)
    check_writable("--out", args.out.parent)
    at = dict(_pair(text) for text in args.at)
    files = write_plot(opened(args.store), args.out, look, **chosen(args), at=at)
    if args.json:
        print_json({"store": str(args.store), "files": [str(file) for file in files]})
    else:
        print("\n".join(str(file) for file in files))
    return 0


def chosen(args: argparse.Namespace) -> dict[str, Any]:
    """The options that choose from a store."""
    schemes = None
    if args.schemes is not None:
        schemes = [name for text in args.schemes for name in text.split(",") if name]
    return {
        "x": args.x,
        "y": args.y,
        "quantity": args.quantity,
        "round": args.round,
        "schemes": schemes,
    }


def write_plot(data: Any, out: Path, look: Any, **options: Any) -> list[Path]:
    """The pictures, their caption and their data; returns the files."""
    from relabel_lab.figures import caption_of_view, picture_of_view, view_of
    from relabel_lab.sim.kit import write_whole

    view = view_of(data, **options)
    named = {kind: out.with_name(f"{out.name}.{kind}") for kind in (*look.formats, "txt", "json")}
    contents = {kind: picture_of_view(view, kind, look) for kind in look.formats}
    contents["txt"] = f"{caption_of_view(view)}\n".encode()
    contents["json"] = _data(view)
    for kind, path in named.items():
        write_whole(path, contents[kind])
    return list(named.values())


def opened(path: Path) -> Any:
    """The store as an `xarray.Dataset`.

    Raises:
        UsageError: where there is none.
    """
    import xarray as xr

    allowed = "the folder of a scan (relabel scan) or of a map (relabel map)"
    if not any((path / name).is_file() for name in ("zarr.json", ".zgroup")):
        raise bad_value("STORE", path, allowed)
    try:
        data = xr.open_zarr(path, consolidated=(path / ".zmetadata").is_file())
    except (OSError, ValueError, KeyError) as error:
        raise bad_value("STORE", path, f"{allowed} ({error})") from None
    if "scheme" not in data.dims or "round" not in data.dims:
        raise bad_value("STORE", path, allowed)
    return data


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise bad_value("--at", text, "AXIS=VALUE, as alpha=2")
    return name, value


def _data(view: View) -> bytes:
    told = {**view._asdict(), "lines": [line._asdict() for line in view.lines]}
    return (json.dumps(strict(told), allow_nan=False) + "\n").encode()
