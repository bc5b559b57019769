r"""R16: the lower end of Remark 4.10's window, memorisation included.

In this model the remark's quantity is \(L = d/(\rho^2(1-2p)^2)\) up to constants (r for d), and with
\(A=\kappa_0\), \(k=1/\sqrt\alpha\) in the limit \(n/L = A^2\), \(\rho e = Ak\), \(L = r/(Ak)^2\): the lower end
asks for \(Ak\ge\sqrt r\,e^{-A^2/(2C)}\), which r = 1 makes weakest.  paper_notes.md has the proof.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy as sp
from flint import arb

from relabel_lab.proofs_check.balls import (
    ball,
    central,
    density,
    interval,
    mills,
    monotone,
    precision,
    prove_negative,
    tail,
)
from relabel_lab.proofs_check.enclosure import (
    Box,
    quarters,
    saved_boxes,
    saved_pieces,
    values_at,
    verify_boxes,
    verify_pieces,
)
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.registry import PAPER, Check, Claim, Evidence, Setting
from relabel_lab.proofs_check.sampling import Cell, Results, at_least, sample
from relabel_lab.proofs_check.verifiers import thin_part_won, window_won

SUFFICIENT = Fraction(51, 50)
MOST_E = Fraction(1, 5)
SMALL_K, LARGE_K = Fraction(1, 50), Fraction(8)
FIRST_A, THIN_A, LAST_A = Fraction(1, 10), Fraction(12, 5), Fraction(12)
MIDDLE: Box = ((FIRST_A, LAST_A), (SMALL_K, LARGE_K))
# C, kappa_0, r: inside the window of that C, and retraining loses
TOO_SMALL = ((Fraction(101, 100), Fraction(49, 5), 1), (Fraction(1), Fraction(24), 10))
SAMPLED = (
    Cell(7600, 10, 0.4, 0.5),
    Cell(21_500, 100, 0.4, 1.0),
    Cell(9900, 50, 0.45, 2.0),
    Cell(710, 200, 0.4, 6.0),
    Cell(3200, 400, 0.45, 9.0),
)


def measure(setting: Setting) -> dict[Cell, Results]:
    """Finite n inside the window of `SUFFICIENT`, without and with strong memorisation."""
    seeds = setting.scale(200, 4000)
    return {
        cell: sample(cell, seeds, Formulas(), (setting.root, 8, i))
        for i, cell in enumerate(SAMPLED)
    }


def least_k(a: arb) -> arb:
    """The smallest k that the window allows at A, r = 1; it falls in A."""
    return (-a * a / (2 * ball(SUFFICIENT))).exp() / a


def identities() -> list[Check]:
    """The gain falls in e at fixed A and k, so that e = 1/5 is the worst case."""
    a, k, e, s, d, w, sigma, t = sp.symbols("A k e S d w sigma t", positive=True)
    b, c, u = sigma - e * (k * s - w), e * s + d, s / e + d
    gain = k**2 * (u**2 - 1) - b * (2 * c * k + b)
    slope = sp.diff(gain, e) + 2 * k**2 * s * (u / e**2 - c) + 2 * w * (c * k + b)
    phi = sp.exp(-(t**2) / 2)
    minus, plus = phi.subs(t, k - a), phi.subs(t, k + a)
    rest = k * (plus + minus) - sp.diff(minus - plus, a) - a * (minus - plus)
    names = ("slope of the gain in e", "d/dA of kS - (phi(k-A) - phi(k+A))")
    found = (sp.simplify(slope), sp.simplify(rest))
    return [Check(name, "0", str(x), x == 0) for name, x in zip(names, found, strict=True)]


def loss(a: arb, k: arb) -> arb:
    """Minus the gain at e = 1/5, over phi(k - A): negative where retraining wins."""
    near, far = k - a, k + a
    ratio = (-2 * a * k).exp()
    low, high = monotone(tail, near), monotone(tail, far)
    scaled = 4 * mills(near) - 6 * ratio * mills(far)
    b = (4 + 6 * ratio) / 5
    b_plain = (4 * density(near) + 6 * density(far)) / 5
    c = 1 - (4 * low + 6 * high) / 5
    return b * (2 * c * k + b_plain) - k * k * scaled * (2 + 4 * low - 6 * high)


def wins_on(box: Box) -> bool:
    """Whether loss < 0 is proved on a box of A and k, or the window excludes all of it."""
    a, k = box
    outside = bool(ball(k[1]) < least_k(ball(a[1])))
    return outside or bool(loss(interval(*a), interval(*k)) < 0)


def prove_middle(limit: int = 100_000) -> tuple[list[Box], Box | None]:
    """loss < 0 over [1/10, 12] x [1/50, 8] wherever the window allows it, by bisection."""
    waiting, done = [MIDDLE], []
    while waiting:
        box = waiting.pop()
        if wins_on(box):
            done.append(box)
        elif len(done) + len(waiting) > limit:
            return done, box
        else:
            waiting += quarters(box)
    return done, None


def thin_loss(a: arb) -> arb:
    """Over k from `least_k` to 1/50: bound on b over phi(A) minus the least k times its factor."""
    k = ball(SMALL_K)
    most_b = 2 * density(arb(0)) * (a * k - k * k / 2).exp()
    return most_b - (a * a / 2 * (1 - 1 / ball(SUFFICIENT))).exp() / a * _factor(a, k)


def _factor(a: arb, k: arb) -> arb:
    """Lower bound on sqrt(c^2 + u^2 - 1) - c over A and all k below the given one."""
    s = 1 - monotone(tail, a + k) - monotone(tail, a - k)
    c = monotone(central, a) / 5 + 2 * k * density(a - k)
    return (c * c + 25 * s * s - 1).sqrt() - c


def ends() -> list[Check]:
    """What lies outside the two certified pieces, by the estimates of paper_notes.md."""
    c, k, last = ball(SUFFICIENT), ball(SMALL_K), ball(LAST_A)
    most_b = 100 * density(arb(4))  # b/k for A > 12, 1/50 <= k <= 8
    sure = (1 - 2 * tail(arb(4))) ** 2 * 25 - 1
    growth = last * (1 - 1 / c) - k - 1 / last
    far = 4 - ball(Fraction(4, 5)) - 8 * (-arb(16)).exp() - ball(Fraction(1, 20))
    near = 4 * ball(Fraction(49, 50)) - ball(Fraction(4, 5)) - ball(Fraction(1, 20))
    near -= ball(Fraction(36, 5)) * (-2 * (-1 / (2 * c)).exp()).exp()
    values = {
        "A < 1/10 has k > 8": least_k(ball(FIRST_A)) - 8,
        "A < 12/5 has k > 1/50": least_k(ball(THIN_A)) - k,
        "A > 12, k <= 1/50: won at 12": -thin_loss(last),
        "A > 12, k <= 1/50: the margin grows": growth,
        "A > 12, 1/50 <= k <= 8": sure - most_b * (2 + most_b),
        "k > 8, A >= 1": far,
        "k > 8, A < 1": near,
    }
    return [Check(name, "> 0", float(x.mid()), bool(x > 0)) for name, x in values.items()]


def judge(drawn: dict[Cell, Results], f: Formulas, setting: Setting) -> Evidence:
    """C = 1.02 suffices for e <= 1/5, r >= 1, all rho and alpha; two smaller C do not; finite n."""
    with precision():
        boxes, open_box = prove_middle()
        pieces, open_piece = prove_negative(thin_loss, THIN_A, LAST_A)
        saved = {"boxes.json": saved_boxes(boxes), "pieces.json": saved_pieces(pieces)}
        again = (
            verify_boxes(saved["boxes.json"], lambda x: window_won(x, SUFFICIENT), MIDDLE),
            verify_pieces(
                saved["pieces.json"],
                lambda x: thin_part_won(x, SUFFICIENT, SMALL_K),
                (THIN_A, LAST_A),
            ),
        )
        outside = ends()
    lost = [check for where in TOO_SMALL for check in counterexample(*where, f)]
    inside = [check for cell in drawn for check in _inside(cell)]
    checks = [
        *identities(),
        Check("C = 1.02, 1/50 <= k <= 8", "proved", str(open_box), open_box is None),
        Check("C = 1.02, k <= 1/50", "proved", str(open_piece), open_piece is None),
        *(Check("certificate", "tiles and is proved again", str(x), x is None) for x in again),
        *outside,
        *lost,
        *inside,
    ]
    tests = [
        at_least(f"mean log kappa_1/kappa_0 at {cell}", np.log(r.full / r.initial), 0.0)
        for cell, r in drawn.items()
    ]
    notes = {"boxes": len(boxes), "pieces": len(pieces)}
    return Evidence(tuple(checks), tuple(tests), notes, saved)


def _inside(cell: Cell) -> list[Check]:
    """A sampled cell lies in the window."""
    size = cell.r / (cell.rho * (1 - 2 * cell.p)) ** 2
    least = float(SUFFICIENT) * size * float(np.log(size))
    return [Check(f"inside the window, {cell}", f">= {least:.4g}", cell.n, cell.n >= least)]


def counterexample(constant: Fraction, a: Fraction, r: int, f: Formulas) -> list[Check]:
    """A place with n >= C L log L where retraining loses at e = 1/5, in balls and by the table."""
    with precision(500):
        k = ball(r).sqrt() * (-ball(a * a / (2 * constant))).exp() / ball(a)
        rho = Fraction(float(k.mid()) * 1.0001) * a / MOST_E
        alpha = (a / (rho * MOST_E)) ** 2
        p = (1 - MOST_E) / 2
        size = ball(Fraction(r) / (rho * MOST_E) ** 2)
        inside = ball(alpha * r) - ball(constant) * size * size.log()
        values = values_at(ball(p), ball(rho), alpha)
        lost = 1 - values["full"] / values["initial"]
    at = (float(p), float(rho), float(alpha))
    table = 1 - float(f.full(*at) / f.initial(*at))
    name = f"C = {float(constant)}, r = {r}, kappa_0 = {float(a)}"
    same = abs(table - float(lost.mid())) < 1e-9
    return [
        Check(f"{name}: inside", "> 0", float(inside.mid()), bool(inside > 0)),
        Check(f"{name}: retraining loses", "> 0", float(lost.mid()), bool(lost > 0)),
        Check(f"{name}: the table agrees", float(lost.mid()), table, same),
    ]


CLAIMS = (
    Claim(
        "window-lower-end",
        "enclosure",
        PAPER,
        r"Remark 4.10, lower end: with $L = (d-1)/(\rho^2(1-2p)^2)$ and $n \ge C L\log L$ retraining wins "
        r"in the limit formulas of R5, memorisation included, for $1-2p\le1/5$ and all $\rho,\alpha$: "
        r"$C = 1.02$ suffices, $C = 1$ does not, nor does 1.01 at the smallest rank.",
        {"1-2p": "(0, 1/5]", "r": ">= 1", "rho, alpha": "(0, inf)", "finite n": "sampled"},
        judge,
        measure,
    ),
)
