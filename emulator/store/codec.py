"""Facts to JSON and back: the documents in `orders.body` and `disputes.body`, and instants as whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from ..domain.order import Dispute, Order, State, changed


def _other(value: Any) -> str:
    # A wall clock that a test has frozen hands out a subclass of datetime, which msgspec leaves to us.
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    raise TypeError(f"{type(value).__name__} has no form in a document")


def _instant_read(kind: type, value: Any) -> datetime:
    # Whoever imports this package inside a freeze has that subclass in the facts' hints, where msgspec keeps it for good; its fields are
    # instants all the same.
    if issubclass(kind, datetime) and isinstance(value, str):
        return datetime.fromisoformat(value)
    raise TypeError(f"{kind.__name__} has no form in a document")


_encoder = msgspec.json.Encoder(enc_hook=_other)
_orders = msgspec.json.Decoder(Order, dec_hook=_instant_read)
_disputes = msgspec.json.Decoder(Dispute, dec_hook=_instant_read)


def order_body(order: Order) -> str:
    """The order without its dispute, which has a row of its own."""
    return _encoder.encode(changed(order, dispute=None) if order.dispute is not None else order).decode()


def dispute_body(dispute: Dispute) -> str:
    return _encoder.encode(dispute).decode()


def read_order(body: str, dispute: str | None) -> Order:
    """An order from its document and its dispute's."""
    order = _orders.decode(body)
    return order if dispute is None else with_dispute(order, _disputes.decode(dispute))


def with_dispute(order: Order, dispute: Dispute) -> Order:
    """The same order with its dispute. Only for one that has just been read: nobody else has it yet, so it need not be copied."""
    object.__setattr__(order, "dispute", dispute)
    return order


def read_dispute(body: str) -> Dispute:
    return _disputes.decode(body)


def to_json(value: Any) -> str:
    return _encoder.encode(value).decode()


def from_json(text: str) -> Any:
    return msgspec.json.decode(text)


def seconds(instant: datetime) -> int:
    """Whole seconds since 1970."""
    return int(instant.timestamp())


def maybe_seconds(instant: datetime | None) -> int | None:
    return None if instant is None else int(instant.timestamp())


def instant(value: int) -> datetime:
    """The UTC instant of whole seconds since 1970."""
    return datetime.fromtimestamp(value, UTC)


def maybe_instant(value: int | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)


def state_text(state: State) -> str:
    """A joint state in one text."""
    return "/".join(state)
