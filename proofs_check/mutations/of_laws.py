"""Errors in later rounds, ridge, sample sizes, laws at finite size and their expansion; in scans."""

from relabel_lab.proofs_check.mutations.mutation import Mutation

LEARNERS = ("code-learners",)
ROUNDS, RIDGE, FINITE = ("code-rounds",), ("code-ridge",), ("code-finite",)
SIZE, FLUCTUATIONS, SCAN = ("code-sample-size",), ("code-fluctuations",), ("code-scan",)

MUTATIONS = (
    # theory.limit.rounds
    Mutation(
        "rounds: noise with the eigenvalue for its square",
        "theory.limit.rounds.memory",
        "noise = level**2 * (carried",
        "noise = level * (carried",
        ROUNDS,
    ),
    Mutation(
        "rounds: folds' own noise left out",
        "theory.limit.rounds.memory",
        "share * jnp.stack([share, part])",
        "share * jnp.stack([share, 0 * part])",
        ROUNDS,
    ),
    Mutation(
        "rounds: Stein's equations not transposed",
        "theory.limit.rounds.memory",
        'trans="T", lower=True',
        'trans="N", lower=True',
        ROUNDS,
    ),
    Mutation(
        "rounds: label accuracy among all samples",
        "theory.limit.rounds.evolution",
        "found.right / found.used",
        "found.right",
        ROUNDS,
    ),
    Mutation(
        "rounds: shares of right and wrong labels swapped",
        "theory.limit.rounds.tree",
        "jnp.where(tree.sign > 0, 1 - flipped, flipped)",
        "jnp.where(tree.sign > 0, flipped, 1 - flipped)",
        ROUNDS,
    ),
    # theory.limit.learners.ridge
    Mutation(
        "ridge: noise without 1 - D",
        "theory.limit.learners.ridge",
        "target * d / (1 - d)",
        "target * d",
        RIDGE,
    ),
    Mutation(
        "ridge: residuals of training samples not shrunk",
        "theory.limit.learners.ridge",
        "residual = s * (given",
        "residual = (given",
        RIDGE,
    ),
    # theory.limit.learners
    Mutation(
        "learners: stages do not remember the forces of those before",
        "theory.limit.learners.stages",
        "row.memory[:past] @ samples.forces",
        "0 * row.memory[:past] @ samples.forces",
        LEARNERS,
    ),
    Mutation(
        "learners: mean loss over all samples, not those used",
        "theory.limit.learners.stages",
        "used = (samples.label != 0) / samples.share",
        "used = 1.0 * (samples.label != 0)",
        LEARNERS,
    ),
    # theory.sample_size
    Mutation(
        "sample size: stops a tenth below the target",
        "theory.sample_size",
        "if found.value >= self.target:",
        "if found.value >= self.target - 0.1:",
        SIZE,
    ),
    Mutation(
        "sample size: twice as many",
        "theory.sample_size",
        "return SampleSize(high, *(",
        "return SampleSize(2 * high, *(",
        SIZE,
    ),
    # theory.finite
    Mutation(
        "finite: fresh noise without its share",
        "theory.finite.hard_labels.law",
        "4 * share * (1 - share) / n",
        "4 * share / n",
        FINITE,
    ),
    Mutation(
        "finite: noise of changed labels of the wrong sign",
        "theory.finite.hard_labels.law",
        "[:, None] + 2 * at.x / n",
        "[:, None] - 2 * at.x / n",
        FINITE,
    ),
    Mutation(
        "finite: a degree of freedom of R lost",
        "theory.finite.hard_labels.outer",
        "weight = r * logs - r / 2",
        "weight = (r - 1) * logs - r / 2",
        FINITE,
    ),
    Mutation(
        "finite: levels not divided by rho",
        "theory.finite.exact",
        "level / law.outer.setting.rho",
        "level",
        FINITE,
    ),
    Mutation(
        "finite: spread of margins left out of the initial law",
        "theory.finite.initial",
        "mean**2 + variance / n",
        "mean**2",
        FINITE,
    ),
    # theory.fluctuations
    Mutation(
        "fluctuations: noise of changed labels of the wrong sign",
        "theory.fluctuations.shape",
        "* node.radius - 2 * noise",
        "* node.radius + 2 * noise",
        FLUCTUATIONS,
    ),
    Mutation(
        "fluctuations of rules: fresh noise without c^2",
        "theory.fluctuations.rules",
        "(v - c**2) * rest",
        "v * rest",
        FLUCTUATIONS,
    ),
    Mutation(
        "fluctuations of new samples: noise along left out",
        "theory.fluctuations.fresh",
        "x[1] ** 2 + x[2]",
        "x[2]",
        FLUCTUATIONS,
    ),
    Mutation(
        "fluctuations of cross-fitting: changed labels count once",
        "theory.fluctuations.crossfit",
        "set(-2 * fold.share)",
        "set(-fold.share)",
        FLUCTUATIONS,
    ),
    # scan
    Mutation(
        "scan: error for accuracy",
        "scan.statistics",
        '-np.expm1(samples["log_error"])',
        'np.exp(samples["log_error"])',
        SCAN,
    ),
    Mutation(
        "scan: one-sided interval for the share improved",
        "scan.intervals",
        "beta.ppf(error / 2, s, n - s + 1)",
        "beta.ppf(error, s, n - s + 1)",
        SCAN,
    ),
    Mutation(
        "scan: predictions kept where there is none",
        "scan.work.prediction",
        "np.where(known, v, np.nan)",
        "np.where(~known, v, np.nan)",
        SCAN,
    ),
)
