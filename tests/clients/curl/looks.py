"""Every kind of look and of expectation that a story can have, with its words in a script, on an order that was just placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.player import Tale, tales_of

ITEM = {"amount": "47.00", "currency": "USD"}
LOOKS: tuple[tuple[Mapping[str, Any], str], ...] = (
    ({"order.status": "awaiting_shipment"}, "expect 200 status=awaiting_shipment"),
    ({"order.delivered_at": None}, "expect 200 delivered_at=null"),
    ({"order.refund.status": None}, "expect 200 refund.status=null"),
    ({"order.dispute": None}, "expect 200 dispute=null"),
    ({"dispute.status": None}, "expect 200 dispute=null"),
    ({"order.item.quantity": 1}, "expect 200 item.quantity=1"),
    ({"order.total": ITEM}, """expect 200 'total={"amount": "47.00", "currency": "USD"}'"""),
    ({"order.status": {"not": "finished"}}, "expect 200 'status!=finished'"),
    ({"order.tracking": {"count": 0}}, "expect 200 tracking.length=0"),
    ({"order.item.title": {"has": "pour-over"}}, "expect 200 'item.title~pour-over'"),
    ({"order.placed_at": {"after": "2026-03-01T00:00:00Z"}}, "expect 200 'placed_at>2026-03-01T00:00:00Z'"),
    ({"order.processing_ends_at": {"after": "order.placed_at"}}, 'expect 200 "processing_ends_at>$BEFORE"'),
    ({"order.status": {"same_as": "look.order.status"}}, 'expect 200 "status=$LOOK_ORDER_STATUS"'),
    ({"order.total": {"same_as": "look.order.total"}}, 'expect 200 "total=$LOOK_ORDER_TOTAL"'),
    ({"allowed": {"has": "cancel_order"}}, "expect 200 'allowed_actions.*.action~cancel_order'"),
    ({"allowed": {"lacks": "ship"}}, "expect 200 'allowed_actions.*.action!~ship'"),
    ({"payment.escrow": ITEM}, """expect 200 'escrow={"amount": "47.00", "currency": "USD"}'"""),
    ({"store.closed_at": None}, "expect 200 closed_at=null"),
    ({"messages": []}, "expect 200 next_cursor=null 'data.*.text=[]'"),
    ({"messages": {"lacks": "Sorry"}}, "expect 200 next_cursor=null 'data.*.text!~Sorry'"),
    ({"mails.seller": 1}, "expect 200 next_cursor=null data.length=1"),
    ({"operations": {"count": 0}}, "expect 200 next_cursor=null data.length=0"),
    ({"seller.held": "0.00"}, "expect 200 held.USD.amount=0.00"),
)


def looking(*looks: Mapping[str, Any]) -> Tale:
    """A tale of an order that is placed and looked at."""
    tale = tales_of("S14")[0]
    return replace(tale, steps=(*tale.steps[:1], {"name": "look", "see": {}}, *({"see": look} for look in looks)), ends={})
