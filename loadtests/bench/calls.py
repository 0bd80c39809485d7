"""The requests that are measured, for wrk and for `driving`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import count

from .driving import Reply, request
from .driving import Script as Course
from .filling import People
from .wrk import Script

OPENED = {
    "reason": "no_tracking",
    "remedy": "refund",
    "amount": {"amount": "1.00", "currency": "USD"},
    "explanation": "It came without a number, and nothing can be traced.",
}
LIST = "/v1/disputes?limit=20"

# wrk takes one object after another, of a list that was mixed before; what may be done once only ends in a 404 that fails the run.
_TAKING = """
local headers = {["Authorization"] = "Bearer %s", ["Content-Type"] = "application/json"}
local ids, n = {}, 0
for id in ([[%s]]):gmatch("%%S+") do ids[#ids + 1] = id end
"""
_READ = """
request = function()
  n = n + 1
  return wrk.format("GET", "/v1/disputes/" .. ids[n %% #ids + 1], headers)
end
"""
_EDIT = """
request = function()
  n = n + 1
  return wrk.format("PATCH", "/v1/disputes/" .. ids[n %% #ids + 1], headers, '{"explanation": "edit ' .. n .. ' of run %d"}')
end
"""
_OPEN = """
request = function()
  n = n + 1
  return wrk.format("POST", "/v1/orders/" .. (ids[n] or "that-are-left") .. "/disputes", headers, '%s')
end
"""
_LIST = """
request = function() return wrk.format("GET", "%s", headers) end
"""
# No two runs of edits send the same: an edit has to change something.
_runs = count(1)


def reading(people: People, disputes: Sequence[str]) -> Script:
    return Script(_taking(people, disputes) + _READ % ())


def listing(people: People) -> Script:
    return Script(_taking(people, ()) + _LIST % LIST)


def editing(people: People, disputes: Sequence[str]) -> Script:
    return Script(_taking(people, disputes) + _EDIT % next(_runs))


def opening(people: People, orders: Sequence[str]) -> Script:
    return Script(_taking(people, orders) + _OPEN % json.dumps(OPENED))


def _taking(people: People, ids: Sequence[str]) -> str:
    return _TAKING % (people.buyer, "\n".join(ids))


# ── the same, one by one ───────────────────────────────────────────────────────────────────────────────────────────────


def read(people: People, dispute: str) -> bytes:
    return request("GET", f"/v1/disputes/{dispute}", people.buyer)


def list_disputes(people: People) -> bytes:
    return request("GET", LIST, people.buyer)


def edit(people: People, dispute: str) -> bytes:
    return _sent("PATCH", f"/v1/disputes/{dispute}", people.buyer, {"explanation": f"edit of run {next(_runs)}"})


def open_dispute(people: People, order: str) -> bytes:
    return _sent("POST", f"/v1/orders/{order}/disputes", people.buyer, OPENED)


def once(asked: bytes) -> Course:
    """A script of one request."""
    yield asked


def lives(people: People) -> Iterator[Course]:
    """Disputes without end, each from its order to the mediator's ruling: eight requests of three people."""
    while True:
        yield _life(people)


def _life(people: People) -> Course:
    lamp = {"store": people.store, "item": {"title": "Lamp", "quantity": 1}, "total": {"amount": "47.00", "currency": "USD"}}
    order = "/v1/orders/" + _made((yield _sent("POST", "/v1/orders", people.buyer, lamp)))
    yield _sent("POST", f"{order}/ship", people.seller, {})
    dispute = "/v1/disputes/" + _made((yield _sent("POST", f"{order}/disputes", people.buyer, OPENED)))
    yield _sent("PATCH", dispute, people.buyer, {"explanation": "Nobody knows where it is."})
    yield _sent("POST", f"{dispute}/refuse", people.seller, {"reason": "It is on its way."})
    yield _sent("POST", f"{dispute}/escalate", people.buyer, {})
    yield request("GET", dispute, people.mediator)
    ruling = {"in_favor_of": "buyer", "amount": {"amount": "1.00", "currency": "USD"}, "explanation": "What has no number cannot be found."}
    yield _sent("POST", f"{dispute}/claim/rule", people.mediator, ruling)


def _sent(method: str, path: str, token: str, body: object) -> bytes:
    return request(method, path, token, json.dumps(body).encode())


def _made(reply: Reply) -> str:
    """The id of what was created."""
    found: str = json.loads(reply.body)["id"]
    return found
