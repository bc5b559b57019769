"""Mutations fit the sources they change, and act on a module that is not yet loaded."""

from pathlib import Path

import pytest

from relabel_lab.proofs_check.mutations import MUTATIONS
from relabel_lab.proofs_check.mutations.mutation import Mutation

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_right_text_occurs_once(mutation):
    source = (ROOT / f"{mutation.module.replace('.', '/')}.py").read_text()
    applied = mutation.applied(source)
    assert applied != source
    compile(applied, mutation.module, "exec")


def test_names_are_distinct():
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


def test_text_that_is_gone_is_an_error():
    with pytest.raises(ValueError, match="0 times"):
        Mutation("x", "sim.problem", "no such line", "", ()).applied("something else")
