"""The maths of paper_notes.md reaches the reader as it was written: rendered with CommonMark."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

pytestmark = pytest.mark.smoke


NOTES = Path(__file__).resolve().parents[2] / "paper_notes.md"
TEXT = NOTES.read_text()
PARSER = MarkdownIt("commonmark").enable("table")


def inlines(text: str) -> Iterator[list[Token]]:
    return (t.children or [] for t in PARSER.parse(text) if t.type == "inline")


def formulas(text: str) -> list[str]:
    """Inline formulas: code between dollars; and fenced ones."""
    found = [t.content for t in PARSER.parse(text) if t.type == "fence" and t.info == "math"]
    for children in inlines(text):
        for before, code, after in zip(children, children[1:], children[2:], strict=False):
            if code.type == "code_inline" and before.content.endswith("$"):
                assert after.content.startswith("$"), code.content
                found.append(code.content)
    return found


def stray(text: str) -> list[str]:
    """Dollars that belong to no formula, and TeX that CommonMark took for text."""
    bad = []
    for children in inlines(text):
        # "\0" stands for code, so that only dollars away from it are left
        line = "".join("\0" if t.type == "code_inline" else t.content for t in children)
        rest = re.sub(r"\$\0\$", "", line)
        bad += re.findall(r".{0,20}(?:\$|\\[a-zA-Z,]).{0,20}", rest)
    return bad


def test_all_maths_is_verbatim():
    assert len(formulas(TEXT)) > 900
    assert stray(TEXT) == []


def test_braces_and_environments_balance():
    for formula in formulas(TEXT):
        bare = re.sub(r"\\[{}]", "", formula)
        assert bare.count("{") == bare.count("}"), formula
        assert len(re.findall(r"\\left\b", bare)) == len(re.findall(r"\\right\b", bare)), formula


def test_plain_dollars_are_noticed():
    assert stray(r"a norm $\|x\|$ and a space $a\,b$") != []
    assert formulas(r"a norm $`\|x\|`$") == [r"\|x\|"]


def test_contents_lead_to_sections():
    heads = re.findall(r"(?m)^## (.+)$", TEXT)
    links = re.findall(r"(?m)^- \[(.+?)\]\(#(.+?)\)$", TEXT)
    assert [name for name, _ in links] == [h for h in heads if h != "Contents"]
    for name, target in links:
        assert target == re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-")


def test_files_named_exist():
    named = set(re.findall(r"`([\w/]+/[\w/]+\.py)`", TEXT))
    assert named and [name for name in sorted(named) if not (NOTES.parent / name).exists()] == []
