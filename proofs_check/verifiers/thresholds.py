r"""R7 a second time: \(\rho_{full}\) rises in \(k = 1/\sqrt\alpha\), by differentiating its closed form."""

from __future__ import annotations

from relabel_lab.proofs_check.balls import interval
from relabel_lab.proofs_check.verifiers.duals import Dual, cumulative, density, mills, variables
from relabel_lab.proofs_check.verifiers.mean_value import Box, Side, everywhere


def separation_rises(piece: Side) -> bool:
    r"""Whether \(x = \rho-1 = k^2g(k)\) is proved to rise: \(2g + kg' > 0\)."""

    def rises(part: Box) -> bool:
        (k,) = variables([interval(*part[0])])
        g = _reduced(k)
        return bool(2 * g.value + k.value * g.slope[0] > 0)

    return everywhere(rises, (piece,))


def _reduced(k: Dual) -> Dual:
    r"""x / k^2: x is the positive root of \(bx^2+2wx=k^2M(1+c)\), \(w=b+kc\), \(M=Q/\varphi\)."""
    b, c = 2 * density(k), 2 * cumulative(k) - 1
    w, right = b + k * c, mills(k) * (1 + c)
    return right / (w + (w * w + b * k * k * right).sqrt())
