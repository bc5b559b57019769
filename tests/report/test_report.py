import json
import re
from pathlib import Path

import pytest

from relabel_lab.figures import Drawn
from relabel_lab.report import LIMIT, explorer_script, write_report

pytestmark = pytest.mark.smoke


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 432.5 216"><text>rho</text></svg>'
CLAIM = {
    "id": "R8-clean",
    "source": "derived here",
    "statement": r"At $p=0$ & <full>: $\kappa_1<\kappa_0$.",
    "evidence": "symbolic",
    "verdict": "fails",
    "details": {
        "domain": {"p": "0", "margin": ["constant", "uniform:1"]},
        "comparisons": 901,
        "refuted": [{"name": "n < 2", "expected": 1, "found": 2}],
        "smallest_p": 0.25,
    },
}


def _drawn(folder: Path, name: str = "schemes", svg: bytes = SVG) -> Drawn:
    (folder / f"{name}.svg").write_bytes(svg)
    (folder / f"{name}.json").write_text('{"size": 1}')
    images = {"pdf": folder / f"{name}.pdf", "svg": folder / f"{name}.svg"}
    command = f"relabel figures {name} --preset quick"
    caption = "At rho < 2 & p = 0.3."
    versions = {"jax": "1.2", "python": "3.11"}
    return Drawn(
        name, "Which wins", caption, command, "quick", versions, folder / f"{name}.json", images
    )


def _record(folder: Path) -> Path:
    file = folder / "claims.json"
    counts = {"holds": 0, "fails": 1, "undecided": 0}
    file.write_text(json.dumps({"level": "quick", "claims": [CLAIM], **counts}))
    (folder / "certificates" / "R8-clean").mkdir(parents=True)
    (folder / "certificates" / "R8-clean" / "boxes.json").write_text("{}")
    return file


def test_page_holds_all_that_it_needs(tmp_path):
    out = tmp_path / "figures"
    out.mkdir()
    text = write_report([_drawn(out)], _record(tmp_path), out).read_text()
    outside = re.findall(r'(?:src|href)="((?!#|data:)[^"]*)"', text)
    assert outside == ["../certificates/R8-clean/boxes.json"]
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|import\(", text)
    assert 'width="432" height="216"' in text  # nothing moves when the picture arrives
    assert "At rho &lt; 2 &amp; p = 0.3." in text
    assert "relabel figures schemes --preset quick" in text
    assert "jax 1.2, python 3.11" in text
    assert 'download="schemes.json"' in text


def test_claims_show_verdict_reason_and_maths(tmp_path):
    text = write_report([_drawn(tmp_path)], _record(tmp_path), tmp_path).read_text()
    assert '<td class="verdict fails">fails</td>' in text
    assert "n &lt; 2: expected 1, found 2" in text
    assert "relabel check --only R8-clean" in text
    assert "&amp; &lt;full&gt;: <math" in text and r"\kappa" not in text


def test_without_claims_the_page_says_how_to_get_them(tmp_path):
    text = write_report([_drawn(tmp_path)], None, tmp_path).read_text()
    assert "relabel check --out results" in text


def test_large_files_are_linked_and_the_page_stays_small(tmp_path):
    large = SVG.replace(b"rho", b"x" * 2_000_000)
    drawn = [_drawn(tmp_path, f"f{i}", large) for i in range(9)]
    page = write_report(drawn, None, tmp_path)
    assert page.stat().st_size < LIMIT
    assert 'src="f0.svg"' in page.read_text()


def test_not_a_record_is_refused(tmp_path):
    file = tmp_path / "claims.json"
    file.write_text('{"other": 1}')
    with pytest.raises(ValueError, match=r"claims\.json is no record of relabel check"):
        write_report([_drawn(tmp_path)], file, tmp_path)


def test_script_names_every_element_of_the_page(tmp_path):
    text = write_report([_drawn(tmp_path)], None, tmp_path).read_text()
    script = explorer_script()
    ids = set(re.findall(r'byId\("([^"]+)"\)', script))
    ids |= {f"at-{name}" for name in re.findall(r'field\("([^"]+)"\)', script)}
    assert ids and all(f'id="{name}"' in text for name in ids)
