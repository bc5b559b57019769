r"""One round of K classes, exact in law: K - 1 normals a sample, free of d (R19, R22).

With \(L_0\) [K - 1, N] the contrasts of the given labels and \(G = L_0L_0^\top = CC^\top\), the first
model's noise is \(M_0 = CA/n\) in coordinates of its own row space, A lower triangular with
chi-distributed diagonal (Bartlett).  What is left of a sample's noise there is normal with its
projection on the labels taken off, which depends on the given label alone; so a sample's scores
are a row of a table plus \(\sigma^2 M_0 g_i\).  A retrained model's noise is
\((L_1L_0^\top G^{-1}nM_0 + L_1\varepsilon)/n\) there, and normal with row covariance
\((L_1L_1^\top - L_1L_0^\top G^{-1}L_0L_1^\top)/n^2\) in the dimensions that are left.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim.classes.contrasts import contrasts
from relabel_lab.sim.classes.problem import ClassProblem
from relabel_lab.sim.classes.quality import directions
from relabel_lab.sim.classes.rules import Labels, relabel_columns, winners
from relabel_lab.sim.classes.sample import DIRECTIONS, LEFT, RIGHT, draw_sample
from relabel_lab.sim.classes.summary import ClassSummary, Facts, Sample, by_scheme, graded
from relabel_lab.sim.dice.chi import chi
from relabel_lab.sim.schemes import Scheme
from relabel_lab.sim.seeds import normal, pair_bits, words

RIDGE = 1e-10  # of n: where classes lack labels, Gram matrices of labels are singular


class _Start(NamedTuple):
    """The first model: tables by given class, and the roots that later models need.

    Attributes:
        sample: classes and given labels.
        basis: contrasts [K, K - 1].
        root: C [K - 1, K - 1].
        noise: M_0 in its own coordinates.
        normals: g [K - 1, N], zero beyond the last sample and dimension.
        centre: projection of g on the given labels, by class [K, K - 1].
    """

    sample: Sample
    basis: jax.Array
    root: jax.Array
    noise: jax.Array
    normals: jax.Array
    centre: jax.Array


class _Counts(NamedTuple):
    """Numbers of samples [K, K] by label and class, and by label and given label."""

    true: jax.Array
    given: jax.Array


def seed_outcome(
    key: jax.Array,
    problem: ClassProblem,
    schemes: tuple[Scheme, ...],
    classes: int,
    samples: int,
) -> ClassSummary:
    """Initial model and one round of all schemes on one seed; arrays [schemes, 2]."""
    sample = draw_sample(key, problem, classes, samples)
    begin = _begin(key, problem, classes, sample)
    given = Labels(sample.given, sample.inside)
    counts = _counted(sample, given, classes)
    means = _means(problem, begin, counts)
    first = _facts(problem, means, begin.noise, counts, sample)
    scores = _scores(problem, begin, means)
    predicted, had = winners(scores), (sample.given, sample.inside)
    labels = [relabel_columns(rule, scores, predicted, had) for rule in schemes]
    tables = [_counted(sample, label, classes) for label in labels]
    noise = _retrained(key, problem, begin, labels, tables)
    later = [
        _facts(problem, _means(problem, begin, table), each, table, sample)
        for table, each in zip(tables, noise, strict=True)
    ]
    along = directions(jax.random.fold_in(key, DIRECTIONS), classes)
    models = jax.tree.map(lambda *leaves: jnp.stack(leaves), first, *later)
    found = graded(models, contrasts(classes), along)
    return jax.tree.map(lambda leaf: by_scheme(leaf[0], leaf[1:], len(schemes)), found)


def _begin(key: jax.Array, problem: ClassProblem, classes: int, sample: Sample) -> _Start:
    basis, width = jnp.asarray(contrasts(classes)), classes - 1
    given = Labels(sample.given, sample.inside)
    each = jnp.zeros(classes).at[jnp.where(given.used, given.label, classes)].add(1.0, mode="drop")
    gram = basis.T @ (each[:, None] * basis)
    root = jnp.linalg.cholesky(gram + RIDGE * problem.n * jnp.eye(width))
    noise = root @ bartlett(jax.random.fold_in(key, LEFT), width, problem.r) / problem.n
    shape = (width, sample.given.size)
    fresh = _normals(jax.random.fold_in(key, RIGHT), shape)
    fresh = jnp.where(sample.inside & (jnp.arange(width)[:, None] < problem.r), fresh, 0)
    fresh = jax.lax.optimization_barrier(fresh)  # stored, or every use draws it again
    sums = _sums(given, fresh, classes)
    centre = basis @ jax.scipy.linalg.cho_solve((root, True), basis.T @ sums)
    return _Start(sample, basis, root, noise, fresh, centre)


def _normals(key: jax.Array, shape: tuple[int, int]) -> jax.Array:
    """In float32, two to a counter; bits are stored first, else each is drawn for both."""
    high = jnp.arange(-(-shape[0] // 2), dtype=jnp.uint32)[:, None]
    low = jnp.arange(shape[1], dtype=jnp.uint32)
    (pairs,) = jax.lax.optimization_barrier(pair_bits(words(key), high, low, jnp.float32))
    bits = jax.lax.optimization_barrier(jax.lax.bitcast_convert_type(pairs, jnp.uint32))
    return normal(bits.reshape(-1, shape[1])[: shape[0]])


def bartlett(key: jax.Array, size: int, freedom: Any) -> jax.Array:
    """A [size, size], lower triangular: A A^T is Wishart with that freedom (any, >= 0)."""
    lower = jnp.tril(jax.random.normal(key, (size, size), jnp.float64), -1)
    left = jnp.asarray(freedom, jnp.float64) - jnp.arange(size)
    keys = jax.vmap(lambda i: jax.random.fold_in(key, i))(jnp.arange(size))
    diagonal = jax.vmap(chi)(keys, jnp.maximum(left, 1.0))
    return jnp.where(left > 0, lower + jnp.diag(diagonal), 0)


def _sums(labels: Labels, normals: jax.Array, classes: int) -> jax.Array:
    """Sums of the normals [K - 1, N] by label, [K, K - 1]; a product is faster than a scatter."""
    place = jnp.where(labels.used, labels.label, classes)
    marks = (place == jnp.arange(classes)[:, None]).astype(jnp.float32)
    return (marks @ normals.T).astype(jnp.float64)


def _counted(sample: Sample, labels: Labels, classes: int) -> _Counts:
    """Samples left out are not counted."""
    given, true = Labels(sample.given, sample.inside), Labels(sample.true, sample.inside)
    return _Counts(_pairs(labels, true, classes), _pairs(labels, given, classes))


def _means(problem: ClassProblem, begin: _Start, counts: _Counts) -> jax.Array:
    """Mean scores of each class in contrasts, [K - 1, K]."""
    table = begin.basis.T @ counts.true / problem.n
    return problem.pull * (table - jnp.mean(table, axis=1, keepdims=True))


def _scores(problem: ClassProblem, begin: _Start, means: jax.Array) -> jax.Array:
    """Scores [K, N] of the samples under the first model, but for a common shift."""
    own = problem.n * begin.noise @ begin.noise.T
    own = own @ jax.scipy.linalg.cho_solve((begin.root, True), begin.basis.T)  # memory
    move = problem.sigma**2 * begin.basis @ begin.noise
    by_class = (begin.basis @ means).astype(jnp.float32)
    by_given = problem.sigma**2 * begin.basis @ own - move @ begin.centre.T
    fields = move.astype(jnp.float32) @ begin.normals
    table = by_class[:, :, None] + by_given.astype(jnp.float32)[:, None, :]
    cell = begin.sample.true * len(by_class) + begin.sample.given
    return fields + table.reshape(len(by_class), -1)[:, cell]


def _retrained(
    key: jax.Array,
    problem: ClassProblem,
    begin: _Start,
    labels: list[Labels],
    tables: list[_Counts],
) -> jax.Array:
    """Noise [schemes, K - 1, D] of the retrained models, jointly exact."""
    basis, n, width = begin.basis, problem.n, len(begin.noise)
    overlap = jnp.stack([basis.T @ table.given @ basis for table in tables])  # L_1 L_0^T
    sums = jnp.stack([_sums(each, begin.normals, len(basis)) for each in labels])
    kept = jnp.stack([table.given for table in tables])
    response = basis.T @ (sums - kept @ begin.centre)  # L_1 epsilon
    solved = jax.scipy.linalg.solve_triangular(
        begin.root, jnp.swapaxes(overlap, 1, 2), lower=True
    )  # C^-1 L_0 L_1^T
    share = jax.scipy.linalg.solve_triangular(begin.root.T, solved, lower=False)
    inside = jnp.swapaxes(share, 1, 2) @ begin.noise + response / n
    rest = _joint(basis, labels) - _stacked(solved)
    size = rest.shape[0]
    root = jnp.linalg.cholesky(rest + RIDGE * n * jnp.eye(size))
    fresh = jax.random.fold_in(jax.random.fold_in(key, LEFT), 1)
    outside = root @ bartlett(fresh, size, problem.r - width) / n
    return jnp.concatenate([inside, outside.reshape(len(labels), width, size)], axis=2)


def _joint(basis: jax.Array, labels: list[Labels]) -> jax.Array:
    """Gram matrix of the label rows of all schemes, [S (K - 1), S (K - 1)]."""
    return jnp.block([[basis.T @ _pairs(a, b, len(basis)) @ basis for b in labels] for a in labels])


def _pairs(first: Labels, second: Labels, classes: int) -> jax.Array:
    """Numbers of samples [K, K] by both labels, where both are used."""
    cell = first.label * classes + second.label
    cell = jnp.where(first.used & second.used, cell, classes**2)
    return jnp.zeros(classes**2).at[cell].add(1.0, mode="drop").reshape(classes, classes)


def _stacked(solved: jax.Array) -> jax.Array:
    """Its part along the given labels."""
    wide = jnp.concatenate(list(solved), axis=1)
    return wide.T @ wide


def _facts(
    problem: ClassProblem, means: jax.Array, noise: jax.Array, counts: _Counts, sample: Sample
) -> Facts:
    """What is told of a model whose labels are counted in ``counts``."""
    used, n = jnp.sum(counts.true), jnp.sum(sample.inside)
    right = jnp.trace(counts.true) / used
    same = jnp.trace(counts.given) == n
    root = jnp.asarray(problem.sigma) ** 2 * noise
    return Facts(means, root @ root.T, right, used / n, same)
