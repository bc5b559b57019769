"""What privacy costs in labels: ε, flip rate and the number of labels needed (R13, R14, R22)."""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.checks import number, positive, reject, whole

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(120)
SURE = 40.0  # accuracy is 1 to the last digit at this kappa


class Needed(NamedTuple):
    """A number of labels, or None, and the assumptions it stands on or the reason there is none."""

    n: int | None
    why: str


def epsilon_of(flip_rate: float, classes: int) -> float:
    """The ε of the K-ary randomised response with this flip rate (R13); infinite at rate 0."""
    rate = 1 - Channel.from_flip_rate(flip_rate, classes).keep
    return math.inf if rate == 0 else math.log((1 - rate) * (classes - 1) / rate)


def label_price(epsilon: float, classes: int) -> float:
    """How many released labels do the work of one true label: 1/(keep − q)².

    Exact for a classifier that averages labelled features, one round, uniform flips: its signal
    shrinks by keep − q and its noise stays (κ_0 of R22). Other learners pay differently.
    """
    channel = Channel.from_epsilon(epsilon, classes)
    return (channel.keep - channel.other) ** -2


def rows_to_see(
    gain: float, discordance: float, channel: Channel, power: float = 0.8, level: float = 0.05
) -> int:
    """Held-out given labels at which a gain shows with ``power`` in a two-sided test.

    Two models that differ on a share ``discordance`` of rows have agreements whose paired
    difference varies by at most that share (R14); the gain shows keep − q times smaller. The
    variation of training sets comes on top, so this is the least number.

    Args:
        gain: difference of accuracies, in (0, discordance].
        discordance: share of rows on which the two models predict differently.
        channel: symmetric flips.
        power: probability to see it.
        level: of the test.
    """
    share = _probability("discordance", discordance, 1.0)
    size = _probability("gain", gain, share)
    reach = ndtri(_inner("power", power)) + ndtri(1 - _inner("level", level) / 2)
    shrunk = (channel.keep - channel.other) * size
    return math.ceil(reach**2 * max(share - shrunk**2, 0) / shrunk**2)


def labels_needed(
    accuracy: float,
    epsilon: float,
    *,
    classes: int = 2,
    separation: float,
    dimension: int,
    scheme: str = "initial",
    probability: float = 0.95,
) -> Needed:
    """Labels at which the averaging classifier reaches an accuracy in the paper's model.

    Args:
        accuracy: population accuracy to reach.
        epsilon: of the K-ary randomised response.
        classes: K balanced classes with simplex means.
        separation: γ/σ, length of a class mean over the noise's standard deviation.
        dimension: of the features, d; noise isotropic.
        scheme: ``initial`` (R22), or for two classes a scheme of `theory.sample_size` (R20).
        probability: of reaching it, for retraining; the initial number is the limit's, which
            half of all samples reach.

    Returns:
        the number, or None with the reason why none can be given.
    """
    channel = Channel.from_epsilon(epsilon, classes)
    rho, d = positive("separation", separation) ** 2, whole("dimension", dimension, classes)
    target = number("accuracy", accuracy, "a number")
    if not 1 / classes < target < 1:
        raise reject("accuracy", accuracy, f"above chance, 1/{classes}, and below 1")
    if scheme == "initial":
        return _initial(target, channel, rho, d)
    if classes > 2:
        reason = f"no number: the size for {scheme} retraining is known for two classes only"
        return Needed(None, reason)
    return _retrained(target, channel, math.sqrt(rho), d, scheme, probability)


def accuracy_at(kappa: float, classes: int) -> float:
    """A(κ) = ∫φ(t)Φ(t + κ)^{K−1} dt (R22)."""
    return float(WEIGHTS @ ndtr(NODES + kappa) ** (classes - 1)) / math.sqrt(2 * math.pi)


def _initial(target: float, channel: Channel, rho: float, d: int) -> Needed:
    K = channel.classes
    kappa = brentq(lambda k: accuracy_at(k, K) - target, 0, SURE, xtol=1e-12)
    signal = rho * K / (K - 1) * (channel.keep - channel.other)
    n = math.ceil(K * (kappa / signal) ** 2 * (d - K + 1))
    why = "R22, limit: averaging classifier, balanced classes with simplex means, isotropic noise"
    return Needed(n, why)


def _retrained(
    target: float, channel: Channel, gamma: float, d: int, scheme: str, probability: float
) -> Needed:
    from relabel_lab.sim import Problem  # compiles: only for those who ask
    from relabel_lab.sim.schemes import parse_scheme
    from relabel_lab.theory import sample_size

    problem = Problem(n=2, d=d, p=channel.other, gamma=gamma)
    found = sample_size(problem, probability, scheme=parse_scheme(scheme), accuracy=target)
    if found.n is None:
        return Needed(None, f"no number: no size reaches it with probability {probability:g}")
    why = f"{found.method}: averaging classifier, two balanced classes, isotropic noise"
    return Needed(int(found.n), why)


def _probability(name: str, value: float, most: float) -> float:
    allowed = f"in (0, {most:g}]"
    result = number(name, value, allowed)
    if not 0 < result <= most:
        raise reject(name, value, allowed)
    return result


def _inner(name: str, value: float) -> float:
    result = number(name, value, "in (0, 1)")
    if not 0 < result < 1:
        raise reject(name, value, "in (0, 1)")
    return result
