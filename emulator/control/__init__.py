"""The control plane: sandboxes, their clocks and worlds, and what no marketplace has."""

from __future__ import annotations

from ..service import Marketplace
from ..store.database import Database
from .branches import Branches
from .coverage import Coverage
from .generator import Generator
from .sandboxes import Sandboxes
from .scenarios import Scenarios
from .time import Time


class ControlPlane:
    """Everything under /_emulator, over one database.

    `seeds_fix_tokens` is False where strangers can reach the program; `max_sandboxes` is how many there may be, None for any number.
    """

    def __init__(
        self, database: Database, marketplace: Marketplace, seeds_fix_tokens: bool = True, max_sandboxes: int | None = None
    ) -> None:
        self.sandboxes = Sandboxes(database, marketplace, seeds_fix_tokens, max_sandboxes)
        self.time = Time(database, marketplace)
        self.branches = Branches(database, marketplace.tally, seeds_fix_tokens, max_sandboxes)
        self.scenarios = Scenarios(database, marketplace.tally)
        self.generator = Generator(database)
        self.coverage = Coverage(database, marketplace.tally)
