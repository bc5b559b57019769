"""Scales that would overflow are refused wherever they stand on the grid."""

import pytest

from relabel_lab.scan import parse


@pytest.mark.parametrize("name", ["gamma", "sigma", "rho"])
def test_a_range_that_overflows_is_refused(name):
    axes = {"n": 20, "d": 5, "p": 0.1, "rho": 1.0, name: {"geomspace": [1.0, 1e300, 3]}}
    if name != "rho":
        axes = {key: value for key, value in axes.items() if key != "rho"} | {"gamma": 1.0}
        axes[name] = {"geomspace": [1.0, 1e300, 3]}
    with pytest.raises(ValueError, match=r"1e-70 and < 1e\+70"):
        parse({"axes": axes, "run": {"schemes": ["full"], "seeds": 2}})
