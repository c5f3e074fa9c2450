"""The command line: `libsendsafely`, or `python -m libsendsafely`. The library does not import it."""

from __future__ import annotations

import argparse
import sys
import traceback
from typing import Any, NoReturn

from .. import Error, Status, __version__
from . import completion, doctor, keys, lists, receive, resume, send, workspace
from .output import CODES, EXIT_BROKEN_PIPE, Output
from .signals import Interrupted
from .streams import can_print, open_standard_streams, write
from .values import seconds

EPILOG = f"""
credentials:
  environment    SENDSAFELY_HOST, SENDSAFELY_API_KEY and SENDSAFELY_API_SECRET; for those not set: SS_HOST, SS_API_KEY or SS_KEY,
                 SS_API_SECRET or SS_SECRET
  file           --credentials FILE, or the file in LIBSENDSAFELY_CREDENTIALS, or ~/.config/libsendsafely/credentials, with
                 lines host=, api_key= and api_secret=; other users must not be able to read it
  There is no option for a secret, since every user of a machine can see the options of all programs.

other variables:
  SENDSAFELY_CA_BUNDLE  a PEM file with certificate authorities to trust besides the system's
  SENDSAFELY_KEYCODE    the keycode of a package that is given by its id
  HTTPS_PROXY, ALL_PROXY, NO_PROXY  the proxy

exit codes:
{CODES}
"""


class Parser(argparse.ArgumentParser):
    """A parser that raises usage errors as Error, so that they are printed like all others, and stores the command that it finds,
    and its options."""

    def __init__(self, **given: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **given)

    def error(self, message: str) -> NoReturn:
        raise Error(message, status=Status.INVALID_ARGUMENT, remedy=f"see {self.prog} --help")

    # argparse's own has overloads.
    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, args: Any = None, namespace: Any = None,
    ) -> Any:
        found, rest = super().parse_known_args(args, namespace)
        if not hasattr(found, "options"):  # The innermost parser comes first.
            found.options = [option for action in self._actions for option in action.option_strings]
            found.command = self
        return found, rest

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        found, rest = self.parse_known_args(args, namespace)
        if rest:
            found.command.error(f"unrecognized arguments: {' '.join(rest)}")
        return found

    def _print_message(self, message: str, file: Any = None) -> None:
        # argparse ignores that a text cannot be written.
        write(message)


def parser() -> argparse.ArgumentParser:
    # Before and after the command. The one after it counts.
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group("common options")
    group.add_argument("--credentials", metavar="FILE", help="file with host, API key and secret")
    group.add_argument("--json", action="store_true", help="print one JSON object per line on standard output, also for errors")
    group.add_argument("--quiet", action="store_true", help="print only results and errors, no progress and no remarks")
    group.add_argument("--verbose", action="store_true", help="print retries and changes of route on standard error")
    group.add_argument("--retry-window", metavar="SECONDS", type=seconds,
                       help="repeat failed requests until the network has been silent for so long; default 300, 0 for no repetition")
    top = Parser(prog="libsendsafely", parents=[common], description="Sends and receives files with SendSafely, end-to-end encrypted.", epilog=EPILOG)
    top.add_argument("--version", action="version", version=f"libsendsafely {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for module in (send, receive, lists, workspace, keys, resume, doctor):
        module.add(commands, common)
    completion.add(commands, top)
    return top


def main(argv: list[str] | None = None) -> int:
    """Runs a command. Returns the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    open_standard_streams()
    # Found before all others are understood, since errors of these are printed in the same way.
    flags = argv[:argv.index("--")] if "--" in argv else argv
    out = Output(json="--json" in flags, quiet="--quiet" in flags, verbose="--verbose" in flags)
    try:
        with out.signals:
            if not can_print():
                raise Error("standard output is closed", status=Status.WRITE_FAILED, remedy="add > /dev/null to discard the output")
            arguments = parser().parse_args(argv)
            out.options = arguments.options
            return int(arguments.run(arguments, out) or 0)
    except SystemExit as done:  # --help, --version
        return int(done.code or 0)
    except KeyboardInterrupt as interrupted:
        code = interrupted.exit_code if isinstance(interrupted, Interrupted) else 130
        return out.failed(Error("interrupted", status=Status.STOPPED), code)
    except BrokenPipeError:
        # The reader of a pipe, such as head, has ended. That is no error, unless it hides what was done.
        if out.remark:
            out.say(out.remark)
        return EXIT_BROKEN_PIPE
    except Exception as error:
        if out.verbose and not isinstance(error, (Error, OSError)):
            traceback.print_exc()
        return out.failed(of_exception(error))


def of_exception(error: Exception) -> Error:
    if isinstance(error, Error):
        return error
    if isinstance(error, OSError):
        kinds = {FileNotFoundError: Status.FILE_NOT_FOUND, PermissionError: Status.ACCESS_DENIED, FileExistsError: Status.FILE_EXISTS}
        what = error.strerror or str(error)
        return Error(what if error.filename is None else f"{error.filename}: {what}", status=kinds.get(type(error), Status.READ_FAILED))
    if isinstance(error, MemoryError):
        return Error("there is not enough memory", status=Status.OUT_OF_MEMORY, remedy="give the process more memory")
    return Error(f"an error of the command line itself: {type(error).__name__}: {error}", status=Status.INTERNAL,
                 remedy="please report it; --verbose prints where it was")
