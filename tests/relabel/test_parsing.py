"""Bad input: exit 2, nothing on standard output, one line that names the option."""

import subprocess
import sys

import pytest

from relabel_lab.relabel import main
from relabel_lab.relabel.cli import COMMANDS

pytestmark = pytest.mark.smoke


GOOD = {"--n": "200", "--d": "50", "--p": "0.3", "--gamma": "1.5"}


def words(command, extra=(), **changed):
    options = {**GOOD, **{f"--{name}": value for name, value in changed.items()}}
    flat = [word for pair in options.items() if pair[1] is not None for word in pair]
    return [command, *flat, *extra]


PROBLEM = {
    "p above": (words("theory", p="0.5"), "--p 0.5: must be in [0, 0.5)"),
    "p below": (words("theory", p="-0.1"), "--p -0.1: must be in [0, 0.5)"),
    "p nan": (words("theory", p="nan"), "--p: 'nan' is not a finite number"),
    "p word": (words("theory", p="half"), "--p: 'half' is not a number"),
    "p missing": (
        words("theory", p=None),
        "one of the arguments --p --epsilon --noise is required",
    ),
    "n small": (words("theory", n="1"), "--n 1: must be a whole number >= 2"),
    "n broken": (words("theory", n="10.5"), "--n: '10.5' is not a whole number"),
    "n huge": (words("theory", n="1e4000"), "--n: '1e4000' is not a whole number below 2^63"),
    "n missing": (words("theory", n=None), "required: --n"),
    "d small": (words("theory", d="1"), "--d 1: must be a whole number >= 2"),
    "gamma": (words("theory", gamma="0"), "--gamma 0.0: must be finite and > 0"),
    "gamma infinite": (words("theory", gamma="inf"), "--gamma: 'inf' is not a finite number"),
    "sigma": (words("theory", sigma="-1"), "--sigma -1.0: must be finite and > 0"),
    "sigma zero": (
        words("theory", sigma="0", spectrum="power:1"),
        "--sigma 0.0: must be finite and > 0",
    ),
    "epsilon": (words("theory", p=None, epsilon="0"), "--epsilon 0.0: must be > 0"),
    "epsilon below": (words("theory", p=None, epsilon="-2"), "--epsilon -2.0: must be > 0"),
    "epsilon and p": (words("theory", epsilon="1"), "not allowed with argument --p"),
    "noise kind": (words("theory", p=None, noise="fog"), "--noise fog: must be one of annotators:"),
    "noise numbers": (words("theory", p=None, noise="margin:0.4"), "must be margin:P,DECAY"),
    "noise average": (
        words("theory", p=None, noise="classes:0.9,0.3"),
        "--noise classes:0.9,0.3: must be classes:P_PLUS,P_MINUS[,SHARE] where average flip",
    ),
    "noise and p": (words("theory", noise="margin:0.4,1"), "not allowed with argument --p"),
    "noise of z": (
        words("theory", p=None, noise="direction:0.3,1"),
        "--noise direction: must be independent of z: flips depend on the noise features z; R2-R5",
    ),
    "margin": (words("theory", margin="triangle"), "--margin triangle: must be one of constant"),
    "margin scale": (words("theory", margin="half-normal:0"), "--margin half-normal:0: must be"),
    "margin word": (words("theory", margin="uniform:x"), "--margin uniform:x: must be uniform:W"),
    "spectrum file": (words("theory", spectrum="nowhere.txt"), "--spectrum nowhere.txt: must be"),
    "spectrum power": (words("theory", spectrum="power:x"), "--spectrum power:x: must be"),
    "spectrum room": (words("theory", d="1e15", spectrum="power:1"), "--d 1000000000000000: must"),
    "no schemes": (words("theory", ("--schemes", ",")), "--schemes ,: must be one or more names"),
    "gamma huge": (words("theory", gamma="1e308"), "--gamma 1e+308: must be > 1e-70 and < 1e+70"),
    "sigma tiny": (words("theory", sigma="1e-300"), "--sigma 1e-300: must be > 1e-70"),
    "folds": (words("theory", ("--schemes", "crossfit:1e30")), "folds 1e+30: must be at most n"),
    "command": (["thoery"], "(did you mean theory?)"),
    "beginning of a command": (["simulat"], "(did you mean simulate?)"),
    "scheme near": (words("theory", ("--schemes", "fulll")), "(did you mean full?)"),
    "three sizes": (words("theory", ("--alpha", "2")), "--alpha 2: not with both --n and --d"),
    "share of a scheme": (
        words("theory", ("--schemes", "confident:2")),
        "--schemes confident:2: must be in (0, 1]",
    ),
    "scheme": (words("theory", ("--schemes", "fulll")), "--schemes fulll: must be one of"),
    "option": (words("theory", ("--gama", "2")), "unrecognized arguments: --gama 2"),
    "abbreviation": (words("theory", ("--sig", "2")), "unrecognized arguments: --sig 2"),
}
SIMULATE = {
    "seeds": (words("simulate", seeds="0"), "--seeds 0: must be a whole number >= 1"),
    "seed": (words("simulate", seed="-1"), "--seed -1: must be a whole number >= 0"),
    "rounds": (words("simulate", rounds="-1"), "--rounds -1: must be a whole number >= 0"),
    "engine": (words("simulate", engine="dream"), "--engine: invalid choice: 'dream'"),
    "learner": (
        words("simulate", learner="oracle", engine="direct"),
        "--learner oracle: must be one of averaging, logistic:L with L > 0, ridge:L",
    ),
    "learner penalty": (
        words("simulate", learner="ridge:0", engine="direct"),
        "--learner ridge:0: must be one of",
    ),
    "noise of z": (
        words("simulate", p=None, noise="subgroup:0.1,0.9,0.2"),
        "only the direct engine serves",
    ),
    "noise axis": (
        words("simulate", p=None, noise="annotators:0.1,0.4@1,49", engine="direct"),
        "--noise axis 49.0: must be a whole number from 0 to d - 2 = 48",
    ),
    "learner engine": (words("simulate", learner="ridge:1"), "--engine direct"),
    "intercept": (words("simulate", ("--intercept",), engine="direct"), "--intercept True: must"),
    "room": (words("simulate", n="1e6", d="1e5", engine="direct"), "--engine direct: "),
}
OTHER = {
    "command": (["prove"], "invalid choice: 'prove' (choose from "),
    "no command": ([], "required: COMMAND"),
    "figure": (["figures", "portrait", "--out", "x"], "portrait: must be one of"),
    "figure folder": (["figures"], "--out"),
    "figure file": (["figures", "--out", __file__], f"--out {__file__}: must be a folder"),
    "preset": (["figures", "--preset", "huge", "--out", "x"], "--preset: invalid choice: 'huge'"),
    "level": (["check", "--level", "huge"], "--level: invalid choice: 'huge'"),
    "claim": (["check", "--only", "no-such-claim"], "--only no-such-claim: "),
}
BAD = PROBLEM | SIMULATE | OTHER


@pytest.mark.parametrize(("argv", "expected"), BAD.values(), ids=BAD.keys())
def test_bad_input(argv, expected, capsys):
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1 and err.endswith("\n")
    assert err.startswith("relabel")
    assert expected in err


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("1\n2\n3\n", "eigenvalues: must be of length d - 1 = 49"),
        ("1\n" * 48 + "-1\n", "--spectrum -1.0: must be finite eigenvalues >= 0"),
        ("1\n" * 48 + "nan\n", "--spectrum nan: must be finite"),
        ("0\n" * 49, "--spectrum all zeros: must be"),
        ("1\n" * 48 + "one\n", "one eigenvalue a line"),
    ],
    ids=["length", "negative", "nan", "zeros", "word"],
)
def test_bad_spectrum_file(content, expected, tmp_path, capsys):
    path = tmp_path / "spectrum.txt"
    path.write_text(content)
    assert main(words("theory", spectrum=str(path))) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert expected in err


def test_spectrum_file_and_sigma_exclude_each_other(tmp_path, capsys):
    path = tmp_path / "spectrum.txt"
    path.write_text("1\n" * 49)
    assert main(words("theory", spectrum=str(path), sigma="2")) == 2
    assert "--sigma 2.0" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_every_option(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_help_loads_nothing_heavy():
    heavy = "{'jax', 'numpy', 'scipy', 'matplotlib', 'sympy', 'sim', 'theory', 'figures'}"
    program = (
        "import sys\nfrom relabel.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"sys.exit(sorted({heavy} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "COMMAND" in done.stdout
    assert done.stderr.strip() == ""
    assert done.returncode == 0


def test_program_exits_with_two_and_one_line():
    argv = [sys.executable, "-m", "relabel_lab", *words("theory", p="0.7")]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "relabel theory: --p 0.7: must be in [0, 0.5)\n"
