"""What is refused before anything is computed: folders that cannot be written, work without end."""

import os
import shlex
import subprocess
import sys

import pytest

from relabel_lab.relabel import main

PROBLEM = ["--d", "10", "--p", "0.1", "--gamma", "1"]
LONG = "a" * 300


@pytest.mark.parametrize("where", ["link", "link/below", "file", "file/below", LONG])
@pytest.mark.parametrize(
    "command",
    [
        ["check", "--only", "R8-clean", "--out"],
        ["figures", "rounds", "--out"],
        ["pilot", "none.csv", "--label", "y", "--out"],
        ["experiment", "image", "--preset", "smoke", "--out"],
        ["scan", "p-n", "--store"],
    ],
    ids=lambda words: words[0],
)
def test_a_folder_that_cannot_be_written_is_refused(command, where, tmp_path, capsys):
    (tmp_path / "link").symlink_to(tmp_path / "gone" / "far")
    (tmp_path / "file").write_text("mine")
    assert main([*command, str(tmp_path / where)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and f"{command[-1]} " in err
    assert "that can be written" in err and len(err) < 500
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]


@pytest.mark.parametrize("where", ["/dev/full", "/dev/null/x", "/proc/x"])
def test_a_folder_of_the_system_is_refused(where, capsys):
    assert main(["check", "--only", "R8-clean", "--out", where]) == 2
    assert f"--out {where}: must be a folder that can be written" in capsys.readouterr().err


def test_looking_for_room_leaves_nothing_behind(tmp_path, capsys):
    assert main(["check", "--only", "no-such-claim", "--out", str(tmp_path / "a" / "b")]) == 2
    assert capsys.readouterr().out == "" and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--n", "9e18"], "n x seeds x models is at most 1e+15"),
        (["--n", "1e9", "--engine", "direct"], "n x d x seeds x models is at most 1e+15"),
        (["--n", "1e12", "--seeds", "1", "--schemes", "crossfit:5"], "fits into memory"),
        (["--n", "1e12", "--seeds", "1", "--schemes", "fresh"], "fits into memory"),
        (["--n", "1e10", "--seeds", "1", "--rounds", "20"], "fits into memory"),
        (["--n", "1e10", "--seeds", "1", "--rounds", "3", "--schemes", "crossfit:5"], "memory"),
        (["--n", "100", "--rounds", "1e9"], "--rounds 1000000000: must be a whole number from 0"),
        (["--n", "100", "--seeds", "1e15"], "--seeds 1000000000000000: must be such that"),
    ],
)
def test_work_without_end_is_refused(words, told, capsys):
    extra = ["--d", "1e4"] if "direct" in words else []
    assert main(["simulate", *PROBLEM, *words, *extra]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and told in err


def test_annotators_are_bounded(capsys):
    noise = f"annotators:{','.join(['0.1'] * 2000)}"
    assert main(["simulate", "--n", "100", "--d", "5", "--noise", noise, "--gamma", "1"]) == 2
    err = capsys.readouterr().err
    assert "at most 64" in err and len(err) < 500


def test_encryption_needs_certificates(tmp_path, capsys):
    store = ["--store", str(tmp_path / "store")]
    assert main(["scan", "p-n", *store, "--scheduler", "tls://127.0.0.1:9"]) == 2
    assert "--scheduler tls://127.0.0.1:9: must be given certificates" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def relabel(words, redirection="", **options):
    line = shlex.join([sys.executable, "-m", "relabel_lab", *words])
    shell = ["sh", "-c", f"exec {line} {redirection}"]
    return subprocess.run(shell, text=True, check=False, capture_output=True, **options)


def test_devices_that_are_not_there_are_one_line():
    words = ["theory", "--n", "100", *PROBLEM]
    env = {**os.environ, "JAX_PLATFORMS": "rocm"}
    done = relabel(words, env=env)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("relabel theory: JAX_PLATFORMS=rocm: must be left out")
    assert done.stderr.count("\n") == 1


def test_closed_standard_output_is_an_error():
    words = ["theory", "--n", "100", *PROBLEM]
    done = relabel(words, ">&-")
    assert done.returncode == 1
    assert done.stderr == "relabel theory: standard output is closed\n"


def test_error_lines_never_reach_standard_output():
    done = relabel(["theory"], "2>&-")
    assert (done.returncode, done.stdout) == (2, "")


def test_files_have_the_permissions_of_the_umask(tmp_path):
    from relabel_lab.sim.kit import write_whole

    for mask, mode in ((0o077, 0o600), (0o022, 0o644), (0o002, 0o664)):
        old = os.umask(mask)
        try:
            write_whole(tmp_path / f"{mask}", b"x")
        finally:
            os.umask(old)
        assert (tmp_path / f"{mask}").stat().st_mode & 0o777 == mode
