"""A dispute's history as JSON and as a text for people: who gets which, that both tell the same, and that neither tells too much."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from emulator.openapi import openapi

from ..conftest import MakeSandbox
from ..sandbox import Json, Sandbox, usd

TEXT = {"Accept": "text/plain"}


def path(box: Sandbox, order: str, query: str = "") -> str:
    return f"/v1/disputes/{box.disputes[order]}/history{query}"


def text(box: Sandbox, order: str, who: str = "buyer") -> str:
    answer = box.call(who, "GET", path(box, order, "?format=text"))
    assert answer.status_code == 200, answer.text
    return answer.text


def entries(box: Sandbox, order: str, who: str = "buyer") -> list[Json]:
    data: list[Json] = box.get(who, path(box, order, "?limit=100"))["data"]
    return data


# ── who gets which ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("", None, "application/json"),
        ("", "*/*", "application/json"),
        ("", "application/json", "application/json"),
        ("", "text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("", "text/plain", "text/plain"),
        ("", "text/plain;q=0.5, application/json", "application/json"),
        ("?format=json", "text/plain", "application/json"),
        ("?format=text", None, "text/plain"),
        ("?format=text", "application/json", "text/plain"),
    ],
)
def test_the_query_decides_else_what_is_accepted_else_it_is_json(sandbox: Sandbox, query: str, accept: str | None, kind: str) -> None:
    order = sandbox.refused()
    answer = sandbox.call("seller", "GET", path(sandbox, order, query), headers={} if accept is None else {"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert answer.headers["Date"] == "Thu, 01 Jan 2026 12:00:00 GMT"
    assert "Accept" in answer.headers["Vary"]
    if kind == "text/plain":
        assert answer.mimetype_params == {"charset": "utf-8"}


def test_json_is_what_it_was(sandbox: Sandbox) -> None:
    order = sandbox.refused()
    plain, named = (sandbox.get("buyer", path(sandbox, order, query)) for query in ("", "?format=json"))
    assert plain == named
    assert set(plain) == {"data", "next_cursor"}
    assert [set(entry) for entry in plain["data"]] == [{"at", "by", "action", "rule", "says", "details"}] * 2


@pytest.mark.parametrize(
    "query", ["?format=xml", "?format=", "?format=text&limit=5", "?format=text&cursor=WzFd", "?format=text&format=json"]
)
def test_what_cannot_be_had_is_refused(sandbox: Sandbox, query: str) -> None:
    order = sandbox.disputed()
    answer = sandbox.call("buyer", "GET", path(sandbox, order, query))
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert set((answer.json or {})["errors"]) <= {"format", "limit", "cursor"}
    assert sandbox.call("buyer", "GET", path(sandbox, order, "?limit=5"), headers=TEXT).status_code == 422


def test_the_contract_names_both() -> None:
    operation = openapi()["paths"]["/v1/disputes/{dispute}/history"]["get"]
    content = operation["responses"]["200"]["content"]
    assert set(content) == {"application/json", "text/plain"}
    assert content["text/plain"] == {"schema": {"type": "string"}}
    (format_,) = (parameter for parameter in operation["parameters"] if parameter["name"] == "format")
    assert format_["schema"]["enum"] == ["json", "text"]
    assert not format_.get("required")


# ── what it says ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_told_day_by_day_and_ends_with_what_comes_next(sandbox: Sandbox) -> None:
    order = sandbox.refused(solution={"remedy": "refund", "amount": usd("20.00")})
    sandbox.wait("P2DT3H")
    sandbox.do("buyer", "edit", order, amount=usd("70.00"))
    sandbox.wait("P1D")
    dispute = sandbox.disputes[order]
    told = text(sandbox, order).splitlines()
    assert told == [
        f"{dispute} · A lamp, 100.00 USD".ljust(100 - len(order)) + order,
        "waiting for seller · as its buyer sees it",
        "",
        "day 0 · 1 Jan 2026, 12:00",
        "  buyer     open dispute · no tracking · refund · 100.00 USD".ljust(94) + "OPEN-8",
        "            The buyer opens a dispute; the seller has to answer.",
        "            “So it is.”",
        "  seller    refuse · offers refund, 20.00 USD".ljust(94) + "SELL-2",
        "            The seller refuses, and may propose something else.",
        "            “No.”",
        "            … 2 days and 3 hours pass …",
        "day 2 · 3 Jan, 15:00",
        "  buyer     edit · 70.00 USD".ljust(94) + "EDIT-4",
        "            The buyer edits the dispute, which asks the seller again.",
        "            … a day passes …",
        "now · day 3 · 4 Jan, 15:00",
        "            … 11 days and 21 hours, if nobody acts …",
        "day 15 · 16 Jan",
        "  timer     escalate by time".ljust(95) + "ESC-2",
        "            No agreement in time: the mediator takes over.",
    ]


def test_money_stands_on_its_own_line(sandbox: Sandbox) -> None:
    order = sandbox.ruled("buyer", amount=usd("30.00"))
    told = text(sandbox, order, "mediator").splitlines()
    at = next(at for at, line in enumerate(told) if line.startswith("  mediator  rule · 30.00 USD · for the buyer"))
    assert told[at + 3 : at + 5] == [
        "            ¤ 30.00 USD  escrow → a refund on its way",
        "            ¤ 70.00 USD  escrow → the seller",
    ]
    assert told[1] == "closed, ruled for buyer · as its mediator sees it"


def test_where_nothing_comes_next_it_says_so(sandbox: Sandbox) -> None:
    for order in (sandbox.in_claim(), sandbox.ruled("seller")):
        assert text(sandbox, order).endswith("\nnow · day 0 · 1 Jan\n            Nothing happens by itself.\n")


def test_what_was_due_has_happened(sandbox: Sandbox) -> None:
    order = sandbox.asked("seller")
    sandbox.wait("P12D")
    before, _, after = text(sandbox, order).partition("now · ")
    assert "  timer     seller silent" in before
    assert "if nobody acts" in after
    assert "refund arrives" in after


@pytest.mark.parametrize("who", ["buyer", "seller"])
@pytest.mark.parametrize("reach", ["disputed", "refused", "asked", "accepted", "sent_back", "contested", "replacing", "withdrawn", "ruled"])
def test_both_forms_tell_the_same_in_the_same_order(sandbox: Sandbox, reach: str, who: str) -> None:
    order = getattr(sandbox, reach)()
    told, _, _ = text(sandbox, order, who).partition("now · ")
    at = 0
    for entry in entries(sandbox, order, who):
        at = told.index(f"  {'timer' if entry['by'] == 'system' else entry['by']}", at)
        head, says = told[at:].splitlines()[:2]
        assert entry["action"].replace("_", " ") in head
        assert head.endswith(f" {entry['rule']}")
        assert says.strip() in entry["says"]
        at += 1


def test_the_whole_of_it_comes_in_one_answer(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    for number in range(130):
        sandbox.do("seller", "send_message", order, text=f"Message {number}.")
    told = text(sandbox, order)
    assert [f"“Message {number}.”" in told for number in range(130)] == [True] * 130
    assert sandbox.get("buyer", path(sandbox, order, "?limit=100"))["next_cursor"]


@pytest.mark.parametrize(
    "words",
    [
        "It is broken. " * 60,
        "x" * 700,
        "灯罩从上到下都裂了。" * 40,
        "one\ntwo\n\nthree",
        "[bold]no markup[/bold]",
        "naïve café 💡 " * 40,
        "a\tb",
    ],
    ids=["long", "one word", "wide letters", "lines", "markup", "signs", "tab"],
)
def test_it_fits_a_terminal_whatever_is_said(sandbox: Sandbox, words: str) -> None:
    order = sandbox.delivered()
    if sandbox.ask("buyer", "open_dispute", order, **sandbox.opening(explanation=words)).status_code == 422:
        assert "\t" in words
        return
    sandbox.disputes[order] = sandbox.order(order)["dispute"]["id"]
    told = text(sandbox, order)
    assert max(cell_len(line) for line in told.splitlines()) <= 100
    assert "\x1b" not in told
    assert all(line == line.rstrip() for line in told.splitlines())
    assert "".join(words.split()) in "".join(told.split())
    assert told.endswith("\n")


# ── to whom ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stranger", ["buyer-2", "seller-2", "mediator"])
def test_to_a_stranger_there_is_no_such_history(make_sandbox: MakeSandbox, stranger: str) -> None:
    shop = make_sandbox(world="small", seed="shop")
    order = shop.refused()
    theirs = shop.call(stranger, "GET", path(shop, order, "?format=text"))
    none = shop.call(stranger, "GET", "/v1/disputes/dsp_none/history?format=text")
    assert (theirs.status_code, theirs.mimetype) == (404, "application/problem+json")
    assert theirs.data.replace(shop.disputes[order].encode(), b"dsp_none") == none.data
    assert shop.client.get(path(shop, order), headers=TEXT).status_code == 401


def test_the_mediator_reads_it_from_escalation_on(sandbox: Sandbox) -> None:
    order = sandbox.refused()
    assert sandbox.call("mediator", "GET", path(sandbox, order), headers=TEXT).status_code == 404
    sandbox.do("buyer", "escalate", order)
    assert "  seller    refuse" in text(sandbox, order, "mediator")


def test_no_thanks_leaves_no_trace_in_it(sandbox: Sandbox) -> None:
    order = sandbox.in_claim()
    sandbox.do("seller", "offer", order, remedy="refund", amount=usd("30.00"))
    before = {who: text(sandbox, order, who) for who in ("buyer", "seller", "mediator")}
    sandbox.do("buyer", "view_solution", order)
    sandbox.do("buyer", "decline_solution", order)
    assert {who: text(sandbox, order, who) for who in before} == before
    assert "offer · refund · 30.00 USD" in before["buyer"]


def test_an_earlier_dispute_says_nothing_of_the_one_that_came_after(sandbox: Sandbox) -> None:
    order = sandbox.in_claim()
    earlier = sandbox.disputes[order]
    sandbox.do("buyer", "cancel", order, reason="other", comment="x", confirm=True)
    sandbox.wait("P1D")
    sandbox.do("buyer", "open_dispute", order, **sandbox.opening(explanation="A secret of the new dispute."))
    sandbox.do("seller", "refuse", order, reason="A secret of the new dispute.")
    told = sandbox.call("mediator", "GET", f"/v1/disputes/{earlier}/history", headers=TEXT).text
    assert told.splitlines()[1] == "closed, cancelled · as its mediator sees it"
    assert told.endswith("            … a day passes …\nnow · day 1 · 2 Jan\n            Nothing happens by itself.\n")
    assert "secret" not in told
    assert text(sandbox, order).count("open dispute") == 1


def test_a_dispute_that_another_has_followed_has_no_solution_to_look_at_just_before_the_refund_of_the_other(
    make_sandbox: MakeSandbox,
) -> None:
    """Found by `make soak`: counting what the look lies beside took the earlier dispute for the one that is refunded."""
    box = make_sandbox()
    order = box.withdrawn()
    earlier = box.disputes[order]
    box.do("buyer", "open_dispute", order, **box.opening(amount=usd("40.00")))
    box.do("seller", "accept", order, solution=box.current(order, "buyer"))
    box.advance(to_next=True, edge="before")
    for who, status in (("buyer", 409), ("seller", 403)):
        assert box.call(who, "GET", f"/v1/disputes/{earlier}/claim/solution").status_code == status
