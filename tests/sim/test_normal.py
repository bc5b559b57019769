"""Functions of the normal law against SciPy's, also where others underflow."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special, stats

from relabel_lab.sim.margins import log_tail, mills
from relabel_lab.sim.margins.normal import erfcx

pytestmark = pytest.mark.smoke


X = np.concatenate([np.linspace(0, 60, 60_001), np.geomspace(60, 1e120, 1000)])


def test_no_hole_in_the_tail():
    """jax.scipy.special.erfcx vanishes between 26.543 and 26.642, kappa from 37.54 to 37.68."""
    np.testing.assert_allclose(erfcx(jnp.asarray(X)), special.erfcx(X), rtol=4e-15)
    np.testing.assert_allclose(log_tail(jnp.asarray(X)), stats.norm.logsf(X), rtol=4e-15)
    ratio = np.sqrt(np.pi / 2) * special.erfcx(X / np.sqrt(2))
    np.testing.assert_allclose(mills(jnp.asarray(X)), ratio, rtol=4e-15)
