"""The statements of the requests that are measured, as the program of today runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count, cycle
from typing import Any

from emulator import create_app

from .calls import LIST, OPENED
from .filling import Filled, in_process
from .recording import Heard, hearing, recordable
from .results import say
from .terms import Terms

# A list is always the same, so it need not be heard so often.
LISTS = 20


def hear(terms: Terms, filled: Filled, wanted: Sequence[str]) -> dict[str, Iterator[list[Heard]]]:
    """What requests run, in as many parts as there are rounds and one to warm up.

    They have to be run again in this order, each round's of one kind after the other: writes build upon each other.
    """
    say(f"  hearing the statements of {terms.sets * (terms.rounds + 1):,} requests of each kind")
    heard: dict[str, list[list[Heard]]] = {what: [] for what in wanted}
    with in_process(filled.url) as send:
        orders = filled.undisputed(terms.sets * (terms.rounds + 1), send) if "open" in wanted else []
    with recordable():
        app = create_app(filled.url, demo=False)
        make = _requests(app.test_client(), filled, orders)
        for _ in range(terms.rounds + 1):
            for what in wanted:
                several = LISTS if what == "list" else terms.sets
                heard[what].append([_one(make[what]) for _ in range(several)])
        app.extensions["dispute_emulator"].close()
    return {what: iter(parts) for what, parts in heard.items()}


def _one(request: Callable[[], Any]) -> Heard:
    with hearing() as heard:
        answer = request()
    assert answer.status_code < 300, answer.text
    assert heard, "nothing was heard: does the program still open its connections by SQLAlchemy?"
    return list(heard)


def _requests(client: Any, filled: Filled, orders: Sequence[str]) -> dict[str, Callable[[], Any]]:
    """What makes the next request of each kind."""
    headers = {"Authorization": f"Bearer {filled.people.buyer}"}
    read, edited, opened, numbers = cycle(filled.disputes), cycle(filled.disputes), iter(orders), count()
    return {
        "read": lambda: client.get(f"/v1/disputes/{next(read)}", headers=headers),
        "list": lambda: client.get(LIST, headers=headers),
        "edit": lambda: client.patch(f"/v1/disputes/{next(edited)}", headers=headers, json={"explanation": f"heard {next(numbers)}"}),
        "open": lambda: client.post(f"/v1/orders/{next(opened)}/disputes", headers=headers, json=OPENED),
    }
