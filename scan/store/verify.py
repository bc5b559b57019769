"""Check a store against its checksums, writing nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from relabel_lab.scan.store.checksums import MANIFEST, read_manifest, wrong
from relabel_lab.scan.store.journal import Journal
from relabel_lab.scan.store.record import read_record
from relabel_lab.scan.store.refused import refused


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes:
        blocks: blocks that the store has room for.
        finished: those that the journal vouches for.
        files: files whose bytes were compared.
        wrong: what is wrong, one phrase each, beginning with the path below the store.
    """

    blocks: int
    finished: int
    files: int
    wrong: tuple[str, ...]


def verify(path: str | Path) -> Verdict:
    """Compare every file of the store with its checksum; the boundary's store beside it, too.

    Not while a scan is writing to it: the block being written is not vouched for.

    Raises:
        Refused: when ``path`` is not the store of a scan.
    """
    root = Path(path)
    if not (root / ".scan").is_dir():
        raise refused(root, "the store of a scan")
    verdict = _one(root)
    inner = [folder for folder in sorted(root.iterdir()) if (folder / ".scan").is_dir()]
    for folder in inner:
        more = _one(folder)
        verdict = Verdict(
            verdict.blocks + more.blocks,
            verdict.finished + more.finished,
            verdict.files + more.files,
            (*verdict.wrong, *(f"{folder.name}/{text}" for text in more.wrong)),
        )
    return verdict


def _one(root: Path) -> Verdict:
    read_record(root)
    entries = Journal(root / ".scan" / "journal").entries()
    chunks = {name: sum_ for entry in entries.values() for name, sum_ in entry.chunks.items()}
    metadata = read_manifest(root)
    sums = chunks | (metadata or {})
    found = [*wrong(root, sums), *_stray(root, sums)]
    if metadata is None:
        found.insert(0, f"{MANIFEST} is damaged or missing")
    return Verdict(_blocks(root), len(entries), len(sums), tuple(found))


def _stray(root: Path, sums: Mapping[str, str]) -> Iterator[str]:
    """Chunk files that nothing vouches for; xarray would show them."""
    for folder in sorted({Path(name).parent for name in sums} - {Path()}):
        for path in sorted((root / folder).glob("[0-9]*")):
            name = path.relative_to(root).as_posix()
            if name not in sums:
                yield f"{name} has no line in the journal (a write cut short?)"


def _blocks(root: Path) -> int:
    """Number of blocks, from the store's attributes; 0 where they cannot be read."""
    try:
        return int(json.loads((root / ".zattrs").read_bytes())["blocks"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
