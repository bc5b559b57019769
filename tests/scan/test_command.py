"""`relabel scan`: exit codes and one clear line each."""

import json
import signal
import subprocess
import sys

import pytest

from relabel_lab.relabel import main, signals

CONFIG = """
[axes]
p = {linspace = [0.05, 0.45, 6]}
rho = [0.5, 1.0, 2.0, 3.0]
alpha = 2.0
n = 50
[run]
schemes = ["full", "consensus"]
seeds = 10
quantities = ["kappa", "improved"]
[store]
block = 2
"""


@pytest.fixture
def scan(tmp_path, stub, monkeypatch, capsys):
    """Run the command with stand-in engines: exit code, standard output, lines of errors."""
    path = tmp_path / "c.toml"
    path.write_text(CONFIG)
    hooks = {}

    def work(config, devices=None):
        simulate = stub.simulate(config)

        def block(number):
            hooks.get(number, lambda: None)()
            return simulate(number)

        return block

    monkeypatch.setattr("relabel_lab.scan.BlockWork", work)
    monkeypatch.setattr(signals._State, "told", False)
    monkeypatch.setattr(signals._State, "more", "")
    monkeypatch.setenv("JAX_NUM_CPU_DEVICES", "4")  # --devices changes it

    def run(*words, config=path):
        code = main(["scan", str(config), "--store", str(tmp_path / "store"), *words])
        out, err = capsys.readouterr()
        return code, out, err.splitlines()

    run.hooks = hooks
    return run


def test_json_tells_what_was_done(scan, tmp_path, values, undisturbed):
    code, out, err = scan("--json")
    told = json.loads(out)
    assert (code, err) == (0, [])
    assert told["cells"] == 24 and told["blocks"] == told["done"] == 12 and told["kept"] == 0
    assert told["seeds"] == 240
    assert values(tmp_path / "store") == undisturbed


def test_existing_store_needs_resume(scan):
    assert scan()[0] == 0
    code, out, err = scan()
    assert (code, out, len(err)) == (2, "", 1) and "--store" in err[0] and "--resume" in err[0]
    code, out, err = scan("--resume", "--json")
    assert code == 0 and json.loads(out)["kept"] == 12


def test_interrupt_exits_130_and_says_how_to_go_on(scan, tmp_path, values, undisturbed):
    scan.hooks[5] = lambda: signal.raise_signal(signal.SIGINT)
    code, out, err = scan()
    assert (code, out, len(err)) == (130, "", 1)
    assert f"--store {tmp_path / 'store'} --resume" in err[0]
    scan.hooks.clear()
    code, out, _ = scan("--resume", "--json")
    assert code == 0 and json.loads(out)["kept"] == 5
    assert values(tmp_path / "store") == undisturbed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_have_codes_of_their_own(scan, number):
    def stop():
        raise signals.Stopped(number)

    scan.hooks[2] = stop
    code, out, err = scan()
    assert (code, out, len(err)) == (128 + number, "", 1)
    assert "interrupted; finished blocks are safe" in err[0] and err[0].endswith("--resume")


STUCK = """
import hashlib, threading
from relabel_lab.relabel import signals
threading.Timer(0.5, print, ["ready"], {"flush": True}).start()
signals.watch("scan")
signals.advise("; go on with --resume")
hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)  # minutes without a look at signals
"""


def test_a_computation_that_hears_nothing_is_ended_within_two_seconds():
    with subprocess.Popen(
        [sys.executable, "-c", STUCK], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=20) == 143
        assert child.stderr.read().splitlines() == ["scan: interrupted; go on with --resume"]


def test_verify_says_whole_or_names_the_file(scan, tmp_path, capsys):
    assert scan()[0] == 0
    store = tmp_path / "store"
    assert main(["scan", "--verify", str(store)]) == 0
    assert "match their checksums; 12 of 12 blocks are finished" in capsys.readouterr().out
    (store / "improved" / "0.0.0.0").write_bytes(b"")
    assert main(["scan", "--verify", str(store)]) == 1
    out, err = capsys.readouterr()
    assert out == "" and "is not whole: improved/0.0.0.0 is damaged" in err
    assert len(err.splitlines()) == 1
    assert main(["scan", "--verify", str(store), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["wrong"] == ["improved/0.0.0.0 is damaged"] and told["whole"] is False
    assert main(["scan", "--verify", str(tmp_path)]) == 2
    assert f"--verify {tmp_path}: must be the store of a scan" in capsys.readouterr().err


def test_schema_is_one_strict_json_object(capsys):
    assert main(["scan", "--schema"]) == 0
    told = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert set(told["properties"]) == {"axes", "run", "adaptive", "refine", "store"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "CONFIG.toml is missing"),
        (["c.toml"], "--store is missing"),
        (["c.toml", "--schema"], "--schema stands alone"),
        (["--verify", "s", "--resume"], "--verify stands alone"),
        (["--verify", "s", "--schema"], "not allowed with"),
    ],
)
def test_options_that_do_not_go_together_exit_2(capsys, words, says):
    assert main(["scan", *words]) == 2
    err = capsys.readouterr().err
    assert says in err and len(err.splitlines()) == 1


def test_full_disk_exits_1(scan):
    def fill():
        raise OSError(28, "No space left on device")

    scan.hooks[3] = fill
    code, out, err = scan()
    assert (code, out, len(err)) == (1, "", 1)
    assert "No space left on device; finished blocks are safe, continue with --resume" in err[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (CONFIG.replace("alpha", "alfa"), "axes.alfa is not a known key (did you mean alpha?)"),
        (CONFIG.replace("0.45", "0.55"), "axes.p = 0.55"),
        (CONFIG.replace("seeds = 10", "seeds = 0"), "run.seeds = 0"),
        ("[axes", "is not TOML"),
    ],
)
def test_bad_configuration_exits_2_and_touches_nothing(scan, tmp_path, text, says):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    code, out, err = scan(config=path)
    assert (code, out, len(err)) == (2, "", 1) and says in err[0] and "bad.toml" in err[0]
    assert not (tmp_path / "store").exists()


def test_bad_options_exit_2(scan, tmp_path):
    for words, says in [
        (("--devices", "0"), "--devices 0"),
        (("--devices", "99"), "--devices 99"),
        (("--devices", "1", "--scheduler", "tcp://127.0.0.1:9"), "--devices 1"),
    ]:
        code, _, err = scan(*words)
        assert code == 2 and len(err) == 1 and says in err[0]
    code, _, err = scan(config="no-such-preset")
    assert code == 2 and "CONFIG no-such-preset" in err[0]
    assert not (tmp_path / "store").exists()


def test_progress_shows_cells_rate_and_share(scan, capsys):
    code, _, err = scan("--progress")
    assert code == 0
    assert "24/24" in err[-1] and "seeds/s=" in err[-1] and "improved=" in err[-1]
