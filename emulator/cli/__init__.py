"""The command `dispute-emulator`."""

from __future__ import annotations

import sys
from io import TextIOWrapper

import click

from . import control, coverage, offline
from .completion import completion
from .ending import Commands
from .serving import serve


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="dispute-emulator", prog_name="dispute-emulator")
def main() -> None:
    """A stateful test double of a marketplace's dispute desk."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What a terminal or a pipe cannot show becomes a question mark, not a traceback.
            stream.reconfigure(errors="replace")


for command in (serve, *offline.COMMANDS, *control.COMMANDS, coverage.coverage, completion):
    main.add_command(command)
