"""Where each action lives in HTTP: the marketplace half of the contract, beside the table that says what it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Place(NamedTuple):
    """The method and path of an action; `{order}`, `{dispute}` and `{message}` stand for ids."""

    method: str
    path: str


_ORDER, _DISPUTE = "/v1/orders/{order}", "/v1/disputes/{dispute}"

PLACES: Mapping[str, Place] = {
    "place_order": Place("POST", "/v1/orders"),
    "cancel_order": Place("POST", f"{_ORDER}/cancel"),
    "ship": Place("POST", f"{_ORDER}/ship"),
    "correct_tracking": Place("POST", f"{_ORDER}/correct-tracking"),
    "send_replacement": Place("POST", f"{_ORDER}/send-replacement"),
    "extend_processing": Place("POST", f"{_ORDER}/extend-processing"),
    "extend_protection": Place("POST", f"{_ORDER}/extend-protection"),
    "request_extension": Place("POST", f"{_ORDER}/request-extension"),
    "confirm_receipt": Place("POST", f"{_ORDER}/confirm-receipt"),
    "send_message": Place("POST", f"{_ORDER}/messages"),
    "report_message": Place("POST", f"{_ORDER}/messages/{{message}}/report"),
    "review": Place("POST", f"{_ORDER}/review"),
    "open_dispute": Place("POST", f"{_ORDER}/disputes"),
    "edit": Place("PATCH", _DISPUTE),
    "accept": Place("POST", f"{_DISPUTE}/accept"),
    "refuse": Place("POST", f"{_DISPUTE}/refuse"),
    "cancel": Place("POST", f"{_DISPUTE}/cancel"),
    "escalate": Place("POST", f"{_DISPUTE}/escalate"),
    "appeal": Place("POST", f"{_DISPUTE}/appeal"),
    "ask": Place("POST", f"{_DISPUTE}/claim/ask"),
    "answer": Place("POST", f"{_DISPUTE}/claim/answer"),
    "offer": Place("POST", f"{_DISPUTE}/claim/offer"),
    "view_solution": Place("GET", f"{_DISPUTE}/claim/solution"),
    "accept_solution": Place("POST", f"{_DISPUTE}/claim/accept-solution"),
    "decline_solution": Place("POST", f"{_DISPUTE}/claim/decline-solution"),
    "cancel_claim": Place("POST", f"{_DISPUTE}/claim/cancel"),
    "rule": Place("POST", f"{_DISPUTE}/claim/rule"),
    "ship_return": Place("POST", f"{_DISPUTE}/ship-return"),
    "confirm_return": Place("POST", f"{_DISPUTE}/confirm-return"),
    "contest_return": Place("POST", f"{_DISPUTE}/contest-return"),
    "confirm_replacement": Place("POST", f"{_DISPUTE}/confirm-replacement"),
    # The carrier has no token: the control plane speaks for it.
    "deliver": Place("POST", "/_emulator/sandboxes/{sandbox}/orders/{order}/deliver"),
}


class Call(NamedTuple):
    """A call that is no action of the table.

    `query`, `body` and `answers` name schemas, `page` marks lists, `no` names the refusals it may give; `text` says that it can be had as
    plain text, too.
    """

    name: str
    method: str
    path: str
    says: str
    answers: str | None
    query: str = "NoQuery"
    body: str | None = None
    page: bool = False
    status: int = 200
    no: tuple[str, ...] = ()
    text: bool = False


_TOKEN = ("unauthenticated",)
_OWN = ("unauthenticated", "not_found")
_SANDBOX = "/_emulator/sandboxes/{sandbox}"
# Without a key, what a page of another site sends is refused.
_FOREIGN = ("foreign_origin",)
_KEY = (*_FOREIGN, "emulator_key_required")
_KEPT = (*_KEY, "not_found")

MARKETPLACE_CALLS: tuple[Call, ...] = (
    Call("me", "GET", "/v1/me", "Who you are, and your money by currency.", "Me", no=_TOKEN),
    Call("orders", "GET", "/v1/orders", "Your orders, newest first.", "Order", "OrdersQuery", page=True, no=_TOKEN),
    Call("order", "GET", _ORDER, "One order.", "Order", no=_OWN),
    Call(
        "messages",
        "GET",
        f"{_ORDER}/messages",
        "What the sides wrote to each other, oldest first.",
        "Message",
        "PageQuery",
        page=True,
        no=_OWN,
    ),
    Call("payment", "GET", f"{_ORDER}/payment", "Where the order's money lies (PAY-3).", "Payment", no=_OWN),
    Call("disputes", "GET", "/v1/disputes", "Your disputes, newest first.", "Dispute", "DisputesQuery", page=True, no=_TOKEN),
    Call("dispute", "GET", _DISPUTE, "One dispute.", "Dispute", no=_OWN),
    Call(
        "history",
        "GET",
        f"{_DISPUTE}/history",
        "All that was done in it, oldest first (REC-1); as JSON, page by page, or whole as a text for people.",
        "HistoryEntry",
        "HistoryQuery",
        page=True,
        no=_OWN,
        text=True,
    ),
    Call("claim", "GET", f"{_DISPUTE}/claim", "The claim, in the words you see.", "Claim", no=(*_OWN, "no_open_claim")),
    Call(
        "upload_evidence",
        "POST",
        "/v1/evidence",
        "Upload a photo, video or screenshot, as multipart/form-data with one part `file`.",
        "Evidence",
        status=201,
        no=(*_TOKEN, "not_evidence", "evidence_over_limit", "unsupported_media_type"),
    ),
    Call("evidence", "GET", "/v1/evidence/{evidence}", "The file itself.", None, no=_OWN),
    Call(
        "operations",
        "GET",
        "/v1/operations",
        "Your closed disputes with their compensation (PAY-4).",
        "Operation",
        "PageQuery",
        page=True,
        no=(*_TOKEN, "wrong_role"),
    ),
    Call("stores", "GET", "/v1/stores", "All stores.", "Store", "PageQuery", page=True, no=_TOKEN),
    Call("store", "GET", "/v1/stores/{store}", "One store with its record (STO-3).", "Store", no=_OWN),
    Call("mailbox", "GET", "/v1/mailbox", "Your e-mails, newest first (REC-2).", "Mail", "PageQuery", page=True, no=_TOKEN),
    Call(
        "rules",
        "GET",
        "/v1/rules",
        "Every rule with its source, and the settings in force. No token needed.",
        "Rules",
        "RulesQuery",
        no=_TOKEN,
    ),
    Call("rule_page", "GET", "/v1/rules/{rule}", "One rule. No token needed.", "Rule", no=("not_found",)),
)

CONTROL_CALLS: tuple[Call, ...] = (
    Call(
        "health",
        "GET",
        "/_emulator/health",
        "Whether the program is there; its database is not asked. Needs no key, and without the key tells no more than that.",
        "Health",
        no=_FOREIGN,
    ),
    Call(
        "ready",
        "GET",
        "/_emulator/ready",
        "Whether it can serve: its database answers, and has the tables of this release. Needs no key, like `health`.",
        "Health",
        no=(*_FOREIGN, "database_unreachable"),
    ),
    Call(
        "create_sandbox",
        "POST",
        "/_emulator/sandboxes",
        "Make a sandbox: a marketplace of your own, with its own clock.",
        "SandboxWithAccounts",
        body="SandboxBody",
        status=201,
        no=(*_KEY, "settings_refused", "sandboxes_over_limit"),
    ),
    Call("sandboxes", "GET", "/_emulator/sandboxes", "All sandboxes.", "Sandbox", "PageQuery", page=True, no=_KEY),
    Call("sandbox", "GET", _SANDBOX, "One sandbox with its accounts.", "SandboxWithAccounts", no=_KEPT),
    Call("delete_sandbox", "DELETE", _SANDBOX, "Delete a sandbox and all in it.", None, status=204, no=_KEPT),
    Call("reset", "POST", f"{_SANDBOX}/reset", "Back to the world it began with, clock included.", "Sandbox", no=_KEPT),
    Call("clock", "GET", f"{_SANDBOX}/clock", "The sandbox's clock.", "ClockView", no=_KEPT),
    Call(
        "set_clock",
        "PUT",
        f"{_SANDBOX}/clock",
        "Freeze the clock, shift it, or let it run; what falls due on the way fires.",
        "ClockView",
        body="ClockBody",
        no=(*_KEPT, "clock_backwards"),
    ),
    Call(
        "advance",
        "POST",
        f"{_SANDBOX}/clock/advance",
        "Move time; every timer on the way has fired, in order, before the answer comes.",
        "Advanced",
        body="AdvanceBody",
        no=(*_KEPT, "clock_backwards", "clock_too_far", "nothing_due", "endless_timers"),
    ),
    Call(
        "forecast",
        "GET",
        f"{_SANDBOX}/forecast",
        "What will happen if nobody acts, when, by which rule and with what money, soonest first.",
        "Forecast",
        "ForecastQuery",
        page=True,
        no=(*_KEPT, "endless_timers"),
    ),
    Call(
        "timeline",
        "GET",
        f"{_SANDBOX}/timeline",
        "All that has happened, oldest first: who did what, which timers fired, by which rule, with what money.",
        "TimelineEntry",
        "TimelineQuery",
        page=True,
        no=_KEPT,
    ),
    Call("audit", "GET", f"{_SANDBOX}/audit", "Every invariant, checked over the whole sandbox.", "Audit", no=_KEPT),
    Call("sandbox_mailbox", "GET", f"{_SANDBOX}/mailbox", "All e-mails, newest first.", "Mail", "PageQuery", page=True, no=_KEPT),
    Call(
        "scenarios",
        "GET",
        "/_emulator/scenarios",
        "Every story with its tales and their named steps.",
        "Scenario",
        "PageQuery",
        page=True,
        no=_KEY,
    ),
    Call(
        "play_scenario",
        "POST",
        f"{_SANDBOX}/scenarios/{{story}}",
        "Put a story at one of its named steps, with its history. Where weekends leave no other way, the clock goes on by some days.",
        "ScenarioPlayed",
        body="ScenarioBody",
        status=201,
        no=(*_KEPT, "no_such_tale", "tale_of_other_rules", "clock_too_far"),
    ),
    Call(
        "load",
        "POST",
        f"{_SANDBOX}/load",
        "Fill the sandbox with orders of many kinds and ages, drawn from a seed and from what is there.",
        "Loaded",
        body="LoadBody",
        status=201,
        no=(*_KEPT, "nothing_to_trade"),
    ),
    Call(
        "snapshot",
        "POST",
        f"{_SANDBOX}/snapshots",
        "Keep the world as it is, clock included.",
        "Snapshot",
        body="SnapshotBody",
        status=201,
        no=_KEPT,
    ),
    Call(
        "snapshots",
        "GET",
        f"{_SANDBOX}/snapshots",
        "The worlds that were kept, oldest first.",
        "Snapshot",
        "PageQuery",
        page=True,
        no=_KEPT,
    ),
    Call("kept_world", "GET", f"{_SANDBOX}/snapshots/{{snapshot}}", "One world that was kept.", "Snapshot", no=_KEPT),
    Call("delete_snapshot", "DELETE", f"{_SANDBOX}/snapshots/{{snapshot}}", "Keep a world no longer.", None, status=204, no=_KEPT),
    Call(
        "restore",
        "POST",
        f"{_SANDBOX}/snapshots/{{snapshot}}/restore",
        "Go back to a kept world, clock included, as often as you like.",
        "Sandbox",
        no=_KEPT,
    ),
    Call(
        "fork",
        "POST",
        f"{_SANDBOX}/fork",
        "Branch the world as it is, or as a snapshot has it: a second sandbox with tokens of its own.",
        "SandboxWithAccounts",
        body="ForkBody",
        status=201,
        no=(*_KEPT, "sandboxes_over_limit"),
    ),
    Call("export", "GET", f"{_SANDBOX}/export", "The whole world as one JSON document.", "WorldDocument", no=_KEPT),
    Call(
        "import_sandbox",
        "POST",
        "/_emulator/sandboxes/import",
        "A new sandbox from an exported world, with new tokens.",
        "SandboxWithAccounts",
        body="WorldDocument",
        status=201,
        no=(*_KEY, "import_refused", "sandboxes_over_limit"),
    ),
    Call(
        "coverage",
        "GET",
        "/_emulator/coverage",
        "Which rows, timers, refusals, joint states and sides of deadlines have been met, and which never: anywhere, or in one sandbox.",
        "Coverage",
        "CoverageQuery",
        no=_KEPT,
    ),
    Call("forget_coverage", "DELETE", "/_emulator/coverage", "Count anew: nothing has been met yet.", None, status=204, no=_KEY),
)

# Every call by its name: the table's actions and all others.
CALLS: Mapping[str, Place] = {call.name: Place(call.method, call.path) for call in (*MARKETPLACE_CALLS, *CONTROL_CALLS)} | dict(PLACES)

_USD = {"amount": "30.00", "currency": "USD"}

# What the interactive page fills in for each call that takes a body: whatever has to be there and a reader would not guess.
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "place_order": {"store": "sto_", "item": {"title": "Brass desk lamp", "quantity": 1}, "total": {"amount": "64.00", "currency": "USD"}},
    "ship": {"tracking_number": "RB482910553CN", "carrier": "Standard Parcel"},
    "correct_tracking": {"tracking_number": "RB482910553CN"},
    "send_replacement": {"tracking_number": "RB482910554CN"},
    "extend_processing": {"days": 3},
    "extend_protection": {"days": 15},
    "request_extension": {"days": 15, "message": "It has not come yet."},
    "send_message": {"text": "How do we go on from here?"},
    "review": {"stars": 4, "text": "A fine lamp."},
    "deliver": {"parcel": "order"},
    "open_dispute": {"reason": "damaged", "remedy": "refund", "amount": _USD, "explanation": "The shade is cracked."},
    "edit": {"explanation": "The shade is cracked from top to bottom."},
    "accept": {"solution": "sol_"},
    "refuse": {"reason": "It left us whole.", "solution": {"remedy": "refund", "amount": {"amount": "5.00", "currency": "USD"}}},
    "cancel": {"reason": "goods_received", "comment": "It has come after all.", "confirm": True},
    "escalate": {"message": "We do not agree."},
    "appeal": {"explanation": "It broke on the second day."},
    "ask": {"to": "both", "question": "What does the parcel look like?", "evidence_required": False},
    "answer": {"text": "It looks like a parcel that somebody sat on."},
    "offer": {"remedy": "refund", "amount": _USD},
    "accept_solution": {"solution": "sol_"},
    "cancel_claim": {"reason": "compromise", "message": "We have met halfway.", "confirm": True},
    "rule": {"in_favor_of": "buyer", "amount": _USD, "explanation": "It was packed badly."},
    "ship_return": {"tracking_number": "RB482910555CN"},
    "contest_return": {"explanation": "What came back is a brick."},
    "create_sandbox": {"world": "empty", "now": "2026-03-02T09:00:00Z", "frozen": True},
    "set_clock": {"mode": "frozen"},
    "advance": {"by": "P1D"},
    "play_scenario": {"step": "cancelled"},
    "load": {"orders": 100},
    "snapshot": {"name": "before the ruling"},
    "fork": {"name": "the seller is silent"},
    "import_sandbox": {
        "format": "dispute-emulator/world",
        "version": 1,
        "sandbox": {
            "name": "brought along",
            "ruleset": "standard",
            "settings": {},
            "seed": "brought along",
            "seeded": False,
            "world": "small",
            "starts_at": None,
            "frozen": False,
            "clock": {"mode": "real", "now": "2026-03-02T09:00:00Z"},
        },
        "tables": {},
    },
}
