"""Scales that would overflow are refused wherever they stand on the grid."""

import pytest

from relabel_lab.scan import parse


@pytest.mark.parametrize("name", ["gamma", "sigma", "rho"])
def test_a_range_that_overflows_is_refused(name):
    other = {} if name == "rho" else {"sigma" if name == "gamma" else "gamma": 1.0}
    axes = {"n": 20, "d": 5, "p": 0.1, name: {"geomspace": [1.0, 1e300, 3]}, **other}
    with pytest.raises(ValueError, match=r"1e-70 and < 1e\+70"):
        parse({"axes": axes, "run": {"schemes": ["full"], "seeds": 2}})
