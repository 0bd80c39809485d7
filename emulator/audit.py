"""The audit: every invariant of the rulebook checked over all that lies in a sandbox, documents, columns and books against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from .domain.check import check
from .domain.engine import Engine
from .domain.order import Escrow
from .domain.words import Account, DisputeStatus
from .store import reading
from .store.codec import seconds
from .store.database import Session

MAX_VIOLATIONS = 100
_STATUS_PARTS = 3


def audit(session: Session, world: int, engine: Engine) -> dict[str, Any]:
    """A report: `ok`, what was `checked`, and `violations`, of which at most a hundred are named."""
    checked = {"orders": 0, "disputes": 0, "events": 0, "ledger_entries": 0, "mails": 0}
    violations: list[dict[str, str]] = []
    sums: dict[str, dict[str, int]] = {}
    for found in reading.audited_orders(session, world):
        checked["orders"] += 1
        checked["events"] += len(found.history)
        checked["ledger_entries"] += len(found.entries)
        checked["mails"] += len(found.mails)
        violations += [{"order": found.order.id, "says": says} for says in _order_faults(found, engine)]
        lies = sums.setdefault(found.order.currency, dict.fromkeys(asdict(Escrow()), 0))
        for transfer, _ in found.entries:
            lies[transfer.source] -= transfer.amount
            lies[transfer.target] += transfer.amount
    for order_id, status, outcome, dispute in reading.audited_disputes(session, world):
        checked["disputes"] += 1
        if (status, outcome) != (dispute.status.value, None if dispute.outcome is None else dispute.outcome.value):
            violations.append({"order": order_id, "says": f"dispute {dispute.id} is not what its columns say"})
    for currency, lies in sums.items():
        if sum(lies.values()):
            violations.append({"order": "", "says": f"the books of {currency} do not balance (PAY-5)"})
    books = [{"currency": currency} | lies for currency, lies in sorted(sums.items())]
    return {"ok": not violations, "checked": checked, "books": books, "violations": violations[:MAX_VIOLATIONS]}


def _order_faults(found: reading.AuditedOrder, engine: Engine) -> Iterator[str]:
    order = found.order
    yield from check(order, engine.settings)
    status, held, paid_out, refunded, currency = found.columns
    if (status, held, paid_out, refunded, currency) != (
        order.status.value,
        order.money.hold,
        order.money.seller,
        order.money.refunded,
        order.currency,
    ):
        yield "the order is not what its columns say"
    upcoming = engine.next_deadline(order)
    if found.next_due_at != (None if upcoming is None else seconds(upcoming.at)):
        yield "the next timer is not the one that is kept"
    lies = dict.fromkeys(Account, 0)
    for transfer, entry_currency in found.entries:
        lies[transfer.source] -= transfer.amount
        lies[transfer.target] += transfer.amount
        if transfer.amount <= 0 or entry_currency != order.currency:
            yield "the ledger has an entry that cannot be (PAY-5)"
    if any(lies[account] != getattr(order.money, account) for account in Account):
        yield "the ledger is not where the money lies (PAY-5)"
    yield from _history_faults(found)


def _history_faults(found: reading.AuditedOrder) -> Iterator[str]:
    numbers = [event[0] for event in found.history]
    if numbers != list(range(1, found.events + 1)):
        yield "the history has a gap (REC-1)"
    if any(later[1] < earlier[1] for earlier, later in zip(found.history, found.history[1:], strict=False)):
        yield "the history runs backwards (REC-1)"
    state = "/".join(("new", "none", "none", "none", "none"))
    for _, _, before, after in found.history:
        # A new dispute starts afresh: the closed one before it belongs to another line of states.
        if before != state and before.split("/")[1] not in (DisputeStatus.NONE, DisputeStatus.CLOSED):
            yield "the history does not hang together (REC-1)"
            break
        state = after
    if found.history and state != "/".join(found.order.state):
        yield "the order is not where its history ends (REC-1)"
    changes = [event[0] for event in found.history if event[2].split("/")[:_STATUS_PARTS] != event[3].split("/")[:_STATUS_PARTS]]
    wanted = sorted((number, to) for number in changes for to in (found.order.buyer, found.order.seller))
    if sorted(found.mails) != wanted:
        yield "not every change of status has sent each side one e-mail (REC-2)"
