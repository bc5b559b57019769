"""The report in a real headless Chromium: `make browser`, apart from the other tests.

The page's formulas against the Python theory, how fast a slider is answered, whether anything moves
or sticks out, contrast and names of controls, and screenshots to look at.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from html import unescape
from pathlib import Path
from typing import Any

from relabel_lab.figures import NAMES, draw_all
from relabel_lab.report import LIMIT, write_report
from tests.report.reference import cases

PROBE = Path(__file__).with_name("probe.js")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
VIEWS = {"desktop": (1280, 2600, ()), "phone": (500, 4200, ()),
         "dark": (1280, 2600, ("--blink-settings=preferredColorScheme=0",))}  # fmt: skip
EXACT = 1e-9
FINITE = 0.02  # P(improves): normal, given the initial model
SLIDER = 50.0  # milliseconds


def main() -> int:
    """Run; 1 if a check fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, help="folder whose figures the report shows")
    parser.add_argument("--out", type=Path, default=Path("results/browser"))
    args = parser.parse_args()
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        print(
            f"no browser: install one of {', '.join(PROGRAMS)} (Debian: apt-get install chromium)"
        )
        return 1
    args.out.mkdir(parents=True, exist_ok=True)
    report = _report(args.figures, args.out)
    failed = _judge(_probed(program, report), report.stat().st_size)
    for name, (width, height, more) in VIEWS.items():
        picture = args.out / f"{name}.png"
        _chromium(program, report, f"--window-size={width},{height}", *more,
                  f"--screenshot={picture}")  # fmt: skip
        print(f"look at {picture}")
    for line in failed:
        print(f"FAILED: {line}")
    return 1 if failed else 0


def _report(figures: Path | None, out: Path) -> Path:
    folder = out if figures is None else figures
    names = ("cobweb",) if figures is None else NAMES
    claims = folder.parent / "claims.json"
    drawn = draw_all(folder, "quick", names)
    return write_report(drawn, claims if claims.exists() else None, folder)


def _probed(program: str, report: Path) -> dict[str, Any]:
    """What the probe finds in the page, with and without a phone's width."""
    with tempfile.TemporaryDirectory() as place:
        page = Path(place) / "probed.html"
        told = f"const CASES = {json.dumps(cases())};\n{PROBE.read_text()}"
        text = report.read_text().replace("</body>", f"<script>{told}</script></body>")
        page.write_text(text)
        wide = _found(_chromium(program, page, "--window-size=1280,2000", "--dump-dom"))
        narrow = _found(_chromium(program, page, "--window-size=500,2000", "--dump-dom"))
    return {**wide, "overflow": wide["overflow"] + narrow["overflow"]}


def _found(dom: str) -> dict[str, Any]:
    start, end = '<pre id="probe">', "</pre>"
    if dom.count(start) != 1:
        raise SystemExit("the page did not run the probe: a script of it failed")
    return json.loads(unescape(dom.rpartition(start)[2].partition(end)[0]))


def _chromium(program: str, page: Path, *options: str) -> str:
    # A profile of its own; root, as in a container, cannot use the sandbox.
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-dev-shm-usage", f"--user-data-dir={profile}", "--timeout=60000",
             "--virtual-time-budget=20000", *options, page.resolve().as_uri()],
            capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{program} failed ({done.returncode}): {done.stderr[-2000:]}")
    return done.stdout


def _judge(found: dict[str, Any], size: int) -> list[str]:
    """Print every number beside its limit; what exceeds it."""
    limits = [
        *(
            (f"formulas, {kind}", found["worst"][kind], EXACT)
            for kind in ("one", "rounds", "classes")
        ),
        ("P(improves)", found["worst"]["finite"], FINITE),
        ("slider, median of a drag, ms", found["slider"], SLIDER),
        ("layout shift", found["shift"], 0.0),
        ("things wider than the window", len(found["overflow"]), 0),
        ("texts of too little contrast", len(found["faint"]), 0),
        ("controls without a name", len(found["unnamed"]), 0),
        ("addresses outside the page", len(found["outside"]), 0),
        ("errors", len(found["errors"]), 0),
        ("bytes", size, LIMIT),
    ]
    for name, value, limit in limits:
        print(f"{name:32s} {value:12.4g}   at most {limit:g}")
    lists = ("moved", "overflow", "faint", "unnamed", "outside", "errors")
    for name in lists:
        if found[name]:
            print(f"{name}: {found[name][:8]}")
    return [name for name, value, limit in limits if not value <= limit]


if __name__ == "__main__":
    sys.exit(main())
