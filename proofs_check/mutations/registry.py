"""All mutations, in the order in which they are tried."""

from relabel_lab.proofs_check.mutations import of_classes, of_engines, of_laws, of_sim, of_theory
from relabel_lab.proofs_check.mutations.mutation import Mutation

MUTATIONS: tuple[Mutation, ...] = (
    *of_theory.MUTATIONS,
    *of_engines.MUTATIONS,
    *of_sim.MUTATIONS,
    *of_laws.MUTATIONS,
    *of_classes.MUTATIONS,
)
