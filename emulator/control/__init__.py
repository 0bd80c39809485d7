"""The control plane: sandboxes, their clocks and worlds, and what no marketplace has."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..service import Marketplace
from ..store.database import Database
from .coverage import Coverage
from .sandboxes import Sandboxes
from .time import Time

if TYPE_CHECKING:
    from .branches import Branches
    from .generator import Generator
    from .scenarios import Scenarios


class ControlPlane:
    """Everything under /_emulator, over one database.

    `seeds_fix_tokens` is False where strangers can reach the program; `max_sandboxes` is how many there may be, None for any number.
    What many programs never ask for is loaded by the first who does.
    """

    def __init__(
        self, database: Database, marketplace: Marketplace, seeds_fix_tokens: bool = True, max_sandboxes: int | None = None
    ) -> None:
        self._database, self._tally = database, marketplace.tally
        self._seeds_fix_tokens, self._max_sandboxes = seeds_fix_tokens, max_sandboxes
        self.sandboxes = Sandboxes(database, marketplace, seeds_fix_tokens, max_sandboxes)
        self.time = Time(database, marketplace)
        self.coverage = Coverage(database, marketplace.tally)

    @cached_property
    def branches(self) -> Branches:
        """Worlds that are kept, gone back to, branched and carried elsewhere."""
        from .branches import Branches

        return Branches(self._database, self._tally, self._seeds_fix_tokens, self._max_sandboxes)

    @cached_property
    def scenarios(self) -> Scenarios:
        """The stories that ship, played into sandboxes."""
        from .scenarios import Scenarios

        return Scenarios(self._database, self._tally)

    @cached_property
    def generator(self) -> Generator:
        """What fills a sandbox with orders."""
        from .generator import Generator

        return Generator(self._database)
