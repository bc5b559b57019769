"""The command line run in this process, its JSON read strictly."""

import json

from relabel_lab.relabel import main

PROBLEM = ["--n", "300", "--d", "61", "--p", "0.25", "--gamma", "1.4"]


def run_json(capsys, *argv):
    """Exit code and the parsed output, refusing NaN and infinities as strict readers do."""

    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    code = main([*argv, "--json"])
    out, err = capsys.readouterr()
    assert err == ""
    return code, json.loads(out, parse_constant=refuse)
