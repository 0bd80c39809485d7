"""Who must go on seeing true time while a test has frozen it.

freezegun freezes monotonic clocks too. Whatever waits by asking such a clock again and again then waits for ever, and a log lies about when
it was written. freezegun leaves the modules of its ignore list alone; these are added to it. (Measured: those named below hang or lie;
`selectors`, `http`, `socket`, `threading`, `queue`, `urllib3`, `httpx` and `werkzeug` do not.)
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

SEES_TRUE_TIME = (
    "sqlalchemy.util.queue",  # a pool whose connections are all out waits without end
    "psycopg",  # so does a connection to a PostgreSQL that does not answer
    "concurrent",  # as_completed never gives up
    "subprocess",  # nor does run(timeout=…)
    "logging",  # a record says when it was made
)

_CONFIG = "freezegun.config"


def spare() -> None:
    """Extend freezegun's ignore list: now if it has been imported, else when it is. Importing it costs more than this whole plugin.

    It cannot wait for the first test, because a decorator takes its copy of the list while test files are being collected.
    """
    config = sys.modules.get(_CONFIG)
    if config is not None:
        _extend(config)
    elif not any(isinstance(finder, _Watch) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Watch())


def _extend(config: ModuleType) -> None:
    config.configure(extend_ignore_list=list(SEES_TRUE_TIME))


class _Watch(MetaPathFinder):
    """Waits for one module to be imported, and is gone."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != _CONFIG:
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Then(spec.loader)
        return spec


class _Then(Loader):
    """Loads a module as it would have been loaded, and then extends the list in it."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _extend(module)
