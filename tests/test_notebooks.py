"""The notebooks on theory and scans run and print what they show."""

import contextlib
import io
import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"


@pytest.mark.parametrize("name", ["theory"])
def test_every_cell_prints_what_is_shown(name):
    cells = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    names = {"__name__": "__main__"}
    for cell in code:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile("".join(cell["source"]), name, "exec"), names)
        shown = "".join("".join(output["text"]) for output in cell["outputs"])
        assert out.getvalue() == shown
    assert any(cell["outputs"] for cell in code)
