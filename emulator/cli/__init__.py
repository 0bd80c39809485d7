"""The command `dispute-emulator`."""

from __future__ import annotations

import sys
from io import TextIOWrapper

import click

from .ending import Commands

_LIES_IN = (
    {"serve": "serving", "coverage": "coverage", "completion": "completion"}
    | dict.fromkeys(("play", "world", "rules"), "offline")
    | dict.fromkeys(("load", "advance", "forecast", "audit", "export", "import"), "control")
)


@click.group(cls=Commands, lies_in=_LIES_IN, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="dispute-emulator", prog_name="dispute-emulator")
def main() -> None:
    """A stateful test double of a marketplace's dispute desk."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What a terminal or a pipe cannot show becomes a question mark, not a traceback.
            stream.reconfigure(errors="replace")
