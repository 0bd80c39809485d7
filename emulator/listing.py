"""Entries of lists, as JSON that is kept while it is asked for.

Whoever works through a list asks for the same page again and again, and most of its entries are as they were. An entry follows from the
documents of its rows, from the rules, from who asks and when, and from nothing else, so it is kept under just these: whoever changes
anything changes a document, in whichever process, and what is kept can never be out of date.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from . import views
from .domain.engine import Engine
from .domain.order import Order, changed
from .domain.words import Actor
from .encoding import ready_made, to_json
from .store.codec import read_dispute, read_order, with_dispute

# At about four kilobytes each.
KEPT = 400


def listed_order(body: str, latest: str | None, listed: str) -> Order:
    """The order with the dispute that a list names. `latest` is given where that is another, which has followed it."""
    if latest is None:
        return read_order(body, listed)
    return with_dispute(read_order(body, None), changed(read_dispute(listed), superseded=True))


def order_view(order: Order, engine: Engine, role: Actor, now: datetime) -> dict[str, Any]:
    """An order as this asker sees it: to a mediator a dispute shows once he has come into it."""
    hidden = role is Actor.MEDIATOR and (order.dispute is None or order.dispute.claim is None)
    return views.order_view(order, engine, role, now, sees_dispute=not hidden)


@lru_cache(maxsize=KEPT)
def order_entry(body: str, dispute: str | None, engine: Engine, role: Actor, now: datetime) -> Any:
    """An order in a list, from its documents."""
    return _entry(order_view(read_order(body, dispute), engine, role, now))


@lru_cache(maxsize=KEPT)
def dispute_entry(body: str, latest: str | None, listed: str, engine: Engine, role: Actor, now: datetime) -> Any:
    """A dispute in a list, from its documents."""
    return _entry(views.dispute_view(listed_order(body, latest, listed), engine, role, now))


def _entry(view: dict[str, Any]) -> Any:
    # orjson hands out its whole buffer, several times what is in it: a copy is as long as what it says.
    return ready_made(bytes(memoryview(to_json(view))))
