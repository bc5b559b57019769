"""Errors in the limit of many classes."""

from relabel_lab.proofs_check.mutations.mutation import Mutation

CLASSES = ("code-class-schemes",)

MUTATIONS = (
    Mutation(
        "classes: memory of two classes",
        "theory.limit.classes.setting",
        "return jnp.sqrt(self.classes / self.alpha)",
        "return jnp.sqrt(2 / self.alpha)",
        CLASSES,
    ),
    Mutation(
        "classes: overlap with the given labels as for two",
        "theory.limit.classes.moments",
        "c=(at.classes * agree - used) / rest",
        "c=2 * agree - used",
        CLASSES,
    ),
    Mutation(
        "classes: folds score with the whole signal",
        "theory.limit.classes.moments",
        "cells = predicted(at, seen * at.kappa,",
        "cells = predicted(at, at.kappa,",
        CLASSES,
    ),
    Mutation(
        "classes: confident keeps what it should leave",
        "theory.limit.classes.labels",
        "more = kept(middle) > share",
        "more = kept(middle) > 1 - share / 2",
        CLASSES,
    ),
    Mutation(
        "classes: error of one rival",
        "theory.limit.classes.accuracy",
        "lost = _log_beaten(t + gap, classes[..., None] - 1)",
        "lost = _log_beaten(t + gap, classes[..., None] / classes[..., None])",
        CLASSES,
    ),
)
