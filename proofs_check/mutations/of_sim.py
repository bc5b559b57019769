"""Errors in the drawing engine, the margin laws, the streamed passes and the guarantee."""

from relabel_lab.proofs_check.mutations.mutation import Mutation

DIRECT, DICE = ("code-direct",), ("code-dice",)
GUARANTEE = ("R15-guarantee",)

MUTATIONS = (
    # sim.direct
    Mutation(
        "direct: eigenvalues without their root",
        "sim.direct.drawing",
        "scale = jnp.sqrt(eigenvalues(problem, plan.d))",
        "scale = (eigenvalues(problem, plan.d))",
        DIRECT,
    ),
    Mutation(
        "direct: half of the flips",
        "sim.direct.drawing",
        "jnp.where(coins[1] < flip, -y, y)",
        "jnp.where(coins[1] < flip / 2, -y, y)",
        DIRECT,
    ),
    Mutation(
        "direct: margins left out of the samples",
        "sim.direct.drawing",
        "labels.y * labels.margin * problem.gamma",
        "labels.y * problem.gamma",
        DIRECT,
    ),
    Mutation(
        "direct: folds score with all samples",
        "sim.direct.crossfit",
        "(jnp.sum(sums, 0) - sums)",
        "(jnp.sum(sums, 0) + 0 * sums)",
        DIRECT,
    ),
    Mutation(
        "direct: new samples are the old ones",
        "sim.direct.fresh",
        "jax.random.fold_in(key, turn + 1)",
        "key",
        DIRECT,
    ),
    Mutation(
        "direct: rules that look back take the last label for the given one",
        "sim.direct.history",
        "scheme.relabel(turn, scores, given, last)",
        "scheme.relabel(turn, scores, last.trained, last)",
        DIRECT,
    ),
    Mutation(
        "direct: label accuracy over all samples",
        "sim.direct.quality",
        "return correct / trained, trained / n",
        "return correct / n, trained / n",
        DIRECT,
    ),
    # sim.margins
    Mutation(
        "half-normal: E m^2 without the factor 2",
        "sim.margins.half_normal",
        "self.scale * (2 * _HALF_NORMAL_MEAN + self.scale)",
        "self.scale * (_HALF_NORMAL_MEAN + self.scale)",
        ("code-population",),
    ),
    Mutation(
        "uniform margins: E m without the half",
        "sim.margins.uniform",
        "1 + self.width / 2",
        "1 + self.width",
        ("code-population", "code-moments"),
    ),
    Mutation(
        "half-normal margins on both sides of 1",
        "sim.margins.half_normal",
        "* jnp.abs(base)",
        "* base",
        DICE,
    ),
    Mutation(
        "gaussian margins of deviation 1/rho",
        "sim.margins.gaussian",
        "Gaussian(rho**-0.5, self.breaks)",
        "Gaussian(rho**-1.0, self.breaks)",
        ("code-limit-noise",),
    ),
    Mutation(
        "uniform margins: log-error of half the width",
        "sim.margins.uniform",
        "return 1 + jnp.asarray(self.width)[..., None] * v, w",
        "return 1 + 0.5 * jnp.asarray(self.width)[..., None] * v, w",
        ("code-limit-noise",),
    ),
    # sim.dice.stream
    Mutation(
        "stream: one degree of freedom too many",
        "sim.dice.stream.once",
        "jnp.stack([r, r - 1])",
        "jnp.stack([r, r])",
        DICE,
    ),
    Mutation(
        "stream: fresh noise without 1 - c^2",
        "sim.dice.stream.once",
        "jnp.maximum(square - c**2, 0)",
        "jnp.maximum(square, 0)",
        DICE,
    ),
    Mutation(
        "stream: scores without memory",
        "sim.dice.stream.elementwise",
        "(variance * radius) * (radius + epsilon)",
        "(variance * radius) * epsilon",
        DICE,
    ),
    Mutation(
        "stream: thresholds of the wrong side of R",
        "sim.dice.stream.counts",
        "centre - scalars.radius + pull, centre - scalars.radius - pull",
        "centre + scalars.radius + pull, centre + scalars.radius - pull",
        ("code-scan",),
    ),
    Mutation(
        "stream: held-out signal with the fold's own",
        "sim.dice.stream.crossfit",
        "(jnp.sum(signal) - signal) / others[:, 0]",
        "(jnp.sum(signal) + 0 * signal) / others[:, 0]",
        DICE,
    ),
    Mutation(
        "stream: retrained signal counted against the given labels",
        "sim.dice.stream.counts",
        "Sums(f * number, s * f",
        "Sums(s * f * number, s * f",
        ("window-upper-end",),
    ),
    # the guarantee
    Mutation(
        "guarantee: L inflated from 1.07 to 1.75",
        "proofs_check.guarantee.bound",
        "return found if found > 0 else None",
        "return 1.64 * found if found > 0 else None",
        GUARANTEE,
    ),
    Mutation(
        "guarantee: L returned where it is not positive",
        "proofs_check.guarantee.bound",
        "return found if found > 0 else None",
        "return found",
        GUARANTEE,
    ),
    Mutation(
        "guarantee: pairs of ends not counted as events",
        "proofs_check.guarantee.setup",
        "11 + 4 * ends + ends**2",
        "11 + 4 * ends",
        GUARANTEE,
    ),
    Mutation(
        "guarantee: groups swapped in the log-moment",
        "proofs_check.guarantee.groups",
        "up, low = t * (1 - c), t * (1 + c)",
        "up, low = t * (1 + c), t * (1 - c)",
        GUARANTEE,
    ),
    Mutation(
        "guarantee: binomial tail without its sum",
        "proofs_check.guarantee.tails",
        "factor = likeliest / (1 - (-abs(up - low)).exp())",
        "factor = likeliest",
        GUARANTEE,
    ),
    # sim.classes
    Mutation(
        "classes: half the memory",
        "sim.classes.once",
        "own = problem.n * begin.noise",
        "own = 0.5 * problem.n * begin.noise",
        ("code-classes-dice",),
    ),
    Mutation(
        "classes: a tenth of the flips lost",
        "sim.classes.sample",
        "uniform(second) < problem.p",
        "uniform(second) < 0.9 * problem.p",
        ("code-classes-dice",),
    ),
)
