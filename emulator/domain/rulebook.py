"""Every rule of the rulebook in our own words, in order: what it says, where the documents say so, and which settings it reads.

`000` and `003` are the two documents the rules were read from; `003:L61` is line 61 of the second. *silent*: they do not say. *ours*: our
reading or our completion. Where they disagree a setting decides, and `DISAGREEMENTS` names both places. What carries a rule out stands in
rules.py (rows, and EMBODIED) and refusals.py under the same id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from .rules import RULES
from .rulesets import LEGACY, STANDARD, Settings


class RuleText(NamedTuple):
    """A rule: its id, the number of its section, what it says, and its place in the documents."""

    id: str
    section: int
    says: str
    source: str


class Disagreement(NamedTuple):
    """A point where the documents contradict each other or themselves, and the setting that decides it. `standard` follows `one`."""

    rule: str
    question: str
    one: str
    one_source: str
    other: str
    other_source: str
    setting: str

    @property
    def standard(self) -> Any:
        """What the ruleset `standard` has for the setting."""
        return getattr(STANDARD, self.setting)

    @property
    def legacy(self) -> Any:
        """What the ruleset `legacy` has for the setting."""
        return getattr(LEGACY, self.setting)


class Guidance(NamedTuple):
    """What a mediator should weigh. Nothing enforces it."""

    case: str
    says: str
    source: str


SECTIONS: Mapping[int, str] = {
    0: "Time",
    1: "Orders and protection",
    2: "Opening a dispute",
    3: "Edits",
    4: "The seller's answer",
    5: "The buyer accepts",
    6: "Cancelling a dispute",
    7: "Escalation",
    8: "The claim",
    9: "Money",
    10: "Goods going back",
    11: "Stores",
    12: "Record and notice",
}


def _section(number: int, *rules: tuple[str, str, str]) -> tuple[RuleText, ...]:
    return tuple(RuleText(id_, number, says, source) for id_, says, source in rules)


RULEBOOK: tuple[RuleText, ...] = (
    *_section(
        0,
        (
            "TIME-1",
            "A deadline belongs to the time after it: at that instant its timer has already fired and the act comes too late. Days last "
            "24 hours in UTC; business days skip weekends and the sandbox's holidays and keep the time of day.",
            "silent",
        ),
        ("TIME-2", "Timers that share an instant fire by deadline, then by order id, then by their place in the table.", "silent"),
    ),
    *_section(
        1,
        (
            "ORD-1",
            "Placing an order pays for it, and all of the money waits in escrow. The order is then shipped, confirmed and finished; a "
            "dispute, a refund on its way or a cancellation take it aside.",
            "000:L116; rest silent",
        ),
        (
            "ORD-2",
            "The seller has a processing time to ship, which he may lengthen as often as he likes. When it runs out unshipped, the order "
            "is cancelled and the buyer has all his money back.",
            "000:L189, L235; the cancelling is ours",
        ),
        ("ORD-3", "Until the parcel ships the buyer may cancel, and is refunded on the spot; afterwards never.", "000:L215, L235"),
        (
            "ORD-4",
            "A parcel may ship with no number or a wrong one. As long as the order is not finished the seller may put that right, a "
            "dispute or no.",
            "000:L7, L215, L236",
        ),
        (
            "ORD-5",
            "Protection and the delivery date both count from shipping. The seller may add 1 to 365 days of protection at a time, even "
            "to one that has lapsed; the delivery date stays, nobody shortens anything, and a buyer's wish for more time moves nothing "
            "by itself.",
            "000:L15, L39, L55, L175",
        ),
        ("ORD-6", "Protection that ends without a dispute finishes the order in the seller's favour.", "000:L21; 003:L65"),
        (
            "ORD-7",
            "Confirming receipt finishes the order and pays the seller on the spot, whatever the carrier has or has not reported; the "
            "carrier's word confirms nothing. An open dispute rules it out.",
            "000:L33-35, L209, L223",
        ),
        (
            "ORD-8",
            "Protection may lapse during a dispute and the order stays open; the lapse counts only when the dispute is cancelled "
            "(CAN-4). By a setting it instead closes a dispute that is still negotiated, and the seller is paid.",
            "000:L170; against 000:L21",
        ),
        (
            "ORD-9",
            "The seller may send a second parcel in the middle of a dispute or claim, which goes on all the same.",
            "003:L44, L58; 000:L105",
        ),
        ("ORD-10", "One review per order, once it is finished: stars from 1 to 5, with or without words.", "000:L209, L213, L237-238"),
    ),
    *_section(
        2,
        ("OPEN-1", "A shipped order can be disputed by whoever bought it, with no more than one dispute open at a time.", "000:L180"),
        (
            "OPEN-2",
            "The door closes when protection ends or 15 days after the buyer confirmed receipt, whichever is sooner. Disputing an order "
            "that was already confirmed freezes what the seller was paid for it.",
            "003:L35, L38, L80; 000:L209; against 000:L215",
        ),
        (
            "OPEN-3",
            "Each reason has its hour: a missing parcel once it is overdue and unconfirmed, trouble with tracking as soon as it has "
            "shipped (by a setting once overdue), a fault in the goods once they were delivered or confirmed. What tracking shows is "
            "nobody's concern.",
            "000:L7, L35, L178-180, L236",
        ),
        (
            "OPEN-4",
            "A buyer asks for one of three things: money, money against the goods, or a new item against the goods; with the last any "
            "amount is disregarded.",
            "000:L9, L205",
        ),
        (
            "OPEN-5",
            "He asks for something and for no more than he paid. For damaged goods that he keeps, it has to be less than everything.",
            "000:L9, L180",
        ),
        (
            "OPEN-6",
            "An agreement, a ruling, a missed deadline of the claim or a cancelled claim is the last word on that order.",
            "003:L33, L36; 000:L167; for the cancelled claim ours",
        ),
        (
            "OPEN-7",
            "A cancelled dispute is not the last word: while the window is open a new one may follow, with all its edits. In `legacy` it "
            "may not; an appeal is what remains (CLM-9).",
            "003:L35-36, L80; 000:L53-55; against 000:L11, L223",
        ),
        ("OPEN-8", "A disputed order is `in_dispute` and keeps in mind where it stood before.", "003:L15"),
    ),
    *_section(
        3,
        ("EDIT-1", "A dispute can be edited four times and not a fifth; an edit that was refused costs none of them.", "003:L61, L74"),
        (
            "EDIT-2",
            "A single edit may touch words, evidence, reason, remedy and amount together, within the limits of an opening. Evidence only "
            "grows, and an edit must change something.",
            "003:L62, L74; 000:L39; reason, remedy and amount are ours",
        ),
        (
            "EDIT-3",
            "Editing is the buyer's, and ends with the negotiation unless a setting carries it into the claim. After that new evidence "
            "comes in with answers to the mediator.",
            "000:L82; 003:L25-30, L61",
        ),
        (
            "EDIT-4",
            "After an edit it is the seller's turn again. The buyer loses nothing by it: neither the seller's offer nor the right to "
            "escalate.",
            "003:L62; 000:L39",
        ),
        ("EDIT-5", "Each edit that counts is a fresh solution under a fresh id; the day of escalation stays where it was.", "ours"),
    ),
    *_section(
        4,
        (
            "SELL-1",
            "Against the buyer's solution the seller can say yes, say no, or let time pass. His yes names the very solution he read, so "
            "that an edit in between is not agreed to unseen.",
            "003:L58, L72",
        ),
        (
            "SELL-2",
            "A no gives its reason and can bring a counter-offer, even the offer of nothing at all. He may say no again before the buyer "
            "reacts; what he offered last is what counts, and nothing leaves the history.",
            "000:L82, L163",
        ),
        ("SELL-3", "Ending a dispute or claim without the buyer is out of a seller's reach.", "003:L72"),
        (
            "SELL-4",
            "The seller's yes settles it as the buyer asked, during negotiation and during the claim alike.",
            "000:L78, L109-111; 003:L58",
        ),
        ("SELL-5", "Silence does nothing by itself; sooner or later the escalation by time (ESC-2) answers it.", "003:L72; 000:L82"),
    ),
    *_section(
        5,
        (
            "ACC-1",
            "The buyer's yes takes the seller's solution whole and cannot be taken back: money ends the dispute, goods start their way. "
            "It names that solution, and one that is gone or replaced cannot be agreed to.",
            "000:L55-57, L205; 003:L33, L36",
        ),
        (
            "ACC-2",
            "Pressing accept on an offer of nothing gives the seller everything, for good. Buyers mistake it for cancelling, and the "
            "emulator lets them.",
            "000:L163-167",
        ),
        ("ACC-3", "What a partial refund does not give the buyer is the seller's.", "ours"),
    ),
    *_section(
        6,
        (
            "CAN-1",
            "The buyer may take a dispute back at every open stage, mediation included (not in `legacy`). What was decided or agreed "
            "stays, even while the goods still travel.",
            "003:L25-33, L72; 000:L197; against 000:L199, L219",
        ),
        (
            "CAN-2",
            "He picks a reason, writes a comment and confirms; anything less changes nothing.",
            "000:L47, L219; 003:L14 names the confirmation alone",
        ),
        (
            "CAN-3",
            "It works at once. With the window open the order resumes where it was, its clocks never having stopped; in `legacy` it is "
            "closed and the seller is paid.",
            "003:L15, L23, L36; against 000:L29, L180, L223",
        ),
        (
            "CAN-4",
            "With the window shut, taking the dispute back hands the seller all of the money and there is no way to another.",
            "000:L21, L170; 003:L38, L76",
        ),
    ),
    *_section(
        7,
        ("ESC-1", "A buyer can call the mediator from the seller's first no onwards; before that he cannot.", "000:L39, L82"),
        (
            "ESC-2",
            "After 15 days without an agreement (`legacy`: 7), counted from the opening, the case goes to the mediator unasked.",
            "000:L82; against 000:L199",
        ),
        ("ESC-3", "From then on there is a claim, first of all `processing`, and the sides no longer bargain as before.", "000:L80-88"),
    ),
    *_section(
        8,
        (
            "CLM-1",
            "A claim is being looked at, waits for the buyer, for the seller or for both, or is closed; each side reads this in words "
            "from where it stands.",
            "000:L86-91",
        ),
        (
            "CLM-2",
            "Questions come from the mediator alone, at most one open for each side. A side that was not asked has no answer to give.",
            "000:L82, L97",
        ),
        ("CLM-3", "For an answer there are 7 business days.", "000:L93"),
        (
            "CLM-4",
            "A buyer who lets a question lapse loses; a seller who does so owes what was asked (all the money against the goods where "
            "that was an exchange). Evidence that was required cannot be left out, and if both lapse together it is the buyer who loses.",
            "000:L93; the seller's silence is silent",
        ),
        ("CLM-5", "While the mediator is at work no clock of the claim runs.", "000:L76, L93"),
        (
            "CLM-6",
            "The seller's offer survives into the claim, unless it gives nothing, and he may make others. The buyer can look, agree, or "
            "say No Thanks until another comes; neither looking nor declining is ever seen by anyone.",
            "000:L95-99; 003:L48",
        ),
        (
            "CLM-7",
            "Cancelling the claim gives the order and all its money to the seller, however long protection still runs, in both rulesets. "
            "It takes a reason, a message and a confirmation.",
            "000:L61-65, L105",
        ),
        (
            "CLM-8",
            "The mediator decides as he sees fit: some or all of the money to the buyer, with or without the goods going back, or "
            "nothing. He names no sum when the one asked for will do, and in `standard` that is the end.",
            "000:L80, L112, L199; 003:L31-36",
        ),
        (
            "CLM-9",
            "In `legacy` a buyer who has not got everything may appeal once per order, within 7 days of a ruling, of a lapse or of his "
            "own cancelling. The mediator then asks and rules anew, and can only add to what was given.",
            "000:L180, L199, L223, L227; against 000:L219; details ours",
        ),
        (
            "CLM-10",
            "Taking back the dispute in the middle of a claim is not the same as cancelling the claim: it follows CAN-3 and CAN-4. A "
            "setting makes it the same.",
            "003:L30; against 000:L105",
        ),
    ),
    *_section(
        9,
        (
            "PAY-1",
            "Money won by the buyer travels 7 to 10 business days, how many is settled by the sandbox's seed and the order; until it "
            "arrives the order is `payment_processing`.",
            "000:L116-118; against 000:L65",
        ),
        (
            "PAY-2",
            "It is the platform that refunds. Where the seller had been paid already it takes the sum back out of that very payout.",
            "000:L65",
        ),
        ("PAY-3", "Whether a refund exists, how much it is, in which parts and how far along, can be read on the order.", "000:L118"),
        ("PAY-4", "A buyer has a list of his closed disputes, each with what it brought and a way to its details.", "000:L114"),
        (
            "PAY-5",
            "Per currency every cent paid in is in escrow, on hold, with sellers, on its way back or back with buyers. The ledger has "
            "two sides and is never rewritten.",
            "ours",
        ),
        (
            "PAY-6",
            "An outcome is the buyer's whole share. Only what is missing moves, out of escrow before the payout, and what is left over "
            "goes to the seller right away.",
            "ours",
        ),
    ),
    *_section(
        10,
        (
            "RET-1",
            "Where goods are to come back, the buyer posts them and may mend the parcel's number until it is delivered. His refund "
            "begins when the seller has them.",
            "000:L9, L205",
        ),
        (
            "RET-2",
            "In an exchange the seller then posts the new item. Only when the buyer has it is the dispute over and the seller paid.",
            "000:L105, L205",
        ),
        (
            "RET-3",
            "The buyer has 10 days to post the goods or loses. The seller has until 15 days after they were delivered, or 45 after they "
            "were posted if that is sooner, to confirm or contest them, or loses.",
            "silent",
        ),
        (
            "RET-4",
            "A seller who contests what came back takes it to the mediator, where all that is left is asking, answering, giving up the "
            "claim, and a ruling that sends nothing back again.",
            "silent",
        ),
        (
            "RET-5",
            "A new item that is not posted within 15 days turns into a full refund. Once posted it counts as received after 60 days, and "
            "until then the buyer may take it to the mediator.",
            "silent",
        ),
    ),
    *_section(
        11,
        (
            "STO-1",
            "A store gets one mark for each dispute about goods that ends with money for the buyer; the reason given last decides.",
            "000:L27",
        ),
        (
            "STO-2",
            "Ten disputes about goods in 90 days, not counting those the buyer took back (by a setting: ten marks), close a store for "
            "good. It may only finish what it has sold.",
            "000:L27; the numbers are ours",
        ),
        (
            "STO-3",
            "Of a store one can see how old it is, how much it has sold, how it was reviewed on average and what marks it bears.",
            "000:L213",
        ),
        (
            "STO-4",
            "A seller has no business begging: for a confirmation in advance, for a dispute to be left or dropped, for a deal on the "
            "side. A buyer may report the message, and the store's record keeps it.",
            "000:L178, L193, L209",
        ),
    ),
    *_section(
        12,
        (
            "REC-1",
            "A dispute's history holds, in order, whatever anybody did and whatever time did; only looking at an offer and declining it "
            "(CLM-6) are left out.",
            "000:L97, L101",
        ),
        ("REC-2", "Whenever a status changes, buyer and seller get one e-mail each.", "000:L93, L114; widened, ours"),
        (
            "REC-3",
            "Buyer and seller may always write to each other, and nothing follows from it: money promised outside the platform is only "
            "words.",
            "003:L56-57; 000:L29",
        ),
    ),
)

BY_ID: Mapping[str, RuleText] = {rule.id: rule for rule in RULEBOOK}

# What questions, effects and windows read; what rows and their deadlines read is found in the table.
_READ_BESIDE_THE_TABLE: Mapping[str, tuple[str, ...]] = {
    "TIME-1": ("holidays",),
    "ORD-2": ("processing_days",),
    "ORD-5": ("delivery_days", "protection_days"),
    "OPEN-2": ("dispute_days_after_receipt", "receipt_means", "dispute_days_after_protection"),
    "OPEN-3": ("tracking_reasons_from",),
    "OPEN-7": ("reopen_after_cancel",),
    "EDIT-1": ("edits_max",),
    "CAN-1": ("cancel_while_mediating",),
    "CAN-4": ("dispute_days_after_receipt", "receipt_means", "dispute_days_after_protection"),
    "CLM-3": ("answer_business_days", "holidays"),
    "CLM-8": ("appeal_days",),
    "CLM-9": ("appeal_after_cancel",),
    "PAY-1": ("refund_business_days", "holidays"),
    "STO-2": ("store_close_count", "store_close_days", "store_close_counts"),
}


def _read_in_the_table(rule_id: str) -> Iterable[str]:
    for row in RULES:
        if row.rule == rule_id:
            yield from (name for name, _ in row.given)
            if row.due is not None and row.due.setting is not None:
                yield row.due.setting


def settings_used_by(rule_id: str) -> tuple[str, ...]:
    """The settings that change what this rule does, in the order of section 13."""
    read = {*_READ_BESIDE_THE_TABLE.get(rule_id, ()), *_read_in_the_table(rule_id)}
    return tuple(setting.name for setting in fields(Settings) if setting.name in read)


DISAGREEMENTS: tuple[Disagreement, ...] = (
    Disagreement(
        "ORD-8",
        "What happens to an open dispute when protection runs out?",
        "Nothing yet. Only a buyer who cancels afterwards finds that it was his last.",
        "000:L170",
        "It is closed without anybody's doing, and the seller has the money.",
        "000:L21",
        "protection_end_closes_dispute",
    ),
    Disagreement(
        "OPEN-2",
        "From when do the 15 days after receipt count?",
        "From the buyer's own confirmation.",
        "000:L209",
        "From a delivery confirmation, which can as well be the carrier's.",
        "003:L80",
        "receipt_means",
    ),
    Disagreement(
        "OPEN-2",
        "Can an order be disputed after protection has ended?",
        "No; with the protection the right to dispute is gone.",
        "003:L38, L76, L80; 000:L55-57",
        "Yes; against a swindler one waits for the end of protection and disputes then.",
        "000:L215",
        "dispute_days_after_protection",
    ),
    Disagreement(
        "OPEN-3",
        "How soon may a bad or missing tracking number be disputed?",
        "As soon as it is noticed; the seller may still give a good one.",
        "000:L7, L35",
        "When delivery is overdue; until then one asks the seller and waits.",
        "000:L180, L236",
        "tracking_reasons_from",
    ),
    Disagreement(
        "OPEN-7",
        "May a cancelled dispute be followed by another?",
        "Yes, as long as protection lasts.",
        "003:L35-37, L80; 000:L53-55",
        "No; whoever closes it has given up disputing this order.",
        "000:L11, L223",
        "reopen_after_cancel",
    ),
    Disagreement(
        "EDIT-3",
        "May the buyer still edit while the platform mediates?",
        "No; the parties speak when the mediator asks them.",
        "000:L82",
        "An open dispute can be edited, and one in mediation is counted among the open ones.",
        "003:L25-30, L61",
        "edit_in_claim",
    ),
    Disagreement(
        "CAN-1",
        "May a dispute be cancelled while the platform mediates?",
        "Yes, until there is a final decision.",
        "003:L25-30; 000:L197",
        "No; cancelling belongs to the days before it escalates.",
        "000:L199, L219",
        "cancel_while_mediating",
    ),
    Disagreement(
        "CAN-3",
        "What becomes of the order when the dispute is cancelled?",
        "It is an ordinary order again.",
        "003:L15, L36, L65",
        "It closes along with the dispute, and the seller is paid.",
        "000:L29, L180, L223",
        "cancel_closes_order",
    ),
    Disagreement(
        "ESC-2",
        "How long may buyer and seller negotiate?",
        "15 days.",
        "000:L82",
        "7 days.",
        "000:L199",
        "negotiation_days",
    ),
    Disagreement(
        "CLM-9",
        "Is the mediator's decision the end?",
        "Yes; it is final and stays closed.",
        "000:L80; 003:L33, L36",
        "No; there is a week to appeal.",
        "000:L199, L223, L227",
        "appeal_days",
    ),
    Disagreement(
        "CLM-9",
        "Can a dispute that its buyer cancelled be appealed?",
        "No; once it is over, that is impossible.",
        "000:L219",
        "Yes; if the thing breaks soon after, some of the money can be won back.",
        "000:L223",
        "appeal_after_cancel",
    ),
    Disagreement(
        "CLM-10",
        "What does it cost to cancel in the middle of a claim?",
        "No more than at any other stage: the order goes on, and can be disputed again.",
        "003:L15, L30, L36",
        "Everything: the seller has all of the money, and the order is over.",
        "000:L105",
        "cancel_while_mediating",
    ),
    Disagreement(
        "PAY-1",
        "How long is a refund on its way?",
        "7 to 10 business days.",
        "000:L118",
        "A few days.",
        "000:L65",
        "refund_business_days",
    ),
)

# Section 16: for mediators, and for stories. No row reads it.
GUIDANCE: tuple[Guidance, ...] = (
    Guidance("Overdue and not received", "The buyer gets everything back.", "000:L180, L243"),
    Guidance("Not as described, and the seller will not pay", "The buyer is in the right.", "000:L190"),
    Guidance("Damaged in part", "A part of the money; all of it only against the goods.", "000:L9"),
    Guidance(
        "Not the size or shade hoped for, though just as described",
        "The buyer chose it himself: the seller keeps the money.",
        "000:L197",
    ),
    Guidance("Measurements that differ from the description", "The seller's fault: the buyer is refunded.", "000:L197"),
    Guidance("Clear evidence", "It speaks for the buyer who brings it.", "003:L68"),
    Guidance("The order's history", "Read it before ruling; what either side did earlier counts.", "000:L193, L199"),
)
