"""dispute-emulator: a stateful test double of a marketplace's dispute desk.

    from emulator import create_app
    app = create_app("sqlite:///disputes.db")

`create_app` gives a Flask application with the marketplace under /v1, the control plane under /_emulator, and the sandbox `default`.
"""

from __future__ import annotations

__all__ = ["create_app"]

from .app import create_app
