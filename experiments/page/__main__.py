"""``python -m relabel_lab.experiments.page``: write docs/experiments.md and its pictures."""

import argparse
from pathlib import Path

from relabel_lab.experiments.page.document import PICTURES, document, measured, pictures, times
from relabel_lab.sim.kit import write_whole


def main() -> None:
    """Read the results, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measured", type=Path, default=Path("experiments/measured"))
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    args = parser.parse_args()
    runs = measured(args.measured)
    write_whole(args.docs / "experiments.md", document(runs, times(args.measured)).encode())
    for name, picture in pictures(runs).items():
        write_whole(args.docs / PICTURES / name, picture.draw(picture.data))


if __name__ == "__main__":
    main()
