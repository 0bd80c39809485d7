"""Who sees what: another party's things do not exist, the mediator comes with the claim, and No Thanks is nobody else's business."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from freezegun import freeze_time
from werkzeug.test import TestResponse

from ..conftest import MakeApp, MakeSandbox
from ..sandbox import TRACKED, Json, Sandbox, usd
from .statements import written_down


def nowhere(answer: TestResponse) -> Json:
    """The body of a 404, but for the address that was asked for."""
    assert answer.status_code == 404, answer.text
    body: Json = answer.json or {}
    assert answer.mimetype == "application/problem+json"
    assert body.pop("instance")
    return body


@pytest.fixture
def shop(make_sandbox: MakeSandbox) -> Sandbox:
    """Two buyers, two sellers, a mediator."""
    return make_sandbox(world="small", seed="shop")


ORDER_ACTIONS: dict[str, tuple[str, Json]] = {
    "cancel_order": ("buyer-2", {}),
    "ship": ("seller-2", {}),
    "correct_tracking": ("seller-2", TRACKED),
    "send_replacement": ("seller-2", TRACKED),
    "extend_processing": ("seller-2", {"days": 1}),
    "extend_protection": ("seller-2", {"days": 1}),
    "request_extension": ("buyer-2", {"days": 1}),
    "confirm_receipt": ("buyer-2", {}),
    "send_message": ("seller-2", {"text": "Hello."}),
    "report_message": ("buyer-2", {"message": "msg_1"}),
    "review": ("buyer-2", {"stars": 1}),
    "open_dispute": ("buyer-2", {"reason": "defective", "remedy": "exchange", "explanation": "x"}),
}
DISPUTE_ACTIONS: dict[str, tuple[str, Json]] = {
    "edit": ("buyer-2", {"explanation": "x"}),
    "accept": ("seller-2", {"solution": "sol_1"}),
    "refuse": ("seller-2", {"reason": "x"}),
    "cancel": ("buyer-2", {"reason": "other", "comment": "x", "confirm": True}),
    "escalate": ("buyer-2", {}),
    "appeal": ("buyer-2", {"explanation": "x"}),
    "ask": ("mediator", {"to": "both", "question": "x"}),
    "answer": ("seller-2", {"text": "x"}),
    "offer": ("seller-2", {"remedy": "exchange"}),
    "view_solution": ("buyer-2", {}),
    "accept_solution": ("buyer-2", {"solution": "sol_1"}),
    "decline_solution": ("buyer-2", {}),
    "cancel_claim": ("buyer-2", {"reason": "other", "message": "x", "confirm": True}),
    "rule": ("mediator", {"in_favor_of": "seller", "explanation": "x"}),
    "ship_return": ("buyer-2", TRACKED),
    "confirm_return": ("seller-2", {}),
    "contest_return": ("seller-2", {"explanation": "x"}),
    "confirm_replacement": ("buyer-2", {}),
}


def test_what_is_anothers_answers_like_what_does_not_exist_to_every_action(shop: Sandbox) -> None:
    """Not even the role, the state or a faulty value shows that there is something."""
    order = shop.disputed()
    shop.disputes["ord_none"] = "dsp_none"
    for action, (stranger, body) in (ORDER_ACTIONS | DISPUTE_ACTIONS).items():
        theirs, none = shop.ask(stranger, action, order, **body), shop.ask(stranger, action, "ord_none", **body)
        assert nowhere(theirs) == nowhere(none), action
        assert theirs.headers.get("ETag") is None


@pytest.mark.parametrize("stranger", ["buyer-2", "seller-2", "mediator"])
def test_what_is_anothers_answers_like_what_does_not_exist_to_every_look(stranger: str, shop: Sandbox) -> None:
    order, photo = shop.disputed(), shop.evidence("buyer")
    dispute = shop.disputes[order]
    shop.do("buyer", "edit", order, evidence=[photo])
    for pattern, mine, none in (
        ("/v1/orders/{}", order, "ord_none"),
        ("/v1/orders/{}/messages", order, "ord_none"),
        ("/v1/orders/{}/payment", order, "ord_none"),
        ("/v1/disputes/{}", dispute, "dsp_none"),
        ("/v1/disputes/{}/history", dispute, "dsp_none"),
        ("/v1/disputes/{}/claim", dispute, "dsp_none"),
        ("/v1/disputes/{}/claim/solution", dispute, "dsp_none"),
        ("/v1/evidence/{}", photo, "evd_none"),
    ):
        theirs, missing = (shop.call(stranger, "GET", pattern.format(which)) for which in (mine, none))
        assert nowhere(theirs) == nowhere(missing), pattern
    assert order not in [entry["id"] for entry in shop.get(stranger, "/v1/orders?limit=100")["data"]]
    assert dispute not in [entry["id"] for entry in shop.get(stranger, "/v1/disputes?limit=100")["data"]]
    assert shop.get(stranger, f"/v1/disputes?order={order}")["data"] == []


def test_the_mediator_sees_a_dispute_and_all_that_belongs_to_it_from_escalation_on(sandbox: Sandbox) -> None:
    order, photo = sandbox.disputed(), sandbox.evidence("buyer")
    sandbox.do("buyer", "edit", order, evidence=[photo])
    sandbox.do("seller", "send_message", order, text="Please close it.")
    dispute = sandbox.disputes[order]
    paths = [
        f"/v1/orders/{order}",
        f"/v1/orders/{order}/messages",
        f"/v1/orders/{order}/payment",
        f"/v1/disputes/{dispute}",
        f"/v1/disputes/{dispute}/history",
        f"/v1/evidence/{photo}",
    ]
    sandbox.do("seller", "refuse", order, reason="No.")
    assert [sandbox.call("mediator", "GET", path).status_code for path in paths] == [404] * 6
    assert sandbox.get("mediator", "/v1/orders")["data"] == sandbox.get("mediator", "/v1/disputes")["data"] == []
    sandbox.do("buyer", "escalate", order)
    assert [sandbox.call("mediator", "GET", path).status_code for path in paths] == [200] * 6
    assert [entry["id"] for entry in sandbox.get("mediator", "/v1/orders")["data"]] == [order]
    assert [entry["id"] for entry in sandbox.get("mediator", "/v1/disputes")["data"]] == [dispute]
    assert {entry["action"] for entry in sandbox.dispute(order, "mediator")["allowed_actions"]} == {"ask", "rule"}


def test_the_mediator_sees_the_claim_he_had_but_not_the_dispute_that_came_after(sandbox: Sandbox) -> None:
    order = sandbox.in_claim()
    earlier = sandbox.disputes[order]
    sandbox.do("buyer", "cancel", order, reason="other", comment="x", confirm=True)
    sandbox.do("buyer", "open_dispute", order, **sandbox.opening(explanation="A secret of the new dispute."))
    assert sandbox.get("mediator", f"/v1/disputes/{earlier}")["outcome"] == "cancelled"
    assert [entry["id"] for entry in sandbox.get("mediator", "/v1/disputes")["data"]] == [earlier]
    assert sandbox.order(order, "mediator")["dispute"] is None
    assert sandbox.get("mediator", "/v1/orders")["data"][0]["dispute"] is None
    new = sandbox.disputes[order]
    for path in (f"/v1/disputes/{new}", f"/v1/disputes/{new}/history", f"/v1/disputes/{new}/claim"):
        assert sandbox.call("mediator", "GET", path).status_code == 404
    assert sandbox.ask("mediator", "rule", order, in_favor_of="buyer", explanation="x").status_code == 404


def test_evidence_is_its_uploaders_alone_until_attached_and_the_mediators_from_escalation_on(sandbox: Sandbox) -> None:
    order, photo, other = sandbox.disputed(), sandbox.evidence("buyer", "a.png"), sandbox.evidence("buyer", "b.png")

    def seen(which: str) -> list[int]:
        return [sandbox.call(who, "GET", f"/v1/evidence/{which}").status_code for who in ("buyer", "seller", "mediator")]

    assert seen(photo) == [200, 404, 404]
    sandbox.do("buyer", "edit", order, evidence=[photo])
    assert seen(photo) == [200, 200, 404]
    sandbox.do("seller", "refuse", order, reason="No.")
    sandbox.do("buyer", "escalate", order)
    assert seen(photo) == [200, 200, 200]
    assert seen(other) == [200, 404, 404]
    answered = sandbox.evidence("seller", "c.png")
    sandbox.do("mediator", "ask", order, to="seller", question="Why?", evidence_required=True)
    assert sandbox.ask("seller", "answer", order, text="x", evidence=[photo]).status_code == 422, "another's evidence is not his to use"
    sandbox.do("seller", "answer", order, text="So.", evidence=[answered])
    assert seen(answered) == [200, 200, 200]


# ── a 404 like any other ─────────────────────────────────────────────────────────────────────────────────────────────────

ANY_ID = re.compile(r"\b(?:ord|dsp|evd)_[a-z2-7]{16}\b")
# What fires all that is due in the sandbox comes last.
LOOKS = (
    ("order", "/v1/orders/{}"),
    ("order", "/v1/orders/{}/messages"),
    ("order", "/v1/orders/{}/payment"),
    ("dispute", "/v1/disputes/{}"),
    ("dispute", "/v1/disputes/{}/history"),
    ("dispute", "/v1/disputes/{}/history?format=text"),
    ("dispute", "/v1/disputes/{}/claim"),
    ("dispute", "/v1/disputes/{}/claim/solution"),
    ("evidence", "/v1/evidence/{}"),
    ("order", "/v1/disputes?order={}"),
)


def told(answer: TestResponse) -> tuple[int, str, list[tuple[str, str]]]:
    """All that an answer tells, but for the ids that were asked for, when it was, and the name of the request."""
    headers = [(name, ANY_ID.sub("ID", value)) for name, value in answer.headers if name not in ("Date", "X-Request-Id", "Content-Length")]
    return answer.status_code, ANY_ID.sub("ID", answer.text), sorted(headers)


def asked_of(database: list[str], call: Callable[[], TestResponse]) -> tuple[TestResponse, list[str]]:
    """A call's answer, and the statements that it took to come to it."""
    database.clear()
    answer = call()
    return answer, list(database)


@pytest.mark.parametrize("due", [False, True], ids=["nothing is due", "something is due"])
def test_what_is_anothers_takes_the_same_work_as_what_does_not_exist(due: bool, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same statements in the same order, the same headers and the same words: neither tells whether there is something."""
    database = written_down(monkeypatch)
    # What a run has met is written down now and then, whoever has asked.
    monkeypatch.setattr("emulator.tally.Tally.flush", lambda *_: None)
    shop = Sandbox(make_app().test_client(), world="small", seed="shop")
    order, photo = shop.disputed(), shop.evidence("buyer")
    shop.do("buyer", "edit", order, evidence=[photo])
    nobodys = {"order": "ord_aaaaaaaaaaaaaaaa", "dispute": "dsp_aaaaaaaaaaaaaaaa", "evidence": "evd_aaaaaaaaaaaaaaaa"}
    ids = {"order": order, "dispute": shop.disputes[order], "evidence": photo}
    shop.disputes[nobodys["order"]] = nobodys["dispute"]
    if due:
        # Time goes by without anybody having looked: what is due of an order fires when one who may see it does, and for nobody else.
        shop.control("PUT", "/clock", json={"mode": "shifted", "now": shop.now()})
        monkeypatch.setattr("emulator.clock.wall_now", lambda: datetime.now(UTC).replace(microsecond=0) + timedelta(days=400))
    calls: list[tuple[str, str, Callable[[str], TestResponse]]] = [
        (f"{stranger} {action}", "order", partial(shop.ask, stranger, action, **body))
        for action, (stranger, body) in (ORDER_ACTIONS | DISPUTE_ACTIONS).items()
        if not (due and stranger == "mediator")
    ]

    def look(who: str, path: str, one: str) -> TestResponse:
        return shop.call(who, "GET", path.format(one))

    # The mediator may see what has escalated meanwhile.
    strangers = ("buyer-2", "seller-2") if due else ("buyer-2", "seller-2", "mediator")
    calls += [(f"{who} {path}", kind, partial(look, who, path)) for kind, path in LOOKS for who in strangers]
    for name, kind, call in calls:
        call(nobodys[kind])
        answer, work = asked_of(database, partial(call, ids[kind]))
        nothing, least = asked_of(database, partial(call, nobodys[kind]))
        assert least, f"{name} has asked the database at all"
        assert work == least, name
        assert told(answer) == told(nothing), name
        if answer.status_code == 200:
            assert (answer.json or {})["data"] == [], name
        else:
            assert answer.status_code == 404, name


# ── No Thanks ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def everything(box: Sandbox, order: str) -> dict[str, Any]:
    """Every answer that the seller and the mediator can get, with its headers, and what the control plane shows of the world."""
    dispute = box.disputes[order]
    paths = [
        "/v1/me",
        "/v1/orders",
        f"/v1/orders/{order}",
        f"/v1/orders/{order}/payment",
        f"/v1/orders/{order}/messages",
        "/v1/disputes",
        f"/v1/disputes?order={order}",
        f"/v1/disputes/{dispute}",
        f"/v1/disputes/{dispute}/history",
        f"/v1/disputes/{dispute}/claim",
        f"/v1/disputes/{dispute}/claim/solution",
        "/v1/operations",
        "/v1/stores",
        f"/v1/stores/{box.store}",
        "/v1/mailbox",
    ]
    answers = {f"{who} {path}": box.call(who, "GET", path) for who in ("seller", "mediator") for path in paths}
    # What a refusal tells is an answer, too.
    answers["seller cancels"] = box.ask("seller", "cancel", order, reason="other", comment="x", confirm=True)
    answers["seller accepts nothing"] = box.ask("seller", "accept", order, solution="sol_none")
    answers["mediator rules nothing"] = box.ask("mediator", "rule", order, in_favor_of="buyer", amount=usd("0.00"), explanation="x")
    answers |= {path: box.client.get(f"{box.path}{path}") for path in ("/mailbox", "/forecast", "/audit", "/clock")}
    return {
        name: (answer.status_code, answer.data, sorted(pair for pair in answer.headers if pair[0] != "X-Request-Id"))
        for name, answer in answers.items()
    }


def buyers(box: Sandbox, order: str) -> list[bytes]:
    dispute = box.disputes[order]
    return [
        box.call("buyer", "GET", path).data for path in (f"/v1/disputes/{dispute}/history", "/v1/mailbox", f"/v1/orders/{order}/messages")
    ]


@pytest.mark.parametrize("state", ["processing", "asked"])
def test_viewing_and_no_thanks_leave_no_trace_in_anything_that_anybody_else_sees(state: str, sandbox: Sandbox) -> None:
    order = sandbox.in_claim()
    if state == "asked":
        sandbox.do("mediator", "ask", order, to="both", question="Why?")
    sandbox.do("seller", "offer", order, remedy="refund", amount=usd("30.00"))
    before, mine = everything(sandbox, order), buyers(sandbox, order)
    viewed = sandbox.ask("buyer", "view_solution", order)
    assert (viewed.status_code, (viewed.json or {})["amount"]) == (200, usd("30.00"))
    assert everything(sandbox, order) == before
    declined = sandbox.do("buyer", "decline_solution", order)
    assert everything(sandbox, order) == before
    assert buyers(sandbox, order) == mine
    assert not any(solution["current"] for solution in declined["solutions"] if solution["by"] == "seller")
    assert "accept_solution" not in [entry["action"] for entry in declined["allowed_actions"]]


def test_what_was_declined_is_off_the_table_until_offered_anew(sandbox: Sandbox) -> None:
    order = sandbox.in_claim()
    first = sandbox.do("seller", "offer", order, remedy="refund", amount=usd("30.00"))["solutions"][-1]["id"]
    sandbox.do("buyer", "decline_solution", order)
    for action, body in (("accept_solution", {"solution": first}), ("view_solution", {}), ("decline_solution", {})):
        assert (sandbox.ask("buyer", action, order, **body).json or {})["rule"] in ("CLM-6", "ACC-1")
    assert sandbox.ask("buyer", "accept_solution", order, solution=first).status_code == 409
    sandbox.do("seller", "offer", order, remedy="refund", amount=usd("30.00"))
    assert sandbox.ask("buyer", "view_solution", order).status_code == 200
    assert sandbox.do("buyer", "accept_solution", order, solution=sandbox.current(order, "seller"))["compensation"] == usd("30.00")


def test_that_the_comparison_would_notice_a_trace(sandbox: Sandbox) -> None:
    order = sandbox.in_claim()
    sandbox.do("seller", "offer", order, remedy="refund", amount=usd("30.00"))
    before = everything(sandbox, order)
    sandbox.do("buyer", "send_message", order, text="No, thanks.")
    after = everything(sandbox, order)
    assert {name for name in before if before[name] != after[name]} >= {f"seller /v1/orders/{order}/messages"}


def test_the_mediator_sees_what_time_has_brought_before_him_though_nobody_has_looked_since(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(settings={"negotiation_days": 1})
    order = box.disputed()
    dispute = f"/v1/disputes/{box.disputes[order]}"
    assert nowhere(box.call("mediator", "GET", dispute))
    with freeze_time(datetime.now(UTC)) as wall:
        box.control("PUT", "/clock", json={"mode": "shifted"})
        assert nowhere(box.call("mediator", "GET", dispute))
        wall.tick(timedelta(days=1))
        asked = box.call("mediator", "POST", f"{dispute}/claim/ask", json={"to": "buyer", "question": "Why?", "evidence_required": False})
        assert asked.status_code == 200
        assert box.get("mediator", dispute)["status"] == "mediating"
