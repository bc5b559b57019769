"""One mutation tried in the process at hand, which has not loaded the module that it changes.

Imports that load the packages come after the mutation.
"""

from typing import Any


def tried(number: int) -> dict[str, Any]:
    """The claims concerned, in order, until one rejects the error.

    A comparison rejects at the level that it gets in a whole run of the quick level.
    """
    from relabel_lab.proofs_check.mutations.loading import mutate
    from relabel_lab.proofs_check.mutations.registry import MUTATIONS

    mutation = MUTATIONS[number]
    mutate(mutation)
    for name in mutation.claims:
        found = rejection(name)
        if found is not None:
            return {"mutation": mutation.name, "rejected": name, **found}
    return {"mutation": mutation.name, "rejected": None}


def rejection(name: str) -> dict[str, Any] | None:
    """The first comparison of a claim that rejects, with what it expected and found."""
    from relabel_lab.proofs_check.claims import CLAIMS
    from relabel_lab.proofs_check.registry import Setting
    from relabel_lab.proofs_check.sampling import LEVEL
    from relabel_lab.proofs_check.verification import gather

    claim = next(claim for claim in CLAIMS if claim.id == name)
    evidence = gather(claim, Setting())
    if isinstance(evidence, str):  # a crash makes a claim undecided, it rejects nothing
        return None
    falls: list[Any] = [c for c in evidence.checks if c.ok is False]
    falls += [t for t in evidence.tests if not t.p_value > LEVEL]
    if not falls:
        return None
    first = falls[0]
    return {
        "comparison": first.name,
        "expected": str(first.expected),
        "found": str(first.found),
        "of": len(falls),
    }
