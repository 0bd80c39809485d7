# Written by `make client` from its twin in asynchronous/: do not edit.
"""Every call of the contract as a method. Written by `make client` from the contract: do not edit.

`idempotency_key` and `if_match`, where a method takes them, are told once for all: see Account.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import httpx

from ..models import (
    Advanced,
    Audit,
    Claim,
    ClockView,
    Coverage,
    Dispute,
    Evidence,
    Forecast,
    Health,
    HistoryEntry,
    Item,
    Loaded,
    Mail,
    Me,
    Message,
    Operation,
    Order,
    Payment,
    Rule,
    Rules,
    SandboxView,
    Scenario,
    ScenarioPlayed,
    Snapshot,
    Solution,
    Store,
    TimelineEntry,
)
from ..reading import read_json, read_tagged
from ..values import AnyMoney, Duration, File, Id, Instant, Json, Tag, id_of, ids_of, part, quoted, said
from ..words import (
    CancelClaimReason,
    CancelReason,
    ClockMode,
    DisputeStatus,
    Edge,
    ItemDict,
    OrderStatus,
    Outcome,
    ParcelKind,
    Party,
    Proposal,
    Reason,
    Remedy,
    Ruleset,
    Side,
    World,
)
from .pages import Pages

if TYPE_CHECKING:
    from .sandbox import Sandbox


class AccountCalls(ABC):
    """The marketplace, as somebody sees it who has a token."""

    @abstractmethod
    def _send(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Send a call as the one whose call it is; `what` as Connection.send takes it."""

    def place_order(self, *, store: Id, item: ItemDict | Item, total: AnyMoney, idempotency_key: str | None = None) -> Order:
        """Place an order and pay for it (ORD-1).

        `store`: Where to buy.
        `item`: What to buy.
        `total`: What it costs in all.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: store_closed
        (STO-2); TooLarge: too_large; WrongType: unsupported_media_type; Malformed: total_out_of_range (ORD-1),
        malformed, idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown,
        storage_full.
        """
        return read_tagged(
            self._send("POST", "/v1/orders", body=said(store=id_of(store), item=item, total=total), idempotency_key=idempotency_key),
            Order.from_json,
        )

    def orders(
        self, *, limit: int | None = None, cursor: str | None = None, status: OrderStatus | None = None, in_dispute: bool | None = None
    ) -> Pages[Order]:
        """Your orders, newest first.

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        Raises Unauthenticated: unauthenticated; Malformed: malformed; Unavailable: database_unreachable, database_busy,
        storage_full.
        """
        return Pages(self._send, "/v1/orders", said(limit=limit, cursor=cursor, status=status, in_dispute=in_dispute), Order.from_json)

    def cancel_order(self, order: Id, *, idempotency_key: str | None = None, if_match: Tag | None = None) -> Order:
        """Cancel an order that has not shipped (ORD-3).

        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict:
        order_not_cancellable (ORD-3); Changed: precondition_failed; TooLarge: too_large; WrongType:
        unsupported_media_type; Malformed: malformed, idempotency_key_reused; Unavailable: database_unreachable,
        database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send("POST", f"/v1/orders/{quoted(order)}/cancel", idempotency_key=idempotency_key, if_match=if_match),
            Order.from_json,
        )

    def ship(
        self,
        order: Id,
        *,
        tracking_number: str | None = None,
        carrier: str | None = None,
        delivery_days: int | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Order:
        """Ship the order (ORD-2).

        `tracking_number`: The parcel's number; it may be left out (ORD-4).
        `carrier`: Who carries it.
        `delivery_days`: Days until delivery is due; left out, the sandbox's setting.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict:
        not_awaiting_shipment (ORD-2); Changed: precondition_failed; TooLarge: too_large; WrongType:
        unsupported_media_type; Malformed: delivery_too_late (ORD-5), malformed, idempotency_key_reused; Unavailable:
        database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/orders/{quoted(order)}/ship",
                body=said(tracking_number=tracking_number, carrier=carrier, delivery_days=delivery_days),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Order.from_json,
        )

    def correct_tracking(
        self,
        order: Id,
        *,
        tracking_number: str,
        carrier: str | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Order:
        """Give or correct the tracking number (ORD-4).

        `tracking_number`: The parcel's number.
        `carrier`: Who carries it.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: tracking_fixed
        (ORD-4); Changed: precondition_failed; TooLarge: too_large; WrongType: unsupported_media_type; Malformed:
        malformed, idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown,
        storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/orders/{quoted(order)}/correct-tracking",
                body=said(tracking_number=tracking_number, carrier=carrier),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Order.from_json,
        )

    def send_replacement(
        self,
        order: Id,
        *,
        tracking_number: str,
        carrier: str | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Order:
        """Send a replacement parcel (ORD-9).

        `tracking_number`: The parcel's number.
        `carrier`: Who carries it.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: not_in_an_appeal
        (CLM-9), not_in_a_contest (RET-4), no_replacement_expected (RET-2), no_dispute_to_replace_in (ORD-9); Changed:
        precondition_failed; TooLarge: too_large; WrongType: unsupported_media_type; Malformed: malformed,
        idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/orders/{quoted(order)}/send-replacement",
                body=said(tracking_number=tracking_number, carrier=carrier),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Order.from_json,
        )

    def extend_processing(self, order: Id, *, days: int, idempotency_key: str | None = None, if_match: Tag | None = None) -> Order:
        """Take more time to ship (ORD-2).

        `days`: How many days more: 1 to 365.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict:
        not_awaiting_shipment (ORD-2); Changed: precondition_failed; TooLarge: too_large; WrongType:
        unsupported_media_type; Malformed: processing_days_out_of_range (ORD-2), malformed, idempotency_key_reused;
        Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/orders/{quoted(order)}/extend-processing",
                body=said(days=days),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Order.from_json,
        )

    def extend_protection(self, order: Id, *, days: int, idempotency_key: str | None = None, if_match: Tag | None = None) -> Order:
        """Extend buyer protection (ORD-5).

        `days`: How many days more: 1 to 365.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: protection_fixed
        (ORD-5); Changed: precondition_failed; TooLarge: too_large; WrongType: unsupported_media_type; Malformed:
        days_out_of_range (ORD-5), malformed, idempotency_key_reused; Unavailable: database_unreachable, database_busy,
        outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/orders/{quoted(order)}/extend-protection",
                body=said(days=days),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Order.from_json,
        )

    def request_extension(
        self, order: Id, *, days: int, message: Id | None = None, idempotency_key: str | None = None, if_match: Tag | None = None
    ) -> Order:
        """Ask the seller to extend buyer protection (ORD-5).

        `days`: How many days more: 1 to 365.
        `message`: A word to the seller.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: protection_fixed
        (ORD-5); Changed: precondition_failed; TooLarge: too_large; WrongType: unsupported_media_type; Malformed:
        days_out_of_range (ORD-5), malformed, idempotency_key_reused; Unavailable: database_unreachable, database_busy,
        outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/orders/{quoted(order)}/request-extension",
                body=said(days=days, message=None if message is None else id_of(message)),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Order.from_json,
        )

    def confirm_receipt(self, order: Id, *, idempotency_key: str | None = None, if_match: Tag | None = None) -> Order:
        """Confirm that the goods have come (ORD-7).

        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict:
        receipt_in_dispute (ORD-7), receipt_not_expected (ORD-7); Changed: precondition_failed; TooLarge: too_large;
        WrongType: unsupported_media_type; Malformed: malformed, idempotency_key_reused; Unavailable:
        database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send("POST", f"/v1/orders/{quoted(order)}/confirm-receipt", idempotency_key=idempotency_key, if_match=if_match),
            Order.from_json,
        )

    def send_message(self, order: Id, text: str, *, idempotency_key: str | None = None, if_match: Tag | None = None) -> Message:
        """Write to the other side (REC-3).

        `text`: What to say.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Changed:
        precondition_failed; TooLarge: too_large; WrongType: unsupported_media_type; Malformed: malformed,
        idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_json(
            self._send(
                "POST", f"/v1/orders/{quoted(order)}/messages", body=said(text=text), idempotency_key=idempotency_key, if_match=if_match
            ),
            Message.from_json,
        )

    def messages(self, order: Id, *, limit: int | None = None, cursor: str | None = None) -> Pages[Message]:
        """What the sides wrote to each other, oldest first.

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        Raises Unauthenticated: unauthenticated; NotFound: not_found; Malformed: malformed; Unavailable:
        database_unreachable, database_busy, storage_full.
        """
        return Pages(self._send, f"/v1/orders/{quoted(order)}/messages", said(limit=limit, cursor=cursor), Message.from_json)

    def report_message(self, order: Id, message: Id, *, idempotency_key: str | None = None, if_match: Tag | None = None) -> Order:
        """Report a message in which the seller begs (STO-4).

        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict:
        message_not_reportable (STO-4), already_reported (STO-4); Changed: precondition_failed; TooLarge: too_large;
        WrongType: unsupported_media_type; Malformed: malformed, idempotency_key_reused; Unavailable:
        database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST", f"/v1/orders/{quoted(order)}/messages/{quoted(message)}/report", idempotency_key=idempotency_key, if_match=if_match
            ),
            Order.from_json,
        )

    def review(
        self, order: Id, *, stars: int, text: str | None = None, idempotency_key: str | None = None, if_match: Tag | None = None
    ) -> Order:
        """Review the finished order (ORD-10).

        `stars`: 1 to 5.
        `text`: In words.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: not_finished_yet
        (ORD-10), already_reviewed (ORD-10); Changed: precondition_failed; TooLarge: too_large; WrongType:
        unsupported_media_type; Malformed: stars_out_of_range (ORD-10), malformed, idempotency_key_reused; Unavailable:
        database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/orders/{quoted(order)}/review",
                body=said(stars=stars, text=text),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Order.from_json,
        )

    def open_dispute(
        self,
        order: Id,
        *,
        reason: Reason,
        remedy: Remedy,
        explanation: str,
        amount: AnyMoney | None = None,
        evidence: Sequence[Id] | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Dispute:
        """Open a dispute (OPEN-1).

        `reason`: What is wrong. `not_received`: Delivery is overdue and nothing has come; `no_tracking`: The seller
            gave no tracking number; `tracking_invalid`: The tracking number tracks nothing; `wrong_address`: The parcel
            went somewhere else; `not_as_described`: The goods are not what the page said; `wrong_item`: Another thing
            came; `damaged`: The goods came damaged; `defective`: The goods do not work; `wrong_size_or_color`: Size or
            colour differ from the order; `missing_quantity`: Fewer pieces came than were paid for; `counterfeit`: The
            goods are a forgery.
        `remedy`: What you want. `refund`: Money; the buyer keeps what he has; `return_and_refund`: The goods go back,
            then the money comes; `exchange`: The goods go back, then a new item comes; no money; `no_refund_no_return`:
            Nothing for the buyer, everything for the seller.
        `explanation`: In your words.
        `amount`: How much; ignored for an exchange.
        `evidence`: Ids of uploaded files.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict:
        dispute_already_open (OPEN-1), order_cancelled (OPEN-1), dispute_was_final (OPEN-6), not_shipped_yet (OPEN-1),
        no_second_dispute (OPEN-7), window_closed (OPEN-2), reason_not_open (OPEN-3); Changed: precondition_failed;
        TooLarge: evidence_over_limit, too_large; WrongType: unsupported_media_type; Malformed: remedy_not_for_buyer
        (OPEN-4), currency_differs (OPEN-5), amount_out_of_range (OPEN-5), all_money_needs_return (OPEN-5),
        unknown_evidence (EDIT-2), malformed, idempotency_key_reused; Unavailable: database_unreachable, database_busy,
        outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/orders/{quoted(order)}/disputes",
                body=said(
                    reason=reason,
                    remedy=remedy,
                    explanation=explanation,
                    amount=amount,
                    evidence=None if evidence is None else ids_of(evidence),
                ),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def edit(
        self,
        dispute: Id,
        *,
        explanation: str | None = None,
        reason: Reason | None = None,
        remedy: Remedy | None = None,
        amount: AnyMoney | None = None,
        evidence: Sequence[Id] | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Dispute:
        """Edit the dispute (EDIT-1).

        `explanation`: In your words.
        `reason`: What is wrong. `not_received`: Delivery is overdue and nothing has come; `no_tracking`: The seller
            gave no tracking number; `tracking_invalid`: The tracking number tracks nothing; `wrong_address`: The parcel
            went somewhere else; `not_as_described`: The goods are not what the page said; `wrong_item`: Another thing
            came; `damaged`: The goods came damaged; `defective`: The goods do not work; `wrong_size_or_color`: Size or
            colour differ from the order; `missing_quantity`: Fewer pieces came than were paid for; `counterfeit`: The
            goods are a forgery.
        `remedy`: What you want. `refund`: Money; the buyer keeps what he has; `return_and_refund`: The goods go back,
            then the money comes; `exchange`: The goods go back, then a new item comes; no money; `no_refund_no_return`:
            Nothing for the buyer, everything for the seller.
        `amount`: How much; ignored for an exchange.
        `evidence`: Ids of uploaded files.
        Raises Unauthenticated: unauthenticated; WrongRole: only_the_buyer_edits (EDIT-3), wrong_role; NotFound:
        not_found; Conflict: not_editable (EDIT-3), edits_used_up (EDIT-1), reason_not_open (OPEN-3); Changed:
        precondition_failed; TooLarge: evidence_over_limit, too_large; WrongType: unsupported_media_type; Malformed:
        remedy_not_for_buyer (OPEN-4), currency_differs (OPEN-5), amount_out_of_range (OPEN-5), all_money_needs_return
        (OPEN-5), unknown_evidence (EDIT-2), edit_changes_nothing (EDIT-2), malformed, idempotency_key_reused;
        Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "PATCH",
                f"/v1/disputes/{quoted(dispute)}",
                body=said(
                    explanation=explanation,
                    reason=reason,
                    remedy=remedy,
                    amount=amount,
                    evidence=None if evidence is None else ids_of(evidence),
                ),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def dispute(self, dispute: Id, *, if_match: Tag | None = None) -> Dispute:
        """One dispute.

        Raises Unauthenticated: unauthenticated; NotFound: not_found; Changed: precondition_failed; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return read_tagged(self._send("GET", f"/v1/disputes/{quoted(dispute)}", if_match=if_match), Dispute.from_json)

    def accept(self, dispute: Id, *, solution: Id, idempotency_key: str | None = None, if_match: Tag | None = None) -> Dispute:
        """Accept the other side's current solution, for good (ACC-1).

        `solution`: The one being accepted.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: negotiation_over
        (ESC-3), not_in_an_appeal (CLM-9), not_in_a_contest (RET-4), nothing_to_accept (ACC-1), solution_not_current
        (ACC-1); Changed: precondition_failed; TooLarge: too_large; WrongType: unsupported_media_type; Malformed:
        malformed, idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown,
        storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/accept",
                body=said(solution=id_of(solution)),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def refuse(
        self, dispute: Id, *, reason: str, solution: Proposal | None = None, idempotency_key: str | None = None, if_match: Tag | None = None
    ) -> Dispute:
        """Refuse what the buyer asks (SELL-2).

        `reason`: Why.
        `solution`: What the seller proposes instead.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: negotiation_over
        (ESC-3), nothing_to_refuse (SELL-2); Changed: precondition_failed; TooLarge: too_large; WrongType:
        unsupported_media_type; Malformed: currency_differs (OPEN-5), amount_out_of_range (OPEN-5), malformed,
        idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/refuse",
                body=said(reason=reason, solution=solution),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def cancel(
        self,
        dispute: Id,
        *,
        reason: CancelReason,
        comment: str,
        confirm: bool | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Dispute:
        """Cancel the dispute (CAN-1).

        `reason`: Why. `goods_received`: The goods came after all; `valid_tracking_received`: The seller gave a number
            that tracks; `filed_by_mistake`: There was nothing to dispute; `agreement_reached`: The sides have agreed;
            `other`: Something else.
        `comment`: In your words.
        `confirm`: Must be true: the emulator's form of pressing the button twice.
        Raises Unauthenticated: unauthenticated; WrongRole: seller_never_cancels (SELL-3), wrong_role; NotFound:
        not_found; Conflict: not_cancellable (CAN-1); Changed: precondition_failed; TooLarge: too_large; WrongType:
        unsupported_media_type; Malformed: cancel_not_confirmed (CAN-2), malformed, idempotency_key_reused; Unavailable:
        database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/cancel",
                body=said(reason=reason, comment=comment, confirm=confirm),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def escalate(
        self, dispute: Id, *, message: Id | None = None, idempotency_key: str | None = None, if_match: Tag | None = None
    ) -> Dispute:
        """Hand the dispute to the platform's mediator (ESC-1).

        `message`: A word to the mediator.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: negotiation_over
        (ESC-3), replacement_not_underway (RET-5), not_escalatable (ESC-1), seller_has_not_refused (ESC-1); Changed:
        precondition_failed; TooLarge: too_large; WrongType: unsupported_media_type; Malformed: malformed,
        idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/escalate",
                body=said(message=None if message is None else id_of(message)),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def appeal(
        self,
        dispute: Id,
        *,
        explanation: str,
        evidence: Sequence[Id] | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Dispute:
        """Appeal the end of the dispute (CLM-9).

        `explanation`: Why it should end otherwise.
        `evidence`: Ids of uploaded files.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: appealed_already
        (CLM-9), nothing_to_appeal (CLM-8), appeal_too_late (CLM-9); Changed: precondition_failed; TooLarge:
        evidence_over_limit, too_large; WrongType: unsupported_media_type; Malformed: unknown_evidence (EDIT-2),
        malformed, idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown,
        storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/appeal",
                body=said(explanation=explanation, evidence=None if evidence is None else ids_of(evidence)),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def ask(
        self,
        dispute: Id,
        *,
        to: Party,
        question: str,
        evidence_required: bool | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Dispute:
        """Ask one side or both (CLM-2).

        `to`: Whom. `buyer`: The buyer alone; `seller`: The seller alone; `both`: Both sides.
        `question`: What.
        `evidence_required`: Whether the answer must have evidence.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict:
        question_still_open (CLM-2), no_open_claim (CLM-1); Changed: precondition_failed; TooLarge: too_large;
        WrongType: unsupported_media_type; Malformed: malformed, idempotency_key_reused; Unavailable:
        database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/claim/ask",
                body=said(to=to, question=question, evidence_required=evidence_required),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def answer(
        self,
        dispute: Id,
        *,
        text: str,
        evidence: Sequence[Id] | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Dispute:
        """Answer the mediator (CLM-2).

        `text`: The answer.
        `evidence`: Ids of uploaded files.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: not_asked
        (CLM-2), no_open_claim (CLM-1); Changed: precondition_failed; TooLarge: evidence_over_limit, too_large;
        WrongType: unsupported_media_type; Malformed: unknown_evidence (EDIT-2), evidence_missing (CLM-4), malformed,
        idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/claim/answer",
                body=said(text=text, evidence=None if evidence is None else ids_of(evidence)),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def offer(
        self,
        dispute: Id,
        *,
        remedy: Remedy,
        amount: AnyMoney | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Dispute:
        """Put a solution to the buyer while the platform mediates (CLM-6).

        `remedy`: What the seller gives. `refund`: Money; the buyer keeps what he has; `return_and_refund`: The goods go
            back, then the money comes; `exchange`: The goods go back, then a new item comes; no money;
            `no_refund_no_return`: Nothing for the buyer, everything for the seller.
        `amount`: For a refund or a return and refund; ignored for an exchange.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: not_in_an_appeal
        (CLM-9), not_in_a_contest (RET-4), no_open_claim (CLM-1); Changed: precondition_failed; TooLarge: too_large;
        WrongType: unsupported_media_type; Malformed: offer_gives_nothing (CLM-6), currency_differs (OPEN-5),
        amount_out_of_range (OPEN-5), malformed, idempotency_key_reused; Unavailable: database_unreachable,
        database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/claim/offer",
                body=said(remedy=remedy, amount=amount),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def view_solution(self, dispute: Id) -> Solution:
        """Look at what the seller offers (CLM-6).

        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: not_in_an_appeal
        (CLM-9), not_in_a_contest (RET-4), no_open_claim (CLM-1), no_seller_solution (CLM-6); Malformed: malformed;
        Unavailable: database_unreachable, database_busy, storage_full.
        """
        return read_json(self._send("GET", f"/v1/disputes/{quoted(dispute)}/claim/solution"), Solution.from_json)

    def accept_solution(self, dispute: Id, *, solution: Id, idempotency_key: str | None = None, if_match: Tag | None = None) -> Dispute:
        """Accept what the seller offers in the claim, for good (CLM-6).

        `solution`: The one being accepted.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: not_in_an_appeal
        (CLM-9), not_in_a_contest (RET-4), solution_not_current (ACC-1), no_open_claim (CLM-1); Changed:
        precondition_failed; TooLarge: too_large; WrongType: unsupported_media_type; Malformed: malformed,
        idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/claim/accept-solution",
                body=said(solution=id_of(solution)),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def decline_solution(self, dispute: Id, *, idempotency_key: str | None = None, if_match: Tag | None = None) -> Dispute:
        """No Thanks: take the seller's solution off the table, without a trace (CLM-6).

        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: not_in_an_appeal
        (CLM-9), not_in_a_contest (RET-4), no_open_claim (CLM-1), no_seller_solution (CLM-6); Changed:
        precondition_failed; TooLarge: too_large; WrongType: unsupported_media_type; Malformed: malformed,
        idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST", f"/v1/disputes/{quoted(dispute)}/claim/decline-solution", idempotency_key=idempotency_key, if_match=if_match
            ),
            Dispute.from_json,
        )

    def cancel_claim(
        self,
        dispute: Id,
        *,
        reason: CancelClaimReason,
        message: Id,
        confirm: bool | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Dispute:
        """Cancel the claim; the seller gets all the money (CLM-7).

        `reason`: Why. `compromise`: The sides have met halfway; `refund_to_buyer`: The money came back;
            `goods_received`: The goods came after all; `other`: Something else.
        `message`: In your words.
        `confirm`: Must be true: the emulator's form of pressing the button twice.
        Raises Unauthenticated: unauthenticated; WrongRole: seller_never_cancels (SELL-3), wrong_role; NotFound:
        not_found; Conflict: not_in_an_appeal (CLM-9), no_open_claim (CLM-1); Changed: precondition_failed; TooLarge:
        too_large; WrongType: unsupported_media_type; Malformed: claim_cancel_not_confirmed (CLM-7), malformed,
        idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/claim/cancel",
                body=said(reason=reason, message=id_of(message), confirm=confirm),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def rule(
        self,
        dispute: Id,
        *,
        in_favor_of: Side,
        explanation: str,
        amount: AnyMoney | None = None,
        return_required: bool | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Dispute:
        """Rule the claim (CLM-8).

        `in_favor_of`: For whom. `buyer`: The buyer gets money; `seller`: The seller gets what is left.
        `explanation`: Why.
        `amount`: What the buyer gets in all; left out, what he asked.
        `return_required`: Whether the goods go back first.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict: no_open_claim
        (CLM-1); Changed: precondition_failed; TooLarge: too_large; WrongType: unsupported_media_type; Malformed:
        ruling_out_of_range (CLM-8), ruling_gives_seller (CLM-8), no_return_in_contest (RET-4), no_return_in_appeal
        (CLM-9), ruling_below_first (CLM-9), malformed, idempotency_key_reused; Unavailable: database_unreachable,
        database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/claim/rule",
                body=said(in_favor_of=in_favor_of, explanation=explanation, amount=amount, return_required=return_required),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def ship_return(
        self,
        dispute: Id,
        *,
        tracking_number: str,
        carrier: str | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Dispute:
        """Send the goods back, or correct the number of the parcel (RET-1).

        `tracking_number`: The parcel's number.
        `carrier`: Who carries it.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict:
        no_return_expected (RET-1), return_delivered (RET-1); Changed: precondition_failed; TooLarge: too_large;
        WrongType: unsupported_media_type; Malformed: malformed, idempotency_key_reused; Unavailable:
        database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/ship-return",
                body=said(tracking_number=tracking_number, carrier=carrier),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def confirm_return(self, dispute: Id, *, idempotency_key: str | None = None, if_match: Tag | None = None) -> Dispute:
        """Confirm that the goods have come back (RET-1).

        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict:
        no_return_to_confirm (RET-3); Changed: precondition_failed; TooLarge: too_large; WrongType:
        unsupported_media_type; Malformed: malformed, idempotency_key_reused; Unavailable: database_unreachable,
        database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send("POST", f"/v1/disputes/{quoted(dispute)}/confirm-return", idempotency_key=idempotency_key, if_match=if_match),
            Dispute.from_json,
        )

    def contest_return(
        self,
        dispute: Id,
        *,
        explanation: str,
        evidence: Sequence[Id] | None = None,
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> Dispute:
        """Contest what has come back (RET-4).

        `explanation`: What is wrong with it.
        `evidence`: Ids of uploaded files.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict:
        no_return_to_contest (RET-4); Changed: precondition_failed; TooLarge: evidence_over_limit, too_large; WrongType:
        unsupported_media_type; Malformed: unknown_evidence (EDIT-2), malformed, idempotency_key_reused; Unavailable:
        database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"/v1/disputes/{quoted(dispute)}/contest-return",
                body=said(explanation=explanation, evidence=None if evidence is None else ids_of(evidence)),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Dispute.from_json,
        )

    def confirm_replacement(self, dispute: Id, *, idempotency_key: str | None = None, if_match: Tag | None = None) -> Dispute:
        """Confirm that the replacement has come (RET-2).

        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; NotFound: not_found; Conflict:
        no_replacement_expected (RET-2); Changed: precondition_failed; TooLarge: too_large; WrongType:
        unsupported_media_type; Malformed: malformed, idempotency_key_reused; Unavailable: database_unreachable,
        database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send("POST", f"/v1/disputes/{quoted(dispute)}/confirm-replacement", idempotency_key=idempotency_key, if_match=if_match),
            Dispute.from_json,
        )

    def me(self) -> Me:
        """Who you are, and your money by currency.

        Raises Unauthenticated: unauthenticated; Malformed: malformed; Unavailable: database_unreachable, database_busy,
        storage_full.
        """
        return read_json(self._send("GET", "/v1/me"), Me.from_json)

    def order(self, order: Id, *, if_match: Tag | None = None) -> Order:
        """One order.

        Raises Unauthenticated: unauthenticated; NotFound: not_found; Changed: precondition_failed; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return read_tagged(self._send("GET", f"/v1/orders/{quoted(order)}", if_match=if_match), Order.from_json)

    def payment(self, order: Id) -> Payment:
        """Where the order's money lies (PAY-3).

        Raises Unauthenticated: unauthenticated; NotFound: not_found; Malformed: malformed; Unavailable:
        database_unreachable, database_busy, storage_full.
        """
        return read_json(self._send("GET", f"/v1/orders/{quoted(order)}/payment"), Payment.from_json)

    def disputes(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: DisputeStatus | None = None,
        outcome: Outcome | None = None,
        order: Id | None = None,
    ) -> Pages[Dispute]:
        """Your disputes, newest first.

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        Raises Unauthenticated: unauthenticated; Malformed: malformed; Unavailable: database_unreachable, database_busy,
        storage_full.
        """
        return Pages(
            self._send,
            "/v1/disputes",
            said(limit=limit, cursor=cursor, status=status, outcome=outcome, order=None if order is None else id_of(order)),
            Dispute.from_json,
        )

    def history(self, dispute: Id, *, limit: int | None = None, cursor: str | None = None) -> Pages[HistoryEntry]:
        """All that was done in it, oldest first (REC-1); as JSON, page by page, or whole as a text for people.

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        Raises Unauthenticated: unauthenticated; NotFound: not_found; Malformed: malformed; Unavailable:
        database_unreachable, database_busy, storage_full.
        """
        return Pages(self._send, f"/v1/disputes/{quoted(dispute)}/history", said(limit=limit, cursor=cursor), HistoryEntry.from_json)

    def history_text(self, dispute: Id) -> str:
        """All that was done in it, oldest first (REC-1); as JSON, page by page, or whole as a text for people.

        Answers the text.
        Raises Unauthenticated: unauthenticated; NotFound: not_found; Malformed: malformed; Unavailable:
        database_unreachable, database_busy, storage_full.
        """
        return (self._send("GET", f"/v1/disputes/{quoted(dispute)}/history", query=said(format="text"))).text

    def claim(self, dispute: Id) -> Claim:
        """The claim, in the words you see.

        Raises Unauthenticated: unauthenticated; NotFound: not_found; Conflict: no_open_claim (CLM-1); Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return read_json(self._send("GET", f"/v1/disputes/{quoted(dispute)}/claim"), Claim.from_json)

    def upload_evidence(self, file: File, *, name: str | None = None, idempotency_key: str | None = None) -> Evidence:
        """Upload a photo, video or screenshot, as multipart/form-data with one part `file`.

        `file`: A path, or the bytes themselves.
        `name`: How the file is called; a path has a name of its own.
        Raises Unauthenticated: unauthenticated; TooLarge: evidence_over_limit, too_large; WrongType: not_evidence,
        unsupported_media_type; Malformed: malformed, idempotency_key_reused; Unavailable: database_unreachable,
        database_busy, outcome_unknown, storage_full.
        """
        return read_json(
            self._send("POST", "/v1/evidence", files={"file": part(file, name)}, idempotency_key=idempotency_key), Evidence.from_json
        )

    def evidence(self, evidence: Id, *, if_match: Tag | None = None) -> bytes:
        """The file itself.

        Raises Unauthenticated: unauthenticated; NotFound: not_found; Changed: precondition_failed; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return (self._send("GET", f"/v1/evidence/{quoted(evidence)}", if_match=if_match)).content

    def operations(self, *, limit: int | None = None, cursor: str | None = None) -> Pages[Operation]:
        """Your closed disputes with their compensation (PAY-4).

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        Raises Unauthenticated: unauthenticated; WrongRole: wrong_role; Malformed: malformed; Unavailable:
        database_unreachable, database_busy, storage_full.
        """
        return Pages(self._send, "/v1/operations", said(limit=limit, cursor=cursor), Operation.from_json)

    def stores(self, *, limit: int | None = None, cursor: str | None = None) -> Pages[Store]:
        """All stores.

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        Raises Unauthenticated: unauthenticated; Malformed: malformed; Unavailable: database_unreachable, database_busy,
        storage_full.
        """
        return Pages(self._send, "/v1/stores", said(limit=limit, cursor=cursor), Store.from_json)

    def find_store(self, store: Id) -> Store:
        """One store with its record (STO-3).

        Raises Unauthenticated: unauthenticated; NotFound: not_found; Malformed: malformed; Unavailable:
        database_unreachable, database_busy, storage_full.
        """
        return read_json(self._send("GET", f"/v1/stores/{quoted(store)}"), Store.from_json)

    def mailbox(self, *, limit: int | None = None, cursor: str | None = None) -> Pages[Mail]:
        """Your e-mails, newest first (REC-2).

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        Raises Unauthenticated: unauthenticated; Malformed: malformed; Unavailable: database_unreachable, database_busy,
        storage_full.
        """
        return Pages(self._send, "/v1/mailbox", said(limit=limit, cursor=cursor), Mail.from_json)

    def rules(self, *, ruleset: Ruleset | None = None) -> Rules:
        """Every rule with its source, and the settings in force.

        No token needed.
        `ruleset`: Whose settings to show.
        Raises Unauthenticated: unauthenticated; Malformed: malformed; Unavailable: database_unreachable, database_busy,
        storage_full.
        """
        return read_json(self._send("GET", "/v1/rules", query=said(ruleset=ruleset)), Rules.from_json)

    def rule_page(self, rule: Id) -> Rule:
        """One rule.

        No token needed.
        Raises NotFound: not_found; Malformed: malformed; Unavailable: database_unreachable, database_busy,
        storage_full.
        """
        return read_json(self._send("GET", f"/v1/rules/{quoted(rule)}"), Rule.from_json)


class SandboxCalls(ABC):
    """The control plane of one sandbox."""

    @property
    @abstractmethod
    def path(self) -> str:
        """Where the control plane shows it."""

    @abstractmethod
    def _send(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Send a call as the one whose call it is; `what` as Connection.send takes it."""

    @abstractmethod
    def _taken_in(self, sending: httpx.Response, *, mine: bool) -> Sandbox:
        """The sandbox that is answered; `mine`: `with` deletes it."""

    @abstractmethod
    def _met(self, played: ScenarioPlayed) -> ScenarioPlayed:
        """Make the people of a story known."""

    def deliver(
        self, order: Id, *, parcel: ParcelKind | None = None, idempotency_key: str | None = None, if_match: Tag | None = None
    ) -> Order:
        """The carrier reports a delivery (ORD-7).

        `parcel`: Which parcel; left out, the order's. `order`: What was ordered; `return`: What goes back;
            `replacement`: What comes instead.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Conflict:
        nothing_to_deliver (ORD-4); Changed: precondition_failed; TooLarge: too_large; WrongType:
        unsupported_media_type; Malformed: malformed, idempotency_key_reused; Unavailable: database_unreachable,
        database_busy, outcome_unknown, storage_full.
        """
        return read_tagged(
            self._send(
                "POST",
                f"{self.path}/orders/{quoted(order)}/deliver",
                body=said(parcel=parcel),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
            Order.from_json,
        )

    def delete(self) -> None:
        """Delete a sandbox and all in it.

        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        self._send("DELETE", f"{self.path}")

    def reset(self, *, idempotency_key: str | None = None) -> SandboxView:
        """Back to the world it began with, clock included.

        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; TooLarge:
        too_large; WrongType: unsupported_media_type; Malformed: malformed, idempotency_key_reused; Unavailable:
        database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_json(self._send("POST", f"{self.path}/reset", patient=True, idempotency_key=idempotency_key), SandboxView.from_json)

    def read_clock(self) -> ClockView:
        """The sandbox's clock.

        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return read_json(self._send("GET", f"{self.path}/clock"), ClockView.from_json)

    def set_clock(self, mode: ClockMode, *, now: Instant | None = None) -> ClockView:
        """Freeze the clock, shift it, or let it run; what falls due on the way fires.

        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Conflict:
        clock_backwards (TIME-1); TooLarge: too_large; WrongType: unsupported_media_type; Malformed: malformed;
        Unavailable: database_unreachable, database_busy, storage_full.
        """
        return read_json(self._send("PUT", f"{self.path}/clock", body=said(mode=mode, now=now), patient=True), ClockView.from_json)

    def advance(
        self,
        by: Duration | None = None,
        *,
        to: Instant | None = None,
        to_next: bool | None = None,
        edge: Edge | None = None,
        limit: int | None = None,
        idempotency_key: str | None = None,
    ) -> Advanced:
        """Move time; every timer on the way has fired, in order, before the answer comes.

        `edge`: A second before the instant that the rest of the body names, at it, or a second after it.
        `limit`: Stop after the instant at which so many timers have fired; `next` in the answer goes on.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Conflict:
        clock_backwards (TIME-1), nothing_due (TIME-1); TooLarge: too_large; WrongType: unsupported_media_type;
        Malformed: clock_too_far (TIME-1), malformed, idempotency_key_reused; Broken: endless_timers (TIME-2);
        Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_json(
            self._send(
                "POST",
                f"{self.path}/clock/advance",
                body=said(by=by, to=to, to_next=to_next, edge=edge, limit=limit),
                patient=True,
                idempotency_key=idempotency_key,
            ),
            Advanced.from_json,
        )

    def forecast(
        self, *, limit: int | None = None, cursor: str | None = None, order: Id | None = None, until: Instant | None = None
    ) -> Pages[Forecast]:
        """What will happen if nobody acts, when, by which rule and with what money, soonest first.

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        `order`: One order only.
        `until`: Nothing later than this.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Malformed:
        malformed; Broken: endless_timers (TIME-2); Unavailable: database_unreachable, database_busy, storage_full.
        """
        return Pages(
            self._send,
            f"{self.path}/forecast",
            said(limit=limit, cursor=cursor, order=None if order is None else id_of(order), until=until),
            Forecast.from_json,
        )

    def timeline(
        self, *, limit: int | None = None, cursor: str | None = None, order: Id | None = None, since: Instant | None = None
    ) -> Pages[TimelineEntry]:
        """All that has happened, oldest first: who did what, which timers fired, by which rule, with what money.

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        `order`: One order only.
        `since`: Nothing earlier than this.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return Pages(
            self._send,
            f"{self.path}/timeline",
            said(limit=limit, cursor=cursor, order=None if order is None else id_of(order), since=since),
            TimelineEntry.from_json,
        )

    def audit(self) -> Audit:
        """Every invariant, checked over the whole sandbox.

        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return read_json(self._send("GET", f"{self.path}/audit", patient=True), Audit.from_json)

    def mailbox(self, *, limit: int | None = None, cursor: str | None = None) -> Pages[Mail]:
        """All e-mails, newest first.

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return Pages(self._send, f"{self.path}/mailbox", said(limit=limit, cursor=cursor), Mail.from_json)

    def play_scenario(
        self, story: Id, *, tale: str | None = None, step: str | None = None, idempotency_key: str | None = None
    ) -> ScenarioPlayed:
        """Put a story at one of its named steps, with its history.

        Where weekends leave no other way, the clock goes on by some days.
        `tale`: Which tale of the story; the first that fits the sandbox's rules if none is named.
        `step`: The named step to stop after; the end of the tale if none is named.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Conflict:
        tale_of_other_rules; TooLarge: too_large; WrongType: unsupported_media_type; Malformed: no_such_tale,
        clock_too_far (TIME-1), malformed, idempotency_key_reused; Unavailable: database_unreachable, database_busy,
        outcome_unknown, storage_full.
        """
        return self._met(
            read_json(
                self._send(
                    "POST",
                    f"{self.path}/scenarios/{quoted(story)}",
                    body=said(tale=tale, step=step),
                    patient=True,
                    idempotency_key=idempotency_key,
                ),
                ScenarioPlayed.from_json,
            )
        )

    def load(
        self,
        orders: int,
        *,
        mix: Mapping[str, int] | None = None,
        oldest: Duration | None = None,
        seed: str | None = None,
        idempotency_key: str | None = None,
    ) -> Loaded:
        """Fill the sandbox with orders of many kinds and ages, drawn from a seed and from what is there.

        `orders`: How many.
        `mix`: How often each position comes, as weights; those not named do not come.
        `oldest`: How long ago the oldest orders were placed.
        `seed`: What is drawn follows from it, from the sandbox's seed, and from what the sandbox held.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Conflict:
        nothing_to_trade; TooLarge: too_large; WrongType: unsupported_media_type; Malformed: malformed,
        idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_json(
            self._send(
                "POST",
                f"{self.path}/load",
                body=said(orders=orders, mix=mix, oldest=oldest, seed=seed),
                patient=True,
                idempotency_key=idempotency_key,
            ),
            Loaded.from_json,
        )

    def snapshot(self, name: str | None = None, *, idempotency_key: str | None = None) -> Snapshot:
        """Keep the world as it is, clock included.

        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; TooLarge:
        too_large; WrongType: unsupported_media_type; Malformed: malformed, idempotency_key_reused; Unavailable:
        database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_json(
            self._send("POST", f"{self.path}/snapshots", body=said(name=name), patient=True, idempotency_key=idempotency_key),
            Snapshot.from_json,
        )

    def snapshots(self, *, limit: int | None = None, cursor: str | None = None) -> Pages[Snapshot]:
        """The worlds that were kept, oldest first.

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return Pages(self._send, f"{self.path}/snapshots", said(limit=limit, cursor=cursor), Snapshot.from_json)

    def kept_world(self, snapshot: Id) -> Snapshot:
        """One world that was kept.

        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return read_json(self._send("GET", f"{self.path}/snapshots/{quoted(snapshot)}"), Snapshot.from_json)

    def delete_snapshot(self, snapshot: Id) -> None:
        """Keep a world no longer.

        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        self._send("DELETE", f"{self.path}/snapshots/{quoted(snapshot)}")

    def restore(self, snapshot: Id, *, idempotency_key: str | None = None) -> SandboxView:
        """Go back to a kept world, clock included, as often as you like.

        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; TooLarge:
        too_large; WrongType: unsupported_media_type; Malformed: malformed, idempotency_key_reused; Unavailable:
        database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return read_json(
            self._send("POST", f"{self.path}/snapshots/{quoted(snapshot)}/restore", patient=True, idempotency_key=idempotency_key),
            SandboxView.from_json,
        )

    def fork(self, *, name: str | None = None, snapshot: Id | None = None, idempotency_key: str | None = None) -> Sandbox:
        """Branch the world as it is, or as a snapshot has it: a second sandbox with tokens of its own.

        `snapshot`: Branch from this kept world, not from how things stand now.
        Answers the sandbox itself; `with` deletes it at the end.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Conflict:
        sandboxes_over_limit; TooLarge: too_large; WrongType: unsupported_media_type; Malformed: malformed,
        idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return self._taken_in(
            self._send(
                "POST",
                f"{self.path}/fork",
                body=said(name=name, snapshot=None if snapshot is None else id_of(snapshot)),
                patient=True,
                idempotency_key=idempotency_key,
            ),
            mine=True,
        )

    def export(self) -> dict[str, Any]:
        """The whole world as one JSON document.

        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return read_json(self._send("GET", f"{self.path}/export", patient=True), dict)


class EmulatorCalls(ABC):
    """The control plane of the whole emulator, and what anybody may read."""

    @abstractmethod
    def _send(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Send a call as the one whose call it is; `what` as Connection.send takes it."""

    @abstractmethod
    def _taken_in(self, sending: httpx.Response, *, mine: bool) -> Sandbox:
        """The sandbox that is answered; `mine`: `with` deletes it."""

    def rules(self, *, ruleset: Ruleset | None = None) -> Rules:
        """Every rule with its source, and the settings in force.

        No token needed.
        `ruleset`: Whose settings to show.
        Raises Unauthenticated: unauthenticated; Malformed: malformed; Unavailable: database_unreachable, database_busy,
        storage_full.
        """
        return read_json(self._send("GET", "/v1/rules", query=said(ruleset=ruleset)), Rules.from_json)

    def rule_page(self, rule: Id) -> Rule:
        """One rule.

        No token needed.
        Raises NotFound: not_found; Malformed: malformed; Unavailable: database_unreachable, database_busy,
        storage_full.
        """
        return read_json(self._send("GET", f"/v1/rules/{quoted(rule)}"), Rule.from_json)

    def health(self) -> Health:
        """Whether the program is there; its database is not asked.

        Needs no key, and without the key tells no more than that.
        Raises WrongRole: foreign_origin; Malformed: malformed; Unavailable: database_unreachable, database_busy,
        storage_full.
        """
        return read_json(self._send("GET", "/_emulator/health"), Health.from_json)

    def ready(self) -> Health:
        """Whether it can serve: its database answers, and has the tables of this release.

        Needs no key, like `health`.
        Raises WrongRole: foreign_origin; Malformed: malformed; Unavailable: database_unreachable, database_busy,
        storage_full.
        """
        return read_json(self._send("GET", "/_emulator/ready"), Health.from_json)

    def sandbox(
        self,
        *,
        name: str | None = None,
        ruleset: Ruleset | None = None,
        settings: Mapping[str, Any] | None = None,
        world: World | None = None,
        now: Instant | None = None,
        frozen: bool | None = None,
        seed: str | None = None,
        idempotency_key: str | None = None,
    ) -> Sandbox:
        """Make a sandbox: a marketplace of your own, with its own clock.

        Answers the sandbox itself; `with` deletes it at the end.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; Conflict: sandboxes_over_limit;
        TooLarge: too_large; WrongType: unsupported_media_type; Malformed: settings_refused, malformed,
        idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return self._taken_in(
            self._send(
                "POST",
                "/_emulator/sandboxes",
                body=said(name=name, ruleset=ruleset, settings=settings, world=world, now=now, frozen=frozen, seed=seed),
                idempotency_key=idempotency_key,
            ),
            mine=True,
        )

    def sandboxes(self, *, limit: int | None = None, cursor: str | None = None) -> Pages[SandboxView]:
        """All sandboxes.

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; Malformed: malformed; Unavailable:
        database_unreachable, database_busy, storage_full.
        """
        return Pages(self._send, "/_emulator/sandboxes", said(limit=limit, cursor=cursor), SandboxView.from_json)

    def find_sandbox(self, sandbox: Id) -> Sandbox:
        """One sandbox with its accounts.

        Answers the sandbox itself; `with` does not delete it.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return self._taken_in(self._send("GET", f"/_emulator/sandboxes/{quoted(sandbox)}"), mine=False)

    def scenarios(self, *, limit: int | None = None, cursor: str | None = None) -> Pages[Scenario]:
        """Every story with its tales and their named steps.

        The list is an iterator, which asks for a page when it comes to it.
        `limit`: How many entries a page has at most.
        `cursor`: Where to begin: `next_cursor` of a list that was left.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; Malformed: malformed; Unavailable:
        database_unreachable, database_busy, storage_full.
        """
        return Pages(self._send, "/_emulator/scenarios", said(limit=limit, cursor=cursor), Scenario.from_json)

    def import_sandbox(self, document: Json, *, idempotency_key: str | None = None) -> Sandbox:
        """A new sandbox from an exported world, with new tokens.

        `document`: What `export` has answered.
        Answers the sandbox itself; `with` deletes it at the end.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; Conflict: sandboxes_over_limit;
        TooLarge: too_large; WrongType: unsupported_media_type; Malformed: import_refused, malformed,
        idempotency_key_reused; Unavailable: database_unreachable, database_busy, outcome_unknown, storage_full.
        """
        return self._taken_in(
            self._send("POST", "/_emulator/sandboxes/import", body=document, patient=True, idempotency_key=idempotency_key), mine=True
        )

    def coverage(self, *, sandbox: Id | None = None) -> Coverage:
        """Which rows, timers, refusals, joint states and sides of deadlines have been met, and which never: anywhere, or in one sandbox.

        `sandbox`: One sandbox only.
        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; NotFound: not_found; Malformed:
        malformed; Unavailable: database_unreachable, database_busy, storage_full.
        """
        return read_json(
            self._send("GET", "/_emulator/coverage", query=said(sandbox=None if sandbox is None else id_of(sandbox))),
            Coverage.from_json,
        )

    def forget_coverage(self) -> None:
        """Count anew: nothing has been met yet.

        Raises Unauthenticated: emulator_key_required; WrongRole: foreign_origin; Malformed: malformed; Unavailable:
        database_unreachable, database_busy, storage_full.
        """
        self._send("DELETE", "/_emulator/coverage")
