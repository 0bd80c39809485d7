"""Writes the state diagram as one SVG document to the standard output."""

from __future__ import annotations

import argparse
import sys

from ..domain.rulesets import RULESETS
from .graph import graph_under
from .sheet import svg


def main() -> None:
    """Draw a ruleset."""
    parser = argparse.ArgumentParser(prog="python -m emulator.diagrams", description=__doc__)
    parser.add_argument("--ruleset", choices=sorted(RULESETS), default="standard", help="whose rows to draw (default: standard)")
    parser.add_argument("--link", default="/v1/rules/{}", help="where a rule is to be read, with {} for its id (default: /v1/rules/{})")
    wanted = parser.parse_args()
    sys.stdout.write(svg(graph_under(RULESETS[wanted.ruleset]), wanted.ruleset, link=wanted.link))


if __name__ == "__main__":
    main()
