"""The seven errors of the audit, and errors in `theory`."""

from relabel_lab.proofs_check.mutations.mutation import Mutation

LIMIT, SPECTRUM = ("code-limit-schemes",), ("code-limit-spectrum",)
NOISE = ("code-limit-noise",)
PARAMETERS, HARD = "theory.limit.parameters", "theory.limit.label_moments.hard"

MUTATIONS = (
    # the seven of the audit that `check` once let pass
    Mutation(
        "spectrum excess x 1.5", PARAMETERS, "spread / unit**2", "1.5 * spread / unit**2", SPECTRUM
    ),
    Mutation(
        "cross-fitting without its root",
        "theory.limit.label_moments.unseen",
        "g = jnp.sqrt(jnp.asarray(scheme.share_unseen(), jnp.float64))",
        "g = jnp.asarray(scheme.share_unseen(), jnp.float64)",
        LIMIT,
    ),
    Mutation(
        "b of rules x 1.1",
        "theory.limit.label_moments.rules",
        "b=expect(sign * label * eps)",
        "b=1.1 * expect(sign * label * eps)",
        LIMIT,
    ),
    Mutation(
        "one degree of freedom too many in later rounds",
        "sim.dice.rounds",
        "freedom = problem.r - jnp.sum(known)",
        "freedom = problem.r - jnp.sum(known) + 1",
        ("code-dice-rounds",),
    ),
    Mutation(
        "flips averaged before the margin",
        PARAMETERS,
        "return noise.flip_given_margin(jnp.broadcast_to(m, shape))",
        "return jnp.broadcast_to(jnp.asarray(self.noise.mean_flip(self.law))[..., None], shape)",
        NOISE,
    ),
    Mutation(
        "standard errors divided by the seeds",
        "scan.statistics",
        "values.std(axis=1, ddof=1) / np.sqrt(seeds)",
        "values.std(axis=1, ddof=1) / seeds",
        ("code-scan",),
    ),
    Mutation(
        "fluctuations: covariances x 1.5",
        "theory.fluctuations.conditional",
        "jnp.tensordot(weight, covariances, 1) + between",
        "1.5 * (jnp.tensordot(weight, covariances, 1) + between)",
        ("code-fluctuations",),
    ),
    # theory
    Mutation(
        "overlap with the second trace",
        PARAMETERS,
        "x**3, axis=-1) / second",
        "x**3, axis=-1)",
        SPECTRUM,
    ),
    Mutation("cross term not doubled", PARAMETERS, "v + 2.0 * c * along", "v + c * along", LIMIT),
    Mutation(
        "memorisation without its root", PARAMETERS, "k = jax.lax.rsqrt(", "k = 1.0 / (", LIMIT
    ),
    Mutation(
        "given labels: (1 - p)",
        PARAMETERS,
        "(1.0 - 2.0 * jnp.asarray(self.noise.p))",
        "(1.0 - jnp.asarray(self.noise.p))",
        LIMIT,
    ),
    Mutation(
        "E f^2 of mixtures without the cross term",
        HARD,
        "v=w1**2 + w0**2 + 2.0 * w1 * w0 * c",
        "v=w1**2 + w0**2",
        LIMIT,
    ),
    Mutation(
        "spread of predicted labels x 1.01", HARD, "spread = 2.0 * (", "spread = 2.02 * (", LIMIT
    ),
    Mutation(
        "shares swapped in the spread",
        HARD,
        "(1.0 - p) * density(a + k) + p * density(a - k)",
        "p * density(a + k) + (1.0 - p) * density(a - k)",
        LIMIT,
    ),
    Mutation("both wrong counted by 1 - p", HARD, "p * down", "(1.0 - p) * down", LIMIT),
    Mutation(
        "rules without the memory's sign",
        "theory.limit.label_moments.rules",
        "sign * (wide + eps)",
        "(wide + eps)",
        LIMIT,
    ),
    Mutation(
        "unseen labels: c without the flips",
        "theory.limit.label_moments.unseen",
        "clean * label",
        "label",
        LIMIT,
    ),
    Mutation(
        "new samples keep an overlap",
        "theory.limit.label_moments.unseen",
        "c = jnp.zeros_like(a)",
        "c = c",
        LIMIT,
    ),
    Mutation(
        "label accuracy of unseen labels: error for accuracy",
        "theory.limit.label_moments.unseen",
        "tail(-score)",
        "tail(score)",
        LIMIT,
    ),
    Mutation(
        "critical separation without the overlap",
        "theory.limit.critical",
        "2.0 * c * overlap + noise",
        "noise",
        ("code-critical",),
    ),
    Mutation(
        "critical rho: E m for E m^2",
        "theory.limit.critical",
        "critical / margin.second_moment()",
        "critical / margin.mean()",
        ("code-critical",),
    ),
    Mutation(
        "advantage without E m^2",
        "theory.limit.critical",
        "        * limit.law.second_moment()\n",
        "",
        ("code-critical",),
    ),
    Mutation(
        "combination: excess left out",
        "theory.limit.combination",
        " + full.b**2 * limit.excess",
        "",
        ("code-combination",),
    ),
    Mutation(
        "combination: weights swapped",
        "theory.limit.combination",
        "w0 / orthogonal)",
        "orthogonal / w0)",
        ("code-combination",),
    ),
    Mutation(
        "population threshold: E m",
        "theory.limit.population",
        "rho * margin.at(rho).second_moment()",
        "rho * margin.at(rho).mean()",
        ("code-population",),
    ),
    Mutation(
        "population map without rho",
        "theory.limit.population",
        "return rho * signal / noise",
        "return signal / noise",
        ("code-population",),
    ),
    Mutation(
        "anisotropic advantage: third moment",
        "theory.limit.population",
        "jnp.mean(relative**4, axis=-1)",
        "jnp.mean(relative**3, axis=-1)",
        ("code-population",),
    ),
    Mutation(
        "state evolution: gamma for its square",
        "theory.limit.state_evolution",
        "square = mixture.gamma**2",
        "square = mixture.gamma",
        ("code-state-evolution",),
    ),
    Mutation(
        "state evolution: log-odds not halved",
        "theory.limit.state_evolution",
        "(s * log_odds + y * balance) / 2",
        "(s * log_odds + y * balance)",
        ("code-state-evolution",),
    ),
    # many classes
    Mutation(
        "classes: a sample remembers itself alone",
        "theory.limit.classes.setting",
        "jnp.sqrt(self.classes / self.alpha)",
        "1 / jnp.sqrt(self.alpha)",
        ("code-classes",),
    ),
    Mutation(
        "classes: cross term not doubled",
        "theory.limit.classes.moments",
        "self.v + 2 * self.c * self.along",
        "self.v + self.c * self.along",
        ("code-classes",),
    ),
)
