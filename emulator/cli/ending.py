"""How a command ends: with which exit code, and what it says where it does not end well."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum
from importlib import import_module
from typing import Any, NoReturn

import click

from ..remote import Problem, RemoteError, Unreachable


class Ending(IntEnum):
    """The exit codes."""

    WELL = 0
    NOT_SO = 1
    CALLED_WRONGLY = 2
    REFUSED = 3
    NO_ANSWER = 4
    INTERRUPTED = 130
    # What a shell says of a program that was stopped because nobody reads what it writes.
    UNREAD = 141


MEANINGS: Mapping[Ending, str] = {
    Ending.WELL: "All went well.",
    Ending.NOT_SO: "What was asked about is not so: a story goes otherwise than told, or an audit has found something broken.",
    Ending.CALLED_WRONGLY: "The command was called wrongly.",
    Ending.REFUSED: "The emulator refuses, and says why.",
    Ending.NO_ANSWER: "What is needed is not to be had: nobody answers, the connection broke, what answers is no emulator; "
    "or a port, a database or a file does not open.",
    Ending.INTERRUPTED: "Stopped with Ctrl+C. It is how `serve` is stopped, which then ends with 0.",
    Ending.UNREAD: "Nobody reads the output to its end, as behind `| head`.",
}

FOR_PROGRAMS = (
    "With --json there is exactly one JSON document on the standard output, whatever comes of it: the answer; the emulator's problem "
    "document as it is (RFC 9457), where it refuses; else an object with `code`, `title` and `detail`, as a problem has them. "
    "Without it, whatever does not go well is said on the standard error. Where no terminal looks, nothing is coloured, and each line "
    "of a table is one line."
)


class Unavailable(click.ClickException):
    """Something that a command needs does not open."""

    def show(self, file: Any = None) -> None:
        click.echo(f"dispute-emulator: {self.message}", err=True, file=file)


class Interrupted(Exception):
    """Somebody has pressed Ctrl+C; its notes say what had been done by then."""


Fault = click.ClickException | click.Abort | RemoteError | Interrupted


class Commands(click.Group):
    """A group of commands that all end in the same way, each loaded when it is called: a server needs nothing of what draws tables.

    `lies_in` names the module of each, whose `COMMANDS` has it by its name.
    """

    def __init__(self, *args: Any, lies_in: Mapping[str, str], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._lies_in = lies_in

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The names of all."""
        return sorted(self._lies_in)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """The one of that name."""
        module = self._lies_in.get(cmd_name)
        if module is None:
            return None
        found: click.Command = import_module(f".{module}", __package__).COMMANDS[cmd_name]
        return found

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; ends the process with its exit code."""
        given = sys.argv[1:] if args is None else list(args)
        try:
            result = super().main(given, prog_name, complete_var, standalone_mode=False, **extra)
        except (click.ClickException, click.Abort, RemoteError, Interrupted) as fault:
            if not standalone_mode:
                raise
            result = tell(fault, as_json="--json" in given)
        if not standalone_mode:
            return result
        sys.exit(result or Ending.WELL)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that is named, and write out all that it has said."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            end_unread()
        return result

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's signature
        """What the exit codes mean, and what a program can rely on."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), meaning) for code, meaning in MEANINGS.items()])
        with formatter.section("For programs"):
            formatter.write_text(FOR_PROGRAMS)


def end_unread() -> NoReturn:
    """End, without a word: whoever read the output has had enough."""
    # What is still to be written goes nowhere, so that nothing is said about it at the end either.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(Ending.UNREAD)


def tell(fault: Fault, as_json: bool) -> Ending:
    """Say what went wrong, as one document or as sentences; returns how the command ends."""
    from .output import write_json

    ending = _ending_of(fault)
    if as_json:
        write_json(_document(fault, ending))
    else:
        _say(fault)
    return ending


def _ending_of(fault: Fault) -> Ending:
    match fault:
        case Problem():
            return Ending.REFUSED
        case click.UsageError():
            return Ending.CALLED_WRONGLY
        case RemoteError() | click.ClickException():
            return Ending.NO_ANSWER
        case _:
            return Ending.INTERRUPTED


def _document(fault: Fault, ending: Ending) -> dict[str, Any]:
    """A refusal as the emulator gave it, any other fault in its likeness; with what had been done before it."""
    match fault:
        case Problem():
            document = dict(fault.body)
        case RemoteError():
            document = {"code": fault.code, "title": fault.title, "detail": str(fault)}
        case click.ClickException():
            code = "called_wrongly" if ending is Ending.CALLED_WRONGLY else "unavailable"
            document = {"code": code, "title": _TITLES[code], "detail": fault.format_message()}
        case _:
            document = {"code": "interrupted", "title": _TITLES["interrupted"], "detail": "Stopped with Ctrl+C."}
    return document | ({"before": " ".join(_notes(fault))} if _notes(fault) else {})


_TITLES = {
    "called_wrongly": "The command was called wrongly.",
    "unavailable": "What is needed does not open.",
    "interrupted": "Stopped.",
}


def _say(fault: Fault) -> None:
    from . import showing
    from .output import page

    err = page(stderr=True)
    for note in _notes(fault):
        err.print(note, markup=False)
    match fault:
        case click.ClickException():
            fault.show()
        case RemoteError():
            showing.no(err, str(fault))
            if isinstance(fault, Unreachable):
                err.print("Start one with `dispute-emulator serve`, or say where it is with --url or EMULATOR_URL.")
            if isinstance(fault, Problem):
                showing.why_not(err, fault)
                if fault.code == "emulator_key_required":
                    err.print("Put its key into EMULATOR_KEY.")
        case _:
            err.print("Stopped.")


def _notes(fault: BaseException) -> list[str]:
    return list(getattr(fault, "__notes__", ()))
