"""Bodies that mostly go through, drawn from a seeded generator: what the load of the crash tests sends."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from emulator.domain.money import format_amount
from emulator.domain.order import Order

Json = dict[str, Any]
REASONS = ("not_received", "no_tracking", "not_as_described", "damaged", "defective", "wrong_item")


def body_of(rng: random.Random, action: str, order: Order, files: Sequence[str]) -> Json:
    """A body for this action on this order; `files` are the asker's own."""
    pick = rng.choice

    def amount() -> Json:
        return {"amount": format_amount(pick((order.total, max(order.total // 2, 1))), order.currency), "currency": order.currency}

    def solution() -> Json:
        remedy = pick(("refund", "return_and_refund", "exchange"))
        return {"remedy": remedy} if remedy == "exchange" else {"remedy": remedy, "amount": amount()}

    def evidence() -> Json:
        return {"evidence": [pick(files)]} if files and rng.random() < 0.4 else {}

    match action:
        case "ship" | "correct_tracking" | "send_replacement" | "ship_return":
            return {"tracking_number": f"LP{rng.randrange(10**6)}"}
        case "extend_processing" | "extend_protection" | "request_extension":
            return {"days": rng.randint(1, 9)}
        case "send_message":
            return {"text": f"Word {rng.randrange(10**9)}."}
        case "review":
            return {"stars": rng.randint(1, 5)}
        case "open_dispute":
            return {"reason": pick(REASONS), "explanation": "So it is."} | solution() | evidence()
        case "edit":
            return {"explanation": f"Look: {rng.randrange(10**9)}."} | evidence()
        case "refuse":
            return {"reason": "No."} | ({"solution": solution()} if rng.random() < 0.7 else {})
        case "offer":
            return solution()
        case "accept" | "accept_solution":
            dispute = order.dispute
            known = [] if dispute is None else [s for s in (dispute.seller_solution, dispute.buyer_solution) if s is not None]
            return {"solution": pick(known or ["sol_none"])}
        case "cancel":
            return {"reason": "other", "comment": "Done.", "confirm": True}
        case "cancel_claim":
            return {"reason": "other", "message": "Done.", "confirm": True}
        case "appeal" | "contest_return":
            return {"explanation": "This is not right."} | evidence()
        case "ask":
            return {"to": pick(("buyer", "seller", "both")), "question": "Why?"}
        case "answer":
            return {"text": "Because."} | evidence()
        case "rule":
            return {"in_favor_of": pick(("buyer", "seller")), "explanation": "So it is."}
        case _:
            return {}
