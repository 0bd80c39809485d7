"""An emulator of this process: an application on a temporary database, with a server in front if one is wanted."""

from __future__ import annotations

import shutil
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .emulator import Emulator
    from .live import LiveServer


class InThisProcess:
    """An application of this process on a temporary SQLite file, which goes with it."""

    def __init__(self, *, served: bool) -> None:
        from ..app import create_app

        self._folder = tempfile.mkdtemp(prefix="dispute-emulator-")
        self.app = create_app(f"sqlite:///{Path(self._folder) / 'emulator.db'}", demo=False)
        self.server: LiveServer | None = None
        if served:
            from .live import LiveServer

            self.server = LiveServer(self.app).start()

    @cached_property
    def emulator(self) -> Emulator:
        """It as a test holds it: in process, or over HTTP where it is served."""
        from .emulator import Emulator

        return Emulator.in_process(self.app) if self.server is None else Emulator(self.server.url, app=self.app)

    def stop(self) -> None:
        """Stop serving, close the database, put the folder away."""
        if "emulator" in vars(self):
            self.emulator.close()
        if self.server is not None:
            self.server.stop()
        self.app.extensions["dispute_emulator"].close()
        shutil.rmtree(self._folder, ignore_errors=True)
