"""Errors in `sim` and `scan`."""

from relabel_lab.proofs_check.mutations.mutation import Mutation

MUTATIONS = (
    # sim
    Mutation(
        "dice: fields without the signs",
        "sim.dice.rounds",
        "+ sample.s * field",
        "+ field",
        ("code-dice-rounds",),
    ),
    Mutation(
        "dice: known directions drawn anew",
        "sim.dice.bases",
        "return vector - basis.T @ (basis @ vector)",
        "return vector",
        ("code-dice-rounds",),
    ),
    Mutation(
        "dice: labels right and wrong swapped",
        "sim.dice.rounds",
        "jnp.sum(f > 0) / used",
        "jnp.sum(f < 0) / used",
        ("code-dice-rounds",),
    ),
    Mutation(
        "dice: folds score with all samples",
        "sim.dice.folds",
        "jnp.sum(noise, 0) - noise[k]",
        "jnp.sum(noise, 0)",
        ("code-dice-folds",),
    ),
    Mutation(
        "confident keeps one sample in two of its share",
        "sim.schemes.confident",
        "jnp.ceil(self.share *",
        "jnp.ceil(0.5 * self.share *",
        ("code-dice-rounds",),
    ),
    Mutation(
        "leave-one-out takes half the memory off",
        "sim.schemes.leave_one_out",
        "score - self.memory * given",
        "score - 0.5 * self.memory * given",
        ("code-limit-schemes", "code-dice-rounds"),
    ),
    Mutation(
        "optimal: correction of the wrong sign",
        "sim.schemes.optimal",
        "believed - omega * last.trained",
        "believed + omega * last.trained",
        ("code-dice-rounds",),
    ),
    Mutation(
        "soft: twice the temperature",
        "sim.schemes.soft",
        "jnp.tanh(score / self.temperature)",
        "jnp.tanh(score / (2 * self.temperature))",
        ("code-limit-schemes",),
    ),
    Mutation(
        "interpolate: beta of the wrong sign",
        "sim.schemes.interpolate",
        "+ self.beta * given",
        "- self.beta * given",
        ("code-limit-schemes",),
    ),
    Mutation(
        "folds: 1/K for (K - 1)/K",
        "sim.schemes.crossfit",
        "return (self.folds - 1) / jnp",
        "return 1 / jnp",
        ("code-limit-schemes",),
    ),
    Mutation(
        "classes: shares swapped",
        "sim.noise.classes",
        "return self.positive * self.p_plus",
        "return (1 - self.positive) * self.p_plus",
        ("code-limit-noise",),
    ),
    Mutation(
        "flips by margin: wrong sign",
        "sim.noise.margin",
        "jnp.exp(-self.decay",
        "jnp.exp(self.decay",
        ("code-limit-noise",),
    ),
    Mutation(
        "memory: r for r/n",
        "sim.schemes.constants",
        "return _traces(problem)[0] / problem.n",
        "return _traces(problem)[0] / (problem.n - problem.r)",
        ("code-limit-schemes",),
    ),
    # scan
    Mutation(
        "scan: half the share improved",
        "scan.statistics",
        "better / seeds",
        "better / (2 * seeds)",
        ("code-scan",),
    ),
    Mutation(
        "scan: medians for means",
        "scan.statistics",
        "full[name].mean(axis=1)",
        "np.median(full[name], axis=1)",
        ("code-scan",),
    ),
)
