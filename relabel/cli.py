"""Entry point: parse, dispatch, and map every failure to an exit code and one line."""

import argparse
import importlib
import os
import re
import sys
import traceback
import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from platformdirs import user_cache_dir

from relabel_lab.relabel import signals
from relabel_lab.relabel.errors import UsageError, WorkFailed, as_option, one_line
from relabel_lab.suggest import near

COMMANDS = (
    "theory",
    "simulate",
    "check",
    "scan",
    "map",
    "plot",
    "figures",
    "samples",
    "pilot",
    "experiment",
)
"""Modules of `relabel.commands`: each has SUMMARY, ``add_arguments(parser)``, ``main(args)``."""

DONE, FAILED, BAD_INPUT = 0, 1, 2


_UNKNOWN = re.compile(r"invalid choice: '(?P<word>[^']*)' \(choose from (?P<known>.*)\)")


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are single lines."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage and exiting."""
        line = one_line(message).removeprefix("argument ")
        if unknown := _UNKNOWN.search(line):
            line += near(unknown["word"], re.findall(r"'?([\w.-]+)'?", unknown["known"]))
        raise UsageError(line)


def entry() -> NoReturn:
    """The ``relabel`` program."""
    _fill_closed_streams()
    prepare_jax()
    # Seeds already share the cores; threads inside each small factorisation would fight for them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    words = sys.argv[1:]
    signals.watch(program_of(words))
    code = main(words)
    code = code or _flushed(program_of(words))
    if code in signals.CODES.values():
        signals.leave(code)
    sys.exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 bad input."""
    words = list(sys.argv[1:] if argv is None else argv)
    program = program_of(words)
    try:
        args = build_parser().parse_args(words)
        _check_platforms()
        code = args.main(args)
        for remark in args.remarks:  # not beside the one line of an error
            print(f"warning: {remark}", file=sys.stderr)
        return code
    except UsageError as error:
        return _complain(program, str(error), BAD_INPUT)
    except ValueError as error:
        return _complain(program, as_option(error), BAD_INPUT, words)
    except BrokenPipeError:
        return _reader_left()
    except KeyboardInterrupt as error:
        signals.tell(f"{program}: interrupted")
        return signals.code_of(error)
    except Exception as error:
        kind = "" if isinstance(error, WorkFailed) else f"{type(error).__name__}: "
        return _complain(program, one_line(f"{kind}{error}"), FAILED, words)


def program_of(words: Sequence[str]) -> str:
    """How messages call the program: with the command where one is named."""
    name = next((word for word in words if not word.startswith("-")), "")
    return f"relabel {name}" if name in COMMANDS else "relabel"


def build_parser() -> Parser:
    """The parser of the program and of its commands."""
    parser = Parser(
        prog="relabel",
        allow_abbrev=False,
        description="Does retraining on predicted labels help, by how much, and who says so?",
        epilog="exit codes: 0 done, 1 a claim or the work failed, 2 bad input; "
        "interrupted: 130 (SIGINT), 143 (SIGTERM), 129 (SIGHUP)",
    )
    commands = parser.add_subparsers(metavar="COMMAND", dest="name", required=True)
    for name in COMMANDS:
        module = command(name)
        sub = commands.add_parser(
            name,
            help=module.SUMMARY,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.add_arguments(sub)
        add_common_arguments(sub)
        sub.set_defaults(main=module.main, remarks=[])
    return parser


def command(name: str) -> ModuleType:
    """The module of one command."""
    return importlib.import_module(f"relabel_lab.relabel.commands.{name}")


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Options that every command has."""
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output, nothing else"
    )
    parser.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="show progress on standard error (default: when it is a terminal and not --json)",
    )
    parser.add_argument(
        "--traceback", action="store_true", help="on failure also print where it came from"
    )


def prepare_jax() -> None:
    """Let JAX, once imported, use every core and keep compiled programs on disk.

    Set through the environment because importing JAX costs more than ``--help`` may.
    """
    os.environ.setdefault("JAX_NUM_CPU_DEVICES", str(_cores()))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.02")
    cache = os.path.join(user_cache_dir("relabel-lab", appauthor=False), "jax")
    try:
        os.makedirs(cache, exist_ok=True)
    except OSError:
        return
    if os.access(cache, os.W_OK):
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", cache)
    # An entry cut short by a killed process is compiled anew; nobody needs to hear of it.
    warnings.filterwarnings("ignore", message="Error (reading|writing) persistent compilation")


def _fill_closed_streams() -> None:
    """Refuse to run without standard output, whose number the next file opened would have."""
    closed = sys.stdout is None
    for number in (0, 1, 2):  # the lowest free number is taken
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")
    if closed:
        sys.exit(_complain(program_of(sys.argv[1:]), "standard output is closed", FAILED))


def _check_platforms() -> None:
    """Platforms asked for by the environment that JAX does not find are one line, not a crash."""
    asked = os.environ.get("JAX_PLATFORMS")
    if not asked or asked == "cpu":
        return
    import jax

    try:
        jax.devices()
    except Exception as error:  # jaxlib raises several kinds, some without a word
        reason = f" ({one_line(str(error))})" if str(error) else ""
        allowed = f"left out, or kinds of device found here{reason}"
        raise UsageError(f"JAX_PLATFORMS={asked}: must be {allowed}") from None


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # the cores this process may use, where the system says
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _complain(program: str, message: str, code: int, words: Sequence[str] = ()) -> int:
    if "--traceback" in words:
        traceback.print_exc()
    print(f"{program}: {message}", file=sys.stderr)
    return code


def _flushed(program: str) -> int:
    """Standard output that cannot be written is a failure, not something to pass over."""
    try:
        sys.stdout.flush()
        return DONE
    except BrokenPipeError:
        return _reader_left()
    except (OSError, ValueError) as error:
        code = _complain(program, f"standard output: {error}", FAILED)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return code


def _reader_left() -> int:
    # Python would complain again when it flushes standard output at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED
