"""A configuration as a table, and one with a key changed."""

import copy

TABLE = {
    "axes": {"p": [0.1, 0.2], "rho": 1.0, "n": 100, "d": 51},
    "run": {"schemes": ["full"], "seeds": 10},
}


def changed(table, key, value):
    result = copy.deepcopy({**TABLE, table: TABLE.get(table, {})})
    if value is None:
        del result[table][key]
    else:
        result[table][key] = value
    return result
