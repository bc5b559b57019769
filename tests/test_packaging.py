"""What gets installed: one namespace that nothing of a user's can shadow, one version everywhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import relabel_lab

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS = PROJECT["tool"]["setuptools"]["package-dir"]

SCRIPT = """
import sys
import relabel_lab
assert "jax" not in sys.modules
from relabel_lab import Full, Problem, predict
import relabel_lab.figures, relabel_lab.theory
print(float(predict(Problem(n=1000, d=501, p=0.3, gamma=1.5), Full()).kappa[1]))
"""


def test_version_is_the_same_everywhere():
    cited = (ROOT / "CITATION.cff").read_text()
    assert f"\nversion: {relabel_lab.__version__}\n" in cited
    assert PROJECT["project"]["version"] == relabel_lab.__version__


def test_every_package_is_installed():
    found = {
        ".".join([name, *init.parent.relative_to(ROOT / folder).parts])
        for name, folder in FOLDERS.items()
        for init in (ROOT / folder).rglob("__init__.py")
    }
    assert found == set(PROJECT["tool"]["setuptools"]["packages"])


def test_the_lock_holds_the_dependencies_at_their_versions_with_hashes():
    """`make setup` installs these files alone; no line says where from."""
    text = (ROOT / "requirements.lock").read_text()
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))
    known = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "constraints.txt").read_text(), re.M))
    versions = {canonical(name): version for name, version in known.items()}
    assert {
        canonical(name): version for name, version in locked.items()
    }.items() <= versions.items()
    project = PROJECT["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert {canonical(name.partition("[")[0]) for name in named} <= set(map(canonical, locked))
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(locked) and all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text and "index" not in text.replace("--hash", "")


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.smoke
def test_files_of_a_user_shadow_nothing(tmp_path):
    for name in ("sim", "theory", "figures", "scan", "script"):
        broken = SCRIPT if name == "script" else "raise RuntimeError('shadowed')"
        (tmp_path / f"{name}.py").write_text(broken)
    path = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert 1.9 < float(done.stdout) < 2.1


@pytest.mark.smoke
def test_every_public_name_can_be_imported():
    for name in relabel_lab.__all__:
        assert getattr(relabel_lab, name) is not None
    with pytest.raises(AttributeError, match="majority"):
        _ = relabel_lab.majority
