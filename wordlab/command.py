"""What every command shares: checked numbers, and one line on stderr for whatever goes wrong."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import Any, NoReturn

from wordlab.console import lasting_output
from wordlab.errors import InputError


class OneLineParser(argparse.ArgumentParser):
    """A parser whose errors are one line and exit status 2. `description` may be a module's docstring."""

    def __init__(self, description: str | None = None, **options: Any):
        super().__init__(description=description, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message} (--help lists the options)\n")


def number(kind: type, low: float, high: float, open_low: bool = False) -> Callable[[str], Any]:
    """An argparse type: a finite `kind` within [low, high], or within (low, high] if `open_low`."""
    bracket = "(" if open_low else "["

    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not (low < value if open_low else low <= value) or not value <= high:
            raise argparse.ArgumentTypeError(f"expected {kind.__name__} in {bracket}{low}, {high}], got {text!r}")
        return value

    return parse


seed = number(int, 0, 2**32 - 1)  # what numpy, torch and scikit-learn all take


def run_command(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], None], place: str = "out") -> None:
    """Parse the command line and `run`. Bad input ends in one line and status 2, Ctrl-C in one line and 130.

    `place` is the option that names the file of a system error which names none itself. A console that fails does not
    stop the work: a closed pipe is no error, and any other failure is told at the end.
    """
    with lasting_output() as output:
        args = parser.parse_args()
        try:
            run(args)
        except InputError as error:
            parser.exit(2, f"error: {error}\n")
        except OSError as error:
            parser.exit(2, f"error: {error.filename or _named(args, place)}: {error.strerror or error}\n")
        except KeyboardInterrupt as error:
            parser.exit(130, f"interrupted{f'; {error}' if str(error) else ''}\n")
        output.flush()
        if output.error and not isinstance(output.error, BrokenPipeError):
            parser.exit(2, f"error: standard output: {output.error.strerror}; only what is printed is lost\n")


def _named(args: argparse.Namespace, place: str) -> str:
    """What the user gave for an option, as it was typed."""
    given = getattr(args, place)
    return " ".join(map(str, given)) if isinstance(given, list) else str(given)


def unless_impossible(name: str, make: Callable[[], None]) -> None:
    """Call `make`. Where that raises InputError, print that `name` is left out and why, and go on."""
    try:
        make()
    except InputError as reason:
        print(f"{name} left out: {reason}", flush=True)
