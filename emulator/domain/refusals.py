"""Every no, in order of precedence: the first that applies is the one answered (rulebook, section 15).

A refusal is a fact about the request, named as one. `status` is the HTTP status it is answered with: 409 "not in this state", 403
"not you", 422 "malformed or out of range". `hint` tells the asker what to do next; `instead` names the actions and calls
that come nearest to what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from . import dates
from .words import Actor


class Refusal(NamedTuple):
    """One way to say no. `rule` is None where no rule of the marketplace but the form of the request is at fault."""

    code: str
    status: int
    rule: str | None
    title: str
    hint: str
    field: str | None = None
    deadline: Callable[..., Any] | None = None
    instead: tuple[str, ...] = ()


class Window(NamedTuple):
    """From when until when something goes through; None for a side that is open."""

    start: datetime | None
    end: datetime | None


class Suggestion(NamedTuple):
    """A call that goes through where another was refused: its name in the contract, the ids in its path, and a body.

    `open` names the fields of the body whose values only the asker can say; those in it have been tried, and are not to be told.
    """

    call: str
    ids: Mapping[str, str]
    body: Mapping[str, Any] | None = None
    open: frozenset[str] = frozenset()


class Refused(Exception):
    """A command was refused and changed nothing."""

    def __init__(
        self,
        refusal: Refusal,
        *,
        rule: str | None = None,
        detail: str | None = None,
        deadline: datetime | None = None,
        errors: Mapping[str, list[str]] | None = None,
        who_may: list[Actor] | None = None,
        instead: Suggestion | None = None,
    ) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.rule = rule or refusal.rule
        self.detail = detail or f"{refusal.title} {refusal.hint}"
        self.deadline = deadline
        self.allowed: list[dict[str, Any]] = []
        self.who_may = who_may
        self.window: Window | None = None
        self.instead = instead
        self.errors = errors or ({refusal.field: [refusal.title]} if refusal.field else None)


# 1. The form of the request.
NO_SUCH_PATH = Refusal("no_such_path", 404, None, "There is nothing at this path.", "GET / lists what there is.")
METHOD_NOT_ALLOWED = Refusal(
    "method_not_allowed", 405, None, "This path does not take this method.", "The Allow header names those it takes."
)
MALFORMED = Refusal("malformed", 422, None, "The request is malformed.", "`errors` names each field and what is wrong with it.")
BAD_REQUEST = Refusal("bad_request", 400, None, "The request is no valid HTTP.", "Check its framing and headers.")
TOO_LARGE = Refusal("too_large", 413, None, "The request is too large.", "Send less at once.")
URI_TOO_LONG = Refusal("uri_too_long", 414, None, "The address is too long.", "Shorten the query.")
HEADERS_TOO_LARGE = Refusal("headers_too_large", 431, None, "The headers are too large.", "Send fewer or shorter headers.")
EVIDENCE_OVER_LIMIT = Refusal(
    "evidence_over_limit", 413, None, "The evidence is too large.", "A file may have 10 MB, the files of a dispute 50 MB together."
)
UNSUPPORTED_MEDIA_TYPE = Refusal(
    "unsupported_media_type", 415, None, "This content type is not taken here.", "Send application/json; evidence as multipart/form-data."
)
NOT_EVIDENCE = Refusal(
    "not_evidence",
    415,
    None,
    "The file is no photo and no video.",
    "Its bytes decide, not its name: send JPEG, PNG, GIF, WebP, HEIC, MP4, WebM or QuickTime.",
    "file",
)
FOREIGN_ORIGIN = Refusal(
    "foreign_origin",
    403,
    None,
    "A page of another site has sent this.",
    "Call from a program, or from a page of this server; with a key set, the control plane takes calls from anywhere.",
)
IDEMPOTENCY_KEY_REUSED = Refusal(
    "idempotency_key_reused",
    422,
    None,
    "This Idempotency-Key came with another request before.",
    "Repeat that request as it was, or take a new key for a new one.",
    "Idempotency-Key",
)

# 2. Who is asking, and for what.
UNAUTHENTICATED = Refusal(
    "unauthenticated",
    401,
    None,
    "No valid token came with the request.",
    "Send `Authorization: Bearer TOKEN` with an account's token.",
)
KEY_REQUIRED = Refusal(
    "emulator_key_required", 401, None, "The control plane is locked.", "Send the key the program was started with as `X-Emulator-Key`."
)
NOT_FOUND = Refusal("not_found", 404, None, "There is no such thing here.", "Check the id, and whose token you are using.")
WRONG_ROLE = Refusal("wrong_role", 403, None, "Your role may not do this.", "`allowed_actions` lists what you may do.")
SELLER_NEVER_CANCELS = Refusal(
    "seller_never_cancels",
    403,
    "SELL-3",
    "A seller can never cancel or close a dispute or a claim.",
    "Accept the buyer's solution, refuse it, or wait.",
    instead=("refuse", "offer", "send_message"),
)
ONLY_THE_BUYER_EDITS = Refusal(
    "only_the_buyer_edits",
    403,
    "EDIT-3",
    "Only the buyer edits a dispute.",
    "Write a message, or wait until the mediator asks.",
    instead=("answer", "ask", "send_message"),
)

PRECONDITION_FAILED = Refusal(
    "precondition_failed",
    412,
    None,
    "It is no longer as If-Match says.",
    "Read it again; if you still want this, repeat the request with the ETag it has now.",
)

# 3. The state it is in.
DISPUTE_ALREADY_OPEN = Refusal(
    "dispute_already_open",
    409,
    "OPEN-1",
    "This order is in dispute already.",
    "Edit the open dispute, or end it first.",
    instead=("edit", "send_message"),
)
NOT_SHIPPED_YET = Refusal(
    "not_shipped_yet",
    409,
    "OPEN-1",
    "An order can be disputed only after it ships.",
    "Cancel the order instead: it costs nothing yet.",
    instead=("cancel_order",),
)
ORDER_CANCELLED = Refusal(
    "order_cancelled",
    409,
    "OPEN-1",
    "A cancelled order cannot be disputed.",
    "Its money went back to the buyer when it was cancelled.",
    instead=("payment",),
)
DISPUTE_WAS_FINAL = Refusal(
    "dispute_was_final",
    409,
    "OPEN-6",
    "This order's dispute ended for good.",
    "After an acceptance, a ruling, a default or a cancelled claim there is no second dispute.",
    instead=("appeal", "payment"),
)
NO_SECOND_DISPUTE = Refusal(
    "no_second_dispute",
    409,
    "OPEN-7",
    "After a cancelled dispute this ruleset allows no new one.",
    "Where it may be appealed, `appeal` is among `allowed_actions`.",
    instead=("appeal", "payment"),
)
NOT_AWAITING_SHIPMENT = Refusal(
    "not_awaiting_shipment",
    409,
    "ORD-2",
    "The order is not waiting to be shipped.",
    "Only an unshipped order is shipped or given more time.",
    instead=("correct_tracking", "extend_protection", "send_message"),
)
ORDER_NOT_CANCELLABLE = Refusal(
    "order_not_cancellable",
    409,
    "ORD-3",
    "An order can be cancelled only until it ships.",
    "Once it has shipped, open a dispute.",
    instead=("open_dispute", "send_message"),
)
TRACKING_FIXED = Refusal(
    "tracking_fixed",
    409,
    "ORD-4",
    "The tracking number can be corrected only from shipping until the order is finished.",
    "Write the buyer a message instead.",
    instead=("send_message",),
)
NOTHING_TO_DELIVER = Refusal(
    "nothing_to_deliver",
    409,
    "ORD-4",
    "No such parcel is on its way.",
    "Ship first; after the order is finished the carrier reports nothing.",
)
PROTECTION_FIXED = Refusal(
    "protection_fixed",
    409,
    "ORD-5",
    "Protection can be extended only while the order awaits confirmation or is in dispute.",
    "Look at the order's status.",
    instead=("send_message",),
)
RECEIPT_IN_DISPUTE = Refusal(
    "receipt_in_dispute",
    409,
    "ORD-7",
    "Receipt cannot be confirmed while a dispute is open.",
    "End the dispute first.",
    instead=("cancel",),
)
RECEIPT_NOT_EXPECTED = Refusal(
    "receipt_not_expected", 409, "ORD-7", "Receipt is confirmed once, after shipping.", "Look at the order's status."
)
NO_DISPUTE_TO_REPLACE_IN = Refusal(
    "no_dispute_to_replace_in",
    409,
    "ORD-9",
    "A replacement is sent while a dispute is negotiated or mediated.",
    "There is no such dispute on this order.",
    instead=("send_message",),
)
NOT_FINISHED_YET = Refusal("not_finished_yet", 409, "ORD-10", "An order is reviewed after it is finished.", "Wait until it is.")
NOT_EDITABLE = Refusal(
    "not_editable",
    409,
    "EDIT-3",
    "A dispute is edited only while it is negotiated.",
    "In a claim, answer what the mediator asks.",
    instead=("answer", "send_message"),
)
NOTHING_TO_ACCEPT = Refusal(
    "nothing_to_accept", 409, "ACC-1", "There is no solution open to be accepted.", "Look at the dispute's status and solutions."
)
NOTHING_TO_REFUSE = Refusal("nothing_to_refuse", 409, "SELL-2", "There is no solution open to be refused.", "Look at the dispute's status.")
NOT_CANCELLABLE = Refusal(
    "not_cancellable", 409, "CAN-1", "This dispute can no longer be cancelled.", "What has been decided or accepted stays."
)
NEGOTIATION_OVER = Refusal(
    "negotiation_over",
    409,
    "ESC-3",
    "The claim has ended the negotiation.",
    "In a claim there is another call: see `allowed_actions`.",
    instead=("offer", "view_solution", "answer"),
)
NOT_ESCALATABLE = Refusal("not_escalatable", 409, "ESC-1", "This dispute cannot be escalated.", "Only an open negotiation can be.")
REPLACEMENT_NOT_UNDERWAY = Refusal(
    "replacement_not_underway",
    409,
    "RET-5",
    "While goods go back the buyer may escalate only between the sending of the replacement and its confirmation.",
    "Wait for the next step; the timers decide if it does not come.",
)
NO_OPEN_CLAIM = Refusal(
    "no_open_claim", 409, "CLM-1", "There is no open claim.", "A claim opens when the dispute escalates.", instead=("refuse",)
)
NOT_ASKED = Refusal("not_asked", 409, "CLM-2", "The mediator has asked you nothing.", "Wait until he asks.", instead=("send_message",))
QUESTION_STILL_OPEN = Refusal(
    "question_still_open",
    409,
    "CLM-2",
    "One open question a side: the earlier one is not answered yet.",
    "Wait for the answer or its deadline.",
    instead=("claim",),
)
NOT_IN_A_CONTEST = Refusal(
    "not_in_a_contest",
    409,
    "RET-4",
    "In a claim about a contested return there is no offering, accepting or exchanging.",
    "Answer the mediator, cancel the claim, or wait for the ruling.",
    instead=("answer",),
)
NOT_IN_AN_APPEAL = Refusal(
    "not_in_an_appeal",
    409,
    "CLM-9",
    "In an appeal there is no offering, accepting, cancelling or exchanging.",
    "Answer the mediator, or wait for the ruling.",
    instead=("answer",),
)
NOTHING_TO_APPEAL = Refusal(
    "nothing_to_appeal",
    409,
    "CLM-8",
    "There is nothing that could be appealed.",
    "What is final under this ruleset stays.",
    instead=("payment",),
)
NO_RETURN_EXPECTED = Refusal("no_return_expected", 409, "RET-1", "No goods have to go back now.", "Look at the dispute's `return`.")
NO_RETURN_TO_CONFIRM = Refusal(
    "no_return_to_confirm",
    409,
    "RET-3",
    "No return is on its way to be confirmed.",
    "The seller confirms or contests once the buyer has sent.",
)
NO_RETURN_TO_CONTEST = Refusal(
    "no_return_to_contest",
    409,
    "RET-4",
    "No return is on its way to be contested.",
    "The seller confirms or contests once the buyer has sent.",
    instead=("send_message",),
)
NO_REPLACEMENT_EXPECTED = Refusal(
    "no_replacement_expected",
    409,
    "RET-2",
    "No replacement is expected now.",
    "It is sent after the return is confirmed, and confirmed after it is sent.",
)
MESSAGE_NOT_REPORTABLE = Refusal(
    "message_not_reportable",
    409,
    "STO-4",
    "Only a message of the seller can be reported.",
    "Report the message in which he begs.",
    instead=("messages",),
)

# 4. What else must hold: first the window and the reason of an opening, then values, then the rest.
STORE_CLOSED = Refusal(
    "store_closed", 409, "STO-2", "This store is closed for good.", "Order from another store; open orders run on.", instead=("stores",)
)
WINDOW_CLOSED = Refusal(
    "window_closed",
    409,
    "OPEN-2",
    "The window to dispute this order has closed.",
    "`deadline` says when it did.",
    deadline=dates.window_end,
    instead=("appeal", "send_message"),
)
REASON_NOT_OPEN = Refusal(
    "reason_not_open",
    409,
    "OPEN-3",
    "This reason cannot be given now.",
    "Not received: once delivery is overdue and receipt not confirmed. The goods: once delivered or confirmed.",
    "reason",
    deadline=dates.DELIVERY_DUE,
)
EDITS_USED_UP = Refusal(
    "edits_used_up",
    409,
    "EDIT-1",
    "All edits of this dispute are used.",
    "Escalate if the seller has refused, or wait.",
    instead=("escalate", "send_message"),
)
REMEDY_NOT_FOR_BUYER = Refusal(
    "remedy_not_for_buyer",
    422,
    "OPEN-4",
    "A buyer asks for a refund, a return and refund, or an exchange.",
    "To give up without money, cancel.",
    "remedy",
)
CURRENCY_DIFFERS = Refusal(
    "currency_differs", 422, "OPEN-5", "The currency is not the order's.", "Name the amount in the order's own currency.", "amount"
)
AMOUNT_OUT_OF_RANGE = Refusal(
    "amount_out_of_range",
    422,
    "OPEN-5",
    "The amount must be more than nothing and at most the order's total.",
    "Name such an amount.",
    "amount",
)
ALL_MONEY_NEEDS_RETURN = Refusal(
    "all_money_needs_return",
    422,
    "OPEN-5",
    "For damaged goods that the buyer keeps there is less than all the money.",
    "Ask for less, or for `return_and_refund`.",
    "amount",
)
UNKNOWN_EVIDENCE = Refusal(
    "unknown_evidence",
    422,
    "EDIT-2",
    "Some evidence is not yours or does not exist.",
    "Upload it with POST /v1/evidence first.",
    "evidence",
)
EDIT_CHANGES_NOTHING = Refusal(
    "edit_changes_nothing", 422, "EDIT-2", "This edit changes nothing.", "It has not been counted; send what shall be different.", "body"
)
TOTAL_OUT_OF_RANGE = Refusal("total_out_of_range", 422, "ORD-1", "An order costs more than nothing.", "Name a positive total.", "total")
DAYS_OUT_OF_RANGE = Refusal(
    "days_out_of_range", 422, "ORD-5", "Time can be extended by 1 to 365 days, and never past the year 9000.", "Name such a number.", "days"
)
PROCESSING_DAYS_OUT_OF_RANGE = Refusal(
    "processing_days_out_of_range",
    422,
    "ORD-2",
    "Processing time can be extended by 1 to 365 days, and never past the year 9000.",
    "Name such a number.",
    "days",
)
DELIVERY_TOO_LATE = Refusal(
    "delivery_too_late",
    422,
    "ORD-5",
    "Delivery must fall due after at least one day and within the protection.",
    "Name fewer days, or leave them out.",
    "delivery_days",
)
STARS_OUT_OF_RANGE = Refusal("stars_out_of_range", 422, "ORD-10", "A review gives 1 to 5 stars.", "Name such a number.", "stars")
CANCEL_NOT_CONFIRMED = Refusal(
    "cancel_not_confirmed",
    422,
    "CAN-2",
    "Cancelling must be confirmed.",
    "Send `confirm: true` once you know what it does: CAN-3, or where the window has closed CAN-4.",
    "confirm",
)
CLAIM_CANCEL_NOT_CONFIRMED = Refusal(
    "claim_cancel_not_confirmed",
    422,
    "CLM-7",
    "Cancelling the claim must be confirmed.",
    "Send `confirm: true` only if the seller shall have all the money.",
    "confirm",
)
EVIDENCE_MISSING = Refusal(
    "evidence_missing",
    422,
    "CLM-4",
    "The mediator asked for evidence and the answer has none.",
    "Attach some; the question stays open.",
    "evidence",
    instead=("upload_evidence",),
)
OFFER_GIVES_NOTHING = Refusal(
    "offer_gives_nothing",
    422,
    "CLM-6",
    "In a claim the seller offers a refund, a return or an exchange.",
    "Offer something, or wait.",
    "remedy",
)
RULING_OUT_OF_RANGE = Refusal(
    "ruling_out_of_range",
    422,
    "CLM-8",
    "A ruling for the buyer gives more than nothing and at most the order's total, in its currency.",
    "Name such an amount.",
    "amount",
)
RULING_GIVES_SELLER = Refusal(
    "ruling_gives_seller", 422, "CLM-8", "A ruling for the seller names no amount and no return.", "Leave both out.", "amount"
)
NO_RETURN_IN_CONTEST = Refusal(
    "no_return_in_contest",
    422,
    "RET-4",
    "A ruling on a contested return orders no return.",
    "Leave `return_required` out.",
    "return_required",
)
NO_RETURN_IN_APPEAL = Refusal(
    "no_return_in_appeal", 422, "CLM-9", "A ruling on an appeal orders no return.", "Leave `return_required` out.", "return_required"
)
RULING_BELOW_FIRST = Refusal(
    "ruling_below_first",
    422,
    "CLM-9",
    "The second ruling names the whole sum and is never below the first.",
    "Name at least what the buyer has already.",
    "amount",
)
SELLER_HAS_NOT_REFUSED = Refusal(
    "seller_has_not_refused",
    409,
    "ESC-1",
    "The buyer may escalate once the seller has refused.",
    "Wait for his answer or for the escalation by time.",
    instead=("edit", "send_message"),
)
SOLUTION_NOT_CURRENT = Refusal(
    "solution_not_current",
    409,
    "ACC-1",
    "This is not the other side's current solution.",
    "Read the dispute again and name the one marked `current`.",
)
NO_SELLER_SOLUTION = Refusal(
    "no_seller_solution",
    409,
    "CLM-6",
    "The seller has no solution on the table.",
    "Wait for an offer or for the ruling.",
    instead=("claim",),
)
APPEALED_ALREADY = Refusal("appealed_already", 409, "CLM-9", "An order is appealed once.", "The second ruling stays.", instead=("payment",))
APPEAL_TOO_LATE = Refusal(
    "appeal_too_late",
    409,
    "CLM-9",
    "The time to appeal is over.",
    "`deadline` says when it ended.",
    deadline=dates.appeal_end,
    instead=("payment",),
)
RETURN_DELIVERED = Refusal(
    "return_delivered",
    409,
    "RET-1",
    "The return has been delivered; its number can no longer be corrected.",
    "Wait for the seller.",
    instead=("send_message",),
)
ALREADY_REVIEWED = Refusal("already_reviewed", 409, "ORD-10", "An order is reviewed once.", "The review stays as it is.")
ALREADY_REPORTED = Refusal(
    "already_reported",
    409,
    "STO-4",
    "This message has been reported.",
    "Once is enough; it stands on the store's record.",
    instead=("messages",),
)

# 5. The control plane.
CLOCK_BACKWARDS = Refusal(
    "clock_backwards",
    409,
    "TIME-1",
    "A sandbox's clock never goes back.",
    "Restore a snapshot to go back, or reset the sandbox to start over.",
)
CLOCK_TOO_FAR = Refusal("clock_too_far", 422, "TIME-1", "The clock ends before the year 9000.", "Go less far.", "to")
NOTHING_DUE = Refusal(
    "nothing_due", 409, "TIME-1", "No timer is running, so there is no next one to go to.", "Advance `by` or `to` instead."
)
ENDLESS_TIMERS = Refusal(
    "endless_timers",
    500,
    "TIME-2",
    "The timers of an order never come to an end.",
    "`detail` names the order and the rules that chase each other. Please report it; the clock stands before that instant.",
    instead=("audit",),
)
NO_SUCH_TALE = Refusal(
    "no_such_tale",
    422,
    None,
    "The story has no such tale, or the tale no such step.",
    "`GET /_emulator/scenarios` lists the tales of every story and their named steps.",
    "step",
    instead=("scenarios",),
)
TALE_OF_OTHER_RULES = Refusal(
    "tale_of_other_rules",
    409,
    None,
    "The tale goes otherwise under this sandbox's rules.",
    "Make a sandbox with the ruleset and the settings that `detail` names.",
    instead=("scenarios",),
)
IMPORT_REFUSED = Refusal(
    "import_refused", 422, None, "This is no world that can be.", "`errors` names what is wrong; import what `export` has given, unchanged."
)
SETTINGS_REFUSED = Refusal("settings_refused", 422, None, "These settings cannot be.", "`errors` names each and what is wrong with it.")
NOTHING_TO_TRADE = Refusal(
    "nothing_to_trade",
    409,
    None,
    "Nobody can trade here: orders need a buyer and an open store.",
    "Reset the sandbox, or make another: every world begins with both.",
)
SANDBOXES_OVER_LIMIT = Refusal(
    "sandboxes_over_limit",
    409,
    None,
    "There are as many sandboxes as this server holds.",
    "Delete one that is no longer needed, or raise EMULATOR_MAX_SANDBOXES.",
    instead=("sandboxes",),
)

# 6. The database underneath. Nothing is wrong with the request; it may be repeated as it is.
DATABASE_UNREACHABLE = Refusal(
    "database_unreachable", 503, None, "The database cannot be reached.", "Try again shortly; nothing has to be restarted."
)
DATABASE_BUSY = Refusal("database_busy", 503, None, "The database is locked by somebody else.", "Try again shortly.")
STORAGE_FULL = Refusal(
    "storage_full", 507, None, "The disk that holds the database is full.", "Make room on it; nothing has to be restarted."
)
OUTCOME_UNKNOWN = Refusal(
    "outcome_unknown",
    503,
    None,
    "The database was lost while this was being committed, so it has happened or it has not.",
    "Repeat the request with the same Idempotency-Key: it happens once. Without one, look before you repeat it.",
)

REFUSALS: tuple[Refusal, ...] = tuple(value for value in globals().values() if isinstance(value, Refusal))
BY_CODE: Mapping[str, Refusal] = {refusal.code: refusal for refusal in REFUSALS}
