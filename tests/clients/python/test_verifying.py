"""What a test may say of a timeline: what is found, what is missed and how that is shown, and what is no expectation at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest
from dispute_emulator_client import Order, Sandbox, usd, verifying
from dispute_emulator_client.models import TimelineEntry
from dispute_emulator_client.verifying import verify
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.domain import words
from emulator.domain.rules import ACTIONS, RULES

Json = dict[str, Any]
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOWHERE = {"order": None, "dispute": None, "claim": None, "return": None}


def event(
    by: str, action: str, rule: str = "ORD-1", *, day: float = 0, order: str = "ord_a", to: Mapping[str, str] | None = None, **more: Any
) -> Json:
    """An entry of a timeline. `to` are the statuses it led to; before it there were none."""
    at = f"{START + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}"
    known = {"at": at, "order": order, "dispute": None, "by": by, "action": action, "rule": rule, "says": "", "money": [], "details": {}}
    return known | {"from": NOWHERE, "to": NOWHERE | dict(to or {})} | more


QUARREL = [
    event("buyer", "place_order", "ORD-1", to={"order": "awaiting_shipment"}),
    event("seller", "ship", "ORD-5", day=1, to={"order": "awaiting_confirmation"}, details={"delivery_days": 9}),
    event("buyer", "open_dispute", "OPEN-8", day=4, to={"order": "in_dispute", "dispute": "waiting_for_seller"}, dispute="dsp_a"),
    event("seller", "refuse", "SELL-2", day=5, to={"dispute": "waiting_for_buyer"}, dispute="dsp_a"),
    event("system", "escalate_by_time", "ESC-2", day=19, to={"dispute": "mediating", "claim": "processing"}, dispute="dsp_a"),
    event("mediator", "ask", "CLM-2", day=20, to={"claim": "waiting_for_buyer"}, dispute="dsp_a"),
    event(
        "system",
        "buyer_silent",
        "CLM-4",
        day=31,
        to={"order": "finished", "dispute": "closed", "claim": "closed"},
        dispute="dsp_a",
        money=[{"from": "escrow", "to": "seller", "amount": {"amount": "64.00", "currency": "USD"}}],
    ),
]


def said(timeline: Sequence[Any] = QUARREL, **wanted: Any) -> str:
    """The message of the failure; there must be one."""
    with pytest.raises(AssertionError) as failed:
        verify(timeline, **wanted)
    return str(failed.value)


# ── what is found ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("expectation", "found"),
    [
        ("ship", "ship"),
        ("escalate_by_time", "escalate_by_time"),
        ("seller:refuse", "refuse"),
        ("system:escalate_by_time", "escalate_by_time"),
        ("ESC-2", "escalate_by_time"),
        ("system:CLM-4", "buyer_silent"),
        ("-> mediating", "escalate_by_time"),
        ("->mediating", "escalate_by_time"),
        ("-> dispute.waiting_for_buyer", "refuse"),
        ("-> claim.waiting_for_buyer", "ask"),
        ("-> in_dispute", "open_dispute"),
        ("seller:refuse -> waiting_for_buyer", "refuse"),
        ("ESC-2->processing", "escalate_by_time"),
        ("  ship  ", "ship"),
        ({"action": "ask"}, "ask"),
        ({"by": "system", "to.dispute": "mediating"}, "escalate_by_time"),
        ({"by": "system", "to": {"order": "finished"}}, "buyer_silent"),
        ({"details.delivery_days": 9}, "ship"),
        ({"details.delivery_days": lambda days: days > 5}, "ship"),
        ({"details": {"delivery_days": lambda days: days > 5}}, "ship"),
        ({"money.0.amount.amount": "64.00"}, "buyer_silent"),
        ({"money.0.amount": usd("64.00")}, "buyer_silent"),
        ({"money": [{"from": "escrow", "to": "seller", "amount": {"amount": "64.00", "currency": "USD"}}]}, "buyer_silent"),
        ({"money.0": {"to": "seller"}}, "buyer_silent"),
        ({"dispute": "dsp_a", "rule": "SELL-2"}, "refuse"),
        ({"at": START + timedelta(days=19)}, "escalate_by_time"),
        ({"at": "2026-01-20T12:00:00Z"}, "escalate_by_time"),
        (lambda entry: entry["rule"] == "CLM-2", "ask"),
    ],
)
def test_an_expectation_is_met_by_what_it_says_and_by_nothing_else(expectation: Any, found: str) -> None:
    verify(QUARREL, sequence=[expectation])
    for one in QUARREL:
        if one["action"] == found:
            assert said([one], never=[expectation])
        else:
            verify([one, *(other for other in QUARREL if other["action"] not in (found, one["action"]))], never=[expectation])


def test_a_status_is_entered_only_where_it_was_not_before() -> None:
    stays = event("buyer", "edit", "EDIT-4") | {
        "from": NOWHERE | {"dispute": "waiting_for_seller"},
        "to": NOWHERE | {"dispute": "waiting_for_seller"},
    }
    verify([stays], never=["-> waiting_for_seller"])
    verify([stays], sequence=[{"to.dispute": "waiting_for_seller"}])


def test_what_there_is_not_is_nothing_else() -> None:
    verify(QUARREL, sequence=[{"action": "ship", "dispute": None}])
    verify(QUARREL, never=[{"details.delivery_days": None}])
    verify(QUARREL, never=[{"money.7.amount": None}])


def test_others_may_lie_between_but_the_order_must_be_kept() -> None:
    verify(QUARREL, sequence=["place_order", "refuse", "buyer_silent"])
    assert "0 of 2" not in said(sequence=["refuse", "open_dispute"])
    with pytest.raises(AssertionError):
        verify(QUARREL[:1], sequence=["place_order", "place_order"])


def test_nothing_of_never_may_happen() -> None:
    verify(QUARREL, never=["accept", "seller:open_dispute", "ESC-3", "-> returning", {"by": "carrier"}])
    assert '"ESC-2"' in said(never=["accept", "ESC-2"])


@pytest.mark.parametrize("within", ["P15D", "P2W1D", "P14DT24H", "PT360H", timedelta(days=15)])
def test_within_is_kept_to_the_second(within: timedelta | str) -> None:
    verify(QUARREL, sequence=["open_dispute", "ESC-2"], within=within)
    late = [*QUARREL[:4], QUARREL[4] | {"at": "2026-01-20T12:00:01Z"}]
    assert "1 second more than the 15 days allowed" in said(late, sequence=["open_dispute", "ESC-2"], within=within)


def test_of_several_ways_the_shortest_counts() -> None:
    often = [
        event("buyer", "edit", day=0),
        event("buyer", "edit", day=9),
        event("seller", "refuse", day=10),
        event("seller", "refuse", day=30),
    ]
    verify(often, sequence=["edit", "refuse"], within="P1D")
    assert "took 1 day at least" in said(often, sequence=["edit", "refuse"], within="PT23H")


# ── orders ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

TWO = [
    event("buyer", "place_order", order="ord_a"),
    event("buyer", "place_order", order="ord_b"),
    event("seller", "ship", "ORD-5", day=1, order="ord_b"),
    event("buyer", "open_dispute", "OPEN-8", day=2, order="ord_b", dispute="dsp_b"),
    event("buyer", "cancel_order", "ORD-3", day=3, order="ord_a"),
]


def test_a_sequence_holds_within_one_order() -> None:
    verify(TWO, sequence=["place_order", "ship", "open_dispute"])
    verify(TWO, sequence=["place_order", "cancel_order"])
    assert "Nearest came ord_a" in said(TWO, sequence=["place_order", "cancel_order", "ship"])
    assert "in any of 2 orders" in said(TWO, sequence=["ship", "cancel_order"])


def test_a_sequence_that_names_several_orders_goes_across_them() -> None:
    verify(TWO, sequence=[{"order": "ord_b", "action": "ship"}, {"order": "ord_a", "action": "cancel_order"}])
    verify(TWO, sequence=[{"dispute": "dsp_b"}, {"order": "ord_a", "action": "cancel_order"}])
    text = said(TWO, sequence=[{"order": "ord_a", "action": "cancel_order"}, {"order": "ord_b", "action": "ship"}])
    assert "did not happen in ord_a and ord_b" in text
    assert "ord_b  seller  ship" in text


def test_naming_one_order_looks_at_that_one() -> None:
    verify(TWO, sequence=[{"order": "ord_a", "action": "place_order"}, "cancel_order"])
    assert "did not happen in ord_b" in said(TWO, sequence=[{"order": "ord_b", "action": "place_order"}, "cancel_order"])


def test_order_narrows_both_what_must_happen_and_what_must_not() -> None:
    verify(TWO, sequence=["place_order"], never=["ship"], order="ord_a")
    assert said(TWO, never=["ship"], order="ord_b")
    assert "did not happen in ord_a" in said(TWO, sequence=["ship"], order="ord_a")
    verify(TWO, never=["ship"], order=SimpleNamespace(id="ord_a"))


@pytest.mark.parametrize("wrong", [{"order": "ord_c"}, {"never": [{"order": "ord_c"}], "sequence": []}])
def test_an_order_that_there_is_not_is_an_error(wrong: Json) -> None:
    with pytest.raises(ValueError, match="ord_c"):
        verify(TWO, **{"sequence": ["ship"], **wrong})


# ── what is no expectation ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("expectation", "hint"),
    [
        ("opn_dispute", '"opn_dispute" is no action or timer. Did you mean open_dispute?'),
        ("escalate_by_tme", "Did you mean escalate_by_time"),
        ("buyer_silnet", "Did you mean buyer_silent"),
        ("seler:refuse", '"seler" is no actor. Did you mean seller?'),
        ("timer:refuse", "There are buyer, carrier, mediator, seller, system."),
        ("ESC-9", '"ESC-9" is no rule by which anything happens. Did you mean ESC-'),
        ("OPEN-7", "is no rule by which anything happens"),
        ("-> mediatng", '"mediatng" is no status. Did you mean mediating?'),
        ("-> claim.mediating", '"mediating" is no status'),
        ("-> claims.processing", "Did you mean claim?"),
        ("mediating", 'Write "-> mediating"'),
        ("seller", "Write seller:action"),
        ("decline_solution", "leaves no trace (CLM-6)"),
        ("buyer:view_solution", "leaves no trace (CLM-6)"),
        ("", "is no expectation"),
        ("->", "is no expectation"),
        ("a b", "is no expectation"),
        ("seller:", "is no expectation"),
        ({}, "met by anything"),
        ({"actor": "seller"}, '"actor" is no member of an event'),
        ({"by": "sellr"}, "Did you mean seller?"),
        ({"by": 3}, "3 is no text"),
        ({"action": "opn_dispute"}, "Did you mean open_dispute?"),
        ({"action": "decline_solution"}, "leaves no trace"),
        ({"rule": "ESC-9"}, "Did you mean ESC-"),
        ({"to.dispute": "mediatng"}, "Did you mean mediating?"),
        ({"to": {"dispute": "mediatng"}}, "Did you mean mediating?"),
        ({"to.disputes": "mediating"}, "Did you mean dispute?"),
        ({"details.reasn": "x"}, "Did you mean reason?"),
        ({"details": {"reasn": "x"}}, "Did you mean reason?"),
        ({"money.0.amont": "x"}, "Did you mean amount?"),
        ({"dispute": "dsp_zz"}, '"dsp_zz" is no dispute in this timeline'),
        ({"by.name": "x"}, "has nothing in it"),
    ],
)
@pytest.mark.parametrize("where", ["sequence", "never"])
def test_a_name_that_nothing_bears_is_an_error_and_not_something_that_did_not_happen(where: str, expectation: Any, hint: str) -> None:
    with pytest.raises(ValueError, match=r".") as wrong:
        verify(QUARREL, **{where: [expectation]})
    assert hint in str(wrong.value)


def test_a_name_that_only_a_newer_emulator_knows_counts_where_it_occurs() -> None:
    newer = [event("auditor", "audit_books", "AUD-1", to={"order": "frozen"}, details={"depth": 3})]
    verify(newer, sequence=["auditor:audit_books -> frozen", "AUD-1"][:1], never=["ship"])
    verify(newer, sequence=[{"details.depth": 3, "to.order": "frozen", "rule": "AUD-1"}])


@pytest.mark.parametrize(
    ("wanted", "error", "hint"),
    [
        ({}, ValueError, "nothing to verify"),
        ({"sequence": "ship"}, TypeError, "list of expectations"),
        ({"never": "ship"}, TypeError, "list of expectations"),
        ({"never": {"by": "seller"}}, TypeError, "list of expectations"),
        ({"sequence": [7]}, TypeError, "and not 7"),
        ({"never": ["ship"], "within": "P1D"}, ValueError, "there is none"),
        ({"sequence": ["ship"], "within": "15 days"}, ValueError, "no ISO 8601 duration"),
        ({"sequence": ["ship"], "within": "P"}, ValueError, "no ISO 8601 duration"),
        ({"sequence": ["ship"], "within": "P1M"}, ValueError, "no ISO 8601 duration"),
        ({"sequence": ["ship"], "within": 15}, TypeError, "a timedelta"),
        ({"sequence": ["ship"], "within": timedelta(days=-1)}, ValueError, "less than no time"),
    ],
)
def test_what_makes_no_sense_is_an_error(wanted: Json, error: type[Exception], hint: str) -> None:
    with pytest.raises(error, match=hint):
        verify(QUARREL, **wanted)


@pytest.mark.parametrize("entry", [{"at": "2026-01-01T00:00:00Z"}, SimpleNamespace(at=START), 7])
def test_what_is_no_entry_of_a_timeline_is_an_error(entry: Any) -> None:
    with pytest.raises(TypeError):
        verify([entry], never=["ship"])


def test_the_names_are_those_of_the_table() -> None:
    traced = [row for row in RULES if row.leaves_trace]
    names = {row.action or row.name for row in traced}
    assert {row.name for row in RULES if row.due is not None} == verifying.TIMERS
    assert names == verifying.ACTIONS | verifying.TIMERS
    assert {row.action for row in RULES if not row.leaves_trace} == verifying.TRACELESS
    assert {row.rule for row in traced} == verifying.RULES
    assert set(words.Actor) == verifying.ACTORS
    parts = {"order": words.OrderStatus, "dispute": words.DisputeStatus, "claim": words.ClaimStatus, "return": words.ReturnStage}
    assert {part: {str(word) for word in words} - {"none", "new"} for part, words in parts.items()} == verifying.STATUSES
    taken = {field.name for action in ACTIONS for field in action.takes if action.name not in verifying.TRACELESS}
    assert taken - {"confirm"} | {"compensation"} == verifying.DETAILS


# ── how a miss is shown ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_nearest_miss_is_shown_as_a_diff() -> None:
    text = said(QUARREL + TWO[1:4], sequence=["open_dispute", "seller:refuse", "buyer:escalate", "CLM-4", "refund_arrives"])
    assert text == "\n".join(
        (
            "The sequence did not happen in any of 2 orders. Nearest came ord_a: 3 of 5 matched.",
            "",
            "✓ as expected   - expected   + what happened instead",
            "  2026-01-01 12:00  buyer     place_order       ORD-1   → awaiting_shipment",
            "  2026-01-02 12:00  seller    ship              ORD-5   → awaiting_confirmation",
            "✓ 2026-01-05 12:00  buyer     open_dispute      OPEN-8  → in_dispute, waiting_for_seller",
            "✓ 2026-01-06 12:00  seller    refuse            SELL-2  → waiting_for_buyer",
            '- "buyer:escalate"   ← here it first went otherwise',
            "+ 2026-01-20 12:00  system    escalate_by_time  ESC-2   → mediating, processing",
            "+ 2026-01-21 12:00  mediator  ask               CLM-2   → waiting_for_buyer",
            "✓ 2026-02-01 12:00  system    buyer_silent      CLM-4   → finished, closed",
            '- "refund_arrives"',
            "+ nothing",
        )
    )


def test_what_took_too_long_is_shown_with_its_times() -> None:
    text = said(sequence=["open_dispute", "refuse", "-> mediating"], within="P14DT12H")
    assert text == "\n".join(
        (
            "The sequence of 3 took 15 days at least in ord_a, 12 hours more than the 14 days and 12 hours allowed.",
            "",
            "✓ 2026-01-05 12:00  buyer   open_dispute      OPEN-8  → in_dispute, waiting_for_seller",
            "✓ 2026-01-06 12:00  seller  refuse            SELL-2  → waiting_for_buyer               1 day later",
            "✓ 2026-01-20 12:00  system  escalate_by_time  ESC-2   → mediating, processing           14 days later",
        )
    )


def test_what_must_never_happen_is_shown_where_it_did() -> None:
    text = said(never=["accept", {"by": "system"}, "refuse"])
    assert text == "\n".join(
        (
            'What must never happen did: "refuse" in ord_a.',
            "",
            "  2026-01-02 12:00  seller  ship              ORD-5   → awaiting_confirmation",
            "  2026-01-05 12:00  buyer   open_dispute      OPEN-8  → in_dispute, waiting_for_seller",
            "! 2026-01-06 12:00  seller  refuse            SELL-2  → waiting_for_buyer",
            "  2026-01-20 12:00  system  escalate_by_time  ESC-2   → mediating, processing",
            "",
            "Nor must {by: system}, and it did, too.",
        )
    )
    assert "{by: system} in ord_a, and 1 more." in said(never=[{"by": "system"}])


@pytest.mark.parametrize(
    ("sequence", "hint"),
    [
        (
            ["refuse", "open_dispute"],
            '"open_dispute" did happen, but not after what was expected before it: 2026-01-05 12:00 buyer open_dispute',
        ),
        (
            ["open_dispute", "buyer:refuse"],
            'Nearest to "buyer:refuse" came 2026-01-06 12:00 seller refuse SELL-2 → waiting_for_buyer: by was seller, not buyer.',
        ),
        ([{"rule": "ESC-2", "to.dispute": "closed"}], "to.dispute was mediating, not closed."),
        ([{"rule": "ORD-5", "details.carrier": "Post"}], "there was no details.carrier."),
        ([{"rule": "ORD-5", "details.delivery_days": lambda days: days > 20}], "details.delivery_days was 9, not as wanted."),
        (["ESC-2 -> closed"], "it led to mediating and processing, not to closed."),
    ],
)
def test_what_may_help_is_said_below(sequence: list[Any], hint: str) -> None:
    assert said(sequence=sequence).splitlines()[-1].endswith(hint) or hint in said(sequence=sequence).splitlines()[-1]


def test_an_order_in_which_it_did_happen_is_named() -> None:
    text = said(
        [*TWO, event("seller", "extend_processing", "ORD-2", order="ord_b")], sequence=["place_order", "cancel_order", "extend_processing"]
    )
    assert text.splitlines()[-1] == '"extend_processing" did happen in ord_b, where less of the sequence did.'


def test_seconds_are_shown_where_they_count() -> None:
    odd = [event("seller", "ship"), event("buyer", "edit") | {"at": "2026-01-01T12:00:07Z"}]
    assert "2026-01-01 12:00:07  buyer" in said(odd, never=["edit"])


def test_an_empty_timeline_has_no_sequence() -> None:
    assert "the timeline is empty" in said([], sequence=["ship"])
    verify([], never=["ship"])


def test_a_long_story_is_cut_and_still_shows_where_it_went_otherwise() -> None:
    long = [event("buyer", "send_message", "REC-3", day=day, order=f"ord_{day % 3}") for day in range(600)]
    for wanted in (
        {"sequence": ["send_message", "ship"]},
        {"sequence": [*(["send_message"] * 150), "ship", "send_message"]},
        {"sequence": ["send_message"] * 90, "within": "P1D"},
        {"sequence": ["ship"] * 80},
        {"never": ["send_message", *([{"by": "buyer"}] * 50)]},
    ):
        text = said(long, **wanted)
        assert len(text.splitlines()) <= 40
        assert max(len(line) for line in text.splitlines()) <= 140
    assert "← here it first went otherwise" in said(long, sequence=["send_message", "ship"])


def test_pytest_does_not_show_the_inside_of_it() -> None:
    with pytest.raises(AssertionError) as failed:
        verify(QUARREL, never=["ship"])
    assert all("__tracebackhide__" in entry.frame.f_locals for entry in failed.traceback[1:])


# ── against a search that tries everything ─────────────────────────────────────────────────────────────────────────────

SIGNS = ("ship", "edit", "refuse", "cancel")
timelines = st.lists(st.tuples(st.sampled_from(["ord_a", "ord_b"]), st.sampled_from(SIGNS), st.integers(0, 3)), max_size=9).map(
    lambda steps: [
        event("buyer", name, day=sum(gap for _, _, gap in steps[: at + 1]), order=order) for at, (order, name, _) in enumerate(steps)
    ]
)
sequences = st.lists(st.sampled_from(SIGNS), min_size=1, max_size=4)


def shortest(timeline: Sequence[Json], sequence: Sequence[str]) -> timedelta | None:
    """The least time that the sequence takes in one order, by trying all ways; None where there is none."""
    spans: list[timedelta] = []
    for order in {one["order"] for one in timeline}:
        events = [one for one in timeline if one["order"] == order]
        ways = (way for way in combinations(events, len(sequence)) if [one["action"] for one in way] == list(sequence))
        spans += [datetime.fromisoformat(way[-1]["at"]) - datetime.fromisoformat(way[0]["at"]) for way in ways]
    return min(spans, default=None)


@settings(max_examples=400, deadline=None)
@given(timelines, sequences, st.integers(0, 12))
def test_a_way_is_found_if_there_is_one_and_the_shortest_is_measured(timeline: list[Json], sequence: list[str], days: int) -> None:
    best = shortest(timeline, sequence)
    if best is None:
        assert "did not happen" in said(timeline, sequence=sequence)
        return
    verify(timeline, sequence=sequence)
    verify(timeline, sequence=sequence, within=best)
    if best <= timedelta(days=days):
        verify(timeline, sequence=sequence, within=timedelta(days=days))
    else:
        assert f"took {best.days} day" in said(timeline, sequence=sequence, within=timedelta(days=days))


@settings(max_examples=300, deadline=None)
@given(timelines, sequences)
def test_a_miss_shows_the_longest_beginning_that_any_order_has(timeline: list[Json], sequence: list[str]) -> None:
    """What is marked as expected is a part of the sequence in order, and no order has more of it."""
    if not timeline or shortest(timeline, sequence) is not None:
        return
    lines = said(timeline, sequence=sequence).splitlines()
    matched = [line.split()[4] for line in lines if line.startswith("✓ 2")]
    missing = [line.split('"')[1] for line in lines if line.startswith('- "')]
    assert f": {len(matched)} of {len(sequence)} matched." in lines[0]
    assert sorted(matched + missing) == sorted(sequence)
    first = next(line for line in lines if "here it first" in line)
    before = [line for line in lines[: lines.index(first)] if line.startswith("✓ 2")]
    assert [line.split()[4] for line in before] == sequence[: len(before)]
    longest = max(length for length in range(len(sequence)) if length == 0 or shortest(timeline, sequence[:length]) is not None)
    assert len(before) <= longest <= len(matched)


# ── with the emulator ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def quarrelled(sandbox: Sandbox, placed: Callable[[], Order]) -> Order:
    """An order that was disputed, refused, and left alone for fifteen days."""
    order = placed()
    sandbox.seller.ship(order)
    sandbox.deliver(order)
    dispute = sandbox.buyer.open_dispute(order, reason="defective", remedy="refund", amount=usd("30.00"), explanation="It does not shine.")
    sandbox.seller.refuse(dispute, reason="It does.")
    sandbox.advance("P15D")
    return order


def test_a_clients_timeline_is_verified_as_it_comes(sandbox: Sandbox, quarrelled: Order) -> None:
    verify(
        sandbox.timeline(),
        sequence=["buyer:open_dispute", "seller:refuse -> waiting_for_buyer", {"by": "system", "to.dispute": "mediating"}],
        never=["accept", "-> finished"],
        within="P15D",
        order=quarrelled,
    )
    with pytest.raises(AssertionError, match="15 days at least"):
        verify(sandbox.timeline(), sequence=["open_dispute", "ESC-2"], within="P14D")


def test_a_function_gets_the_entry_as_it_came(sandbox: Sandbox, quarrelled: Order) -> None:
    seen: list[Any] = []

    def look(entry: TimelineEntry) -> bool:
        seen.append(entry)
        return entry.to.claim == "processing"

    verify(sandbox.timeline(), sequence=[look])
    assert {type(entry) for entry in seen} == {TimelineEntry}


def test_json_and_objects_are_verified_alike(sandbox: Sandbox, quarrelled: Order) -> None:
    as_json = sandbox.http.get(f"{sandbox.path}/timeline?limit=100").json()["data"]
    wanted = [
        {"from.dispute": "waiting_for_seller", "to.dispute": "waiting_for_buyer"},
        {"from_.claim": None, "to": {"claim": "processing"}},
    ]
    for timeline in (
        as_json,
        list(sandbox.timeline()),
        [SimpleNamespace(**{f"{k}_" if k == "from" else k: v for k, v in one.items()}) for one in as_json],
    ):
        verify(timeline, sequence=wanted)
        verify(timeline, sequence=[{"order": quarrelled.id, "details.amount": usd("30.00")}])
