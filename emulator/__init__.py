"""dispute-emulator: a stateful test double of a marketplace's dispute desk.

    from emulator import create_app
    app = create_app("sqlite:///disputes.db")

`create_app` gives a Flask application with the marketplace under /v1, the control plane under /_emulator, and the sandbox `default`.
`travel` moves time in a test and fires what falls due, whether freezegun drives or a sandbox's own clock.

Both are imported when they are asked for: pytest loads a plugin out of this package at every start, which must cost next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["create_app", "travel"]

if TYPE_CHECKING:
    from .app import create_app
    from .testing.traveller import travel
else:

    def __getattr__(name):
        lies_in = {"create_app": ".app", "travel": ".testing.traveller"}.get(name)
        if lies_in is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from .loading import undisturbed

        with undisturbed():
            found = globals()[name] = getattr(import_module(lies_in, __name__), name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
