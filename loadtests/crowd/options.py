"""The crowd's own options, beside locust's: each can also be given by the environment or in locust's configuration file.

locust's --help does not know them, as it is printed before a locustfile is read; `python -m loadtests.crowd --help` does.
"""

from __future__ import annotations

from typing import Any

from configargparse import ArgumentParser

from .control import RULESETS
from .curves import CURVES, spawn_rate
from .mix import DEFAULT
from .movers import LEAP_HOURS

SECONDS, USERS = 60.0, 20
WORLDS = ("empty", "small", "market")
REPORT = "var/load/report.html"

_SHAPE = (
    "How many of --users there are when. steady: all, all the time; ramp: more and more; spike: a fifth, with two peaks; soak: all, for "
    f"long, and the run is judged for being flat. It ends after --run-time, {SECONDS:.0f} seconds if that is not given."
)
_MIX = (
    f"TOML that changes how often what is done and how many users of each class there are. {DEFAULT.name}, in the folder of the crowd, has "
    "what can be named, and what holds for the rest."
)
_REPORT = f"Where to write the page about the run; its numbers go beside it, as JSON. {REPORT} if it is not given."
_SERVER_PID = "The server's process, where it runs on this machine: its own memory is then told from the pages of the file it has mapped."


def settle(given: Any) -> None:
    """Say what was left unsaid, before locust does: it would let one user come, or one in a second."""
    if given.num_users is None:
        given.num_users = USERS
    if given.spawn_rate is None:
        given.spawn_rate = spawn_rate(given.num_users, given.shape)


def add(parser: ArgumentParser) -> None:
    """Add them to a parser, locust's above all; those that make sense there are also on its page."""
    group = parser.add_argument_group("The crowd")

    def option(name: str, env_var: str, *, on_page: bool = True, **how: Any) -> None:
        action: Any = group.add_argument(name, env_var=env_var, **how)
        action.include_in_web_ui = on_page

    option("--sandboxes", "CROWD_SANDBOXES", type=int, default=4, help="How many sandboxes are made; users are spread over them.")
    option("--shape", "CROWD_SHAPE", choices=list(CURVES), default="steady", help=_SHAPE)
    option("--pace", "CROWD_PACE", type=float, default=1.0, help="Seconds from one step of a user to his next, about.")
    option("--mix", "CROWD_MIX", default=None, metavar="<filename>", help=_MIX)
    option("--world", "CROWD_WORLD", choices=WORLDS, default="small", help="What sandboxes begin with.")
    option("--ruleset", "CROWD_RULESET", choices=(*RULESETS, "both"), default="both", help="Whose rules hold; both: they take turns.")
    option("--running-clocks", "CROWD_RUNNING_CLOCKS", action="store_true", help="Clocks run; else they stand, and travellers move them.")
    option("--leap-hours", "CROWD_LEAP_HOURS", type=float, default=LEAP_HOURS, help="How far a time traveller goes at once, at most.")
    option("--keep-sandboxes", "CROWD_KEEP_SANDBOXES", action="store_true", help="Leave the sandboxes there when the run is over.")
    option("--report", "CROWD_REPORT", default=REPORT, metavar="<filename>", on_page=False, help=_REPORT)
    option("--server-pid", "CROWD_SERVER_PID", type=int, default=None, metavar="<int>", on_page=False, help=_SERVER_PID)
    option("--key", "EMULATOR_KEY", default=None, on_page=False, help="What opens the control plane of a server that asks for a key.")
