"""The form of what is answered: statuses, headers, lists and their pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from flask.testing import FlaskClient

from emulator.domain.refusals import REFUSALS

from ..conftest import MakeSandbox
from ..sandbox import TRACKED, Json, Sandbox, usd

# ── statuses and headers ───────────────────────────────────────────────────────────────────────────────────────────────


def test_what_creates_answers_201_with_its_place_and_an_action_200(sandbox: Sandbox) -> None:
    placed = sandbox.ask("buyer", "place_order", item={"title": "A lamp", "quantity": 1}, total=usd("100.00"))
    order = (placed.json or {})["id"]
    assert (placed.status_code, placed.headers["Location"]) == (201, f"/v1/orders/{order}")
    shipped = sandbox.ask("seller", "ship", order)
    assert (shipped.status_code, (shipped.json or {})["status"]) == (200, "awaiting_confirmation")
    assert "Location" not in shipped.headers
    sandbox.do("carrier", "deliver", order)
    opened = sandbox.ask("buyer", "open_dispute", order, **sandbox.opening())
    dispute = (opened.json or {})["id"]
    assert (opened.status_code, opened.headers["Location"]) == (201, f"/v1/disputes/{dispute}")
    sandbox.disputes[order] = dispute
    edited = sandbox.ask("buyer", "edit", order, explanation="Look.")
    assert (edited.status_code, (edited.json or {})["id"], (edited.json or {})["edits_used"]) == (200, dispute, 1)
    message = sandbox.ask("buyer", "send_message", order, text="Hello.")
    assert (message.status_code, message.headers["Location"]) == (201, f"/v1/orders/{order}/messages")
    uploaded = sandbox.upload("buyer")
    assert (uploaded.status_code, uploaded.headers["Location"]) == (201, f"/v1/evidence/{(uploaded.json or {})['id']}")
    assert all(
        sandbox.call("buyer", "GET", answer.headers["Location"]).status_code == 200 for answer in (placed, opened, message, uploaded)
    )


def test_a_sandbox_is_made_with_201_and_deleted_with_204(client: FlaskClient, sandbox: Sandbox) -> None:
    made = client.post("/_emulator/sandboxes", json={"world": "empty"})
    assert made.headers["Location"] == f"/_emulator/sandboxes/{(made.json or {})['id']}"
    gone = client.delete(made.headers["Location"])
    assert (gone.status_code, gone.data) == (204, b"")
    assert client.get(made.headers["Location"]).status_code == 404
    assert client.delete(made.headers["Location"]).status_code == 404
    token = (made.json or {})["accounts"][0]["token"]
    assert client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_the_date_of_every_answer_is_the_sandboxs_time(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    for answer in (
        sandbox.call("buyer", "GET", f"/v1/orders/{order}"),
        sandbox.call("buyer", "GET", "/v1/orders"),
        sandbox.call("buyer", "GET", "/v1/me"),
        sandbox.ask("seller", "ship", order),
        sandbox.client.get(f"{sandbox.path}/clock"),
        sandbox.client.get(f"{sandbox.path}/audit"),
    ):
        assert answer.headers["Date"] == "Thu, 01 Jan 2026 12:00:00 GMT"
    sandbox.wait("P1DT1S")
    assert sandbox.call("buyer", "GET", "/v1/me").headers["Date"] == "Fri, 02 Jan 2026 12:00:01 GMT"
    assert len(sandbox.call("buyer", "GET", "/v1/me").headers.getlist("Date")) == 1


def test_the_date_of_a_refusal_is_the_sandboxs_time_too(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    for status, answer in (
        (409, sandbox.ask("buyer", "confirm_receipt", order)),
        (404, sandbox.call("buyer", "GET", "/v1/orders/ord_none")),
        (422, sandbox.call("buyer", "GET", "/v1/orders?limit=0")),
        (405, sandbox.call("buyer", "DELETE", f"/v1/orders/{order}")),
        (422, sandbox.client.get(f"{sandbox.path}/clock?surprise=1")),
        (409, sandbox.client.post(f"{sandbox.path}/clock/advance", json={"to": "2025-01-01T00:00:00Z"})),
    ):
        assert (answer.status_code, answer.headers["Date"]) == (status, "Thu, 01 Jan 2026 12:00:00 GMT")


def test_the_date_of_an_answer_that_belongs_to_no_sandbox_is_the_walls(sandbox: Sandbox) -> None:
    for answer in (sandbox.client.get("/v1/me"), sandbox.client.get("/nowhere"), sandbox.client.get("/_emulator/sandboxes/sbx_none")):
        told = parsedate_to_datetime(answer.headers["Date"])
        assert abs(told - datetime.now(UTC)) < timedelta(minutes=5)


def test_orders_and_disputes_carry_a_tag_that_changes_with_what_is_shown(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    paths = (f"/v1/orders/{order}", f"/v1/disputes/{sandbox.disputes[order]}")
    before = [sandbox.call("buyer", "GET", path).headers["ETag"] for path in paths]
    assert before == [sandbox.call("buyer", "GET", path).headers["ETag"] for path in paths]
    assert all(tag.startswith('"') and tag.endswith('"') for tag in before)
    changed = sandbox.ask("seller", "refuse", order, reason="No.")
    after = [sandbox.call("buyer", "GET", path).headers["ETag"] for path in paths]
    assert not set(before) & set(after)
    assert changed.headers["ETag"] == sandbox.call("seller", "GET", paths[1]).headers["ETag"]


def test_no_token_is_answered_with_the_scheme_to_use(client: FlaskClient) -> None:
    answer = client.get("/v1/me")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_bearer_may_be_written_in_any_case(sandbox: Sandbox) -> None:
    for scheme in ("bearer", "BEARER", "Bearer"):
        assert sandbox.client.get("/v1/me", headers={"Authorization": f"{scheme} {sandbox.tokens['buyer']}"}).status_code == 200


def test_an_action_without_fields_needs_no_body(sandbox: Sandbox) -> None:
    ways: list[Json] = [{}, {"json": {}}, {"data": b"", "content_type": "application/json"}]
    for rest in ways:
        order = sandbox.shipped()
        assert sandbox.call("buyer", "POST", f"/v1/orders/{order}/confirm-receipt", **rest).status_code == 200


def test_a_content_type_may_name_its_charset(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    answer = sandbox.call(
        "buyer",
        "POST",
        f"/v1/orders/{order}/messages",
        data='{"text": "grüß dich"}'.encode(),
        content_type="application/json; charset=utf-8",
    )
    assert (answer.status_code, (answer.json or {})["text"]) == (201, "grüß dich")


def test_words_of_every_script_come_back_as_they_went(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    text = "中文 العربية 🦄 e\u0301 \u200d \t\n'; DROP TABLE orders; --"
    assert sandbox.do("buyer", "send_message", order, text=text)["text"] == text
    assert sandbox.get("seller", f"/v1/orders/{order}/messages")["data"][0]["text"] == text


def test_me_shows_who_i_am_and_my_money(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox()
    box.finished()
    order = box.accepted(amount=usd("30.00"))
    box.placed(total={"amount": "500", "currency": "JPY"})
    buyer, seller, mediator = (box.get(who, "/v1/me") for who in ("buyer", "seller", "mediator"))
    assert (buyer["name"], buyer["role"], buyer["sandbox"], buyer["now"]) == ("buyer", "buyer", box.id, "2026-01-01T12:00:00Z")
    assert seller["store"] == box.store
    assert usd("170.00") in seller["balance"]
    assert {"amount": "0", "currency": "JPY"} in seller["balance"]
    assert usd("0.00") in seller["held"]
    assert not {"balance", "held", "refunded", "store"} & set(mediator)
    assert usd("0.00") in buyer["refunded"]
    box.wait("P20D")
    assert usd("30.00") in box.get("buyer", "/v1/me")["refunded"]
    assert box.order(order)["status"] == "finished"


# ── lists ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def walk_pages(box: Sandbox, who: str, path: str, limit: int) -> list[list[str]]:
    """The ids on each page, from the first to the last."""
    pages, cursor = [], ""
    while True:
        shown = box.get(who, f"{path}{'&' if '?' in path else '?'}limit={limit}{cursor}")
        assert set(shown) == {"data", "next_cursor"}
        pages.append([entry["id"] for entry in shown["data"]])
        if shown["next_cursor"] is None:
            return pages
        cursor = f"&cursor={shown['next_cursor']}"


@pytest.mark.parametrize("together", [True, False], ids=["at one instant", "one an hour"])
def test_orders_come_newest_first_and_page_by_page_each_once(together: bool, sandbox: Sandbox) -> None:
    placed = []
    for _ in range(7):
        placed.append(sandbox.placed())
        if not together:
            sandbox.wait("PT1H")
    pages = walk_pages(sandbox, "buyer", "/v1/orders", 3)
    assert [len(page) for page in pages] == [3, 3, 1]
    listed = [order for page in pages for order in page]
    assert sorted(listed) == sorted(placed)
    assert listed == walk_pages(sandbox, "seller", "/v1/orders", 100)[0]
    if not together:
        assert listed == placed[::-1]
    assert walk_pages(sandbox, "buyer", "/v1/orders", 7) == [listed]
    assert walk_pages(sandbox, "buyer", "/v1/orders", 1) == [[order] for order in listed]


def test_what_comes_new_while_paging_shifts_nothing(sandbox: Sandbox) -> None:
    first = [sandbox.placed() for _ in range(4)]
    page = sandbox.get("buyer", "/v1/orders?limit=2")
    sandbox.wait("PT1H")
    sandbox.placed()
    rest = sandbox.get("buyer", f"/v1/orders?limit=2&cursor={page['next_cursor']}")
    assert sorted(entry["id"] for entry in page["data"] + rest["data"]) == sorted(first)
    assert rest["next_cursor"] is None


def test_a_page_has_twenty_entries_unless_told_otherwise(sandbox: Sandbox) -> None:
    for _ in range(21):
        sandbox.placed()
    shown = sandbox.get("buyer", "/v1/orders")
    assert (len(shown["data"]), shown["next_cursor"] is None) == (20, False)


def test_lists_are_filtered_by_what_their_fields_are_called(sandbox: Sandbox) -> None:
    placed, finished, disputed, withdrawn = sandbox.placed(), sandbox.finished(), sandbox.disputed(), sandbox.withdrawn()

    def orders(query: str, who: str = "buyer") -> set[str]:
        return {entry["id"] for entry in sandbox.get(who, f"/v1/orders?{query}")["data"]}

    def disputes(query: str, who: str = "seller") -> set[str]:
        return {entry["order"] for entry in sandbox.get(who, f"/v1/disputes?{query}")["data"]}

    assert orders("status=finished") == {finished}
    assert orders("status=awaiting_shipment", "seller") == {placed}
    assert orders("in_dispute=true") == {disputed}
    assert orders("in_dispute=false") == {placed, finished, withdrawn}
    assert orders("in_dispute=true&status=finished") == set()
    assert disputes("") == {disputed, withdrawn}
    assert disputes("status=closed") == {withdrawn}
    assert disputes("outcome=cancelled", "buyer") == {withdrawn}
    assert disputes(f"order={disputed}") == {disputed}
    assert disputes("order=ord_none") == set()


def test_an_earlier_dispute_of_an_order_stays_readable_and_closed(sandbox: Sandbox) -> None:
    order = sandbox.withdrawn()
    earlier = sandbox.disputes[order]
    sandbox.do("buyer", "open_dispute", order, **sandbox.opening(amount=usd("40.00")))
    listed = sandbox.get("buyer", f"/v1/disputes?order={order}")["data"]
    assert {entry["id"]: entry["status"] for entry in listed} == {earlier: "closed", sandbox.disputes[order]: "waiting_for_seller"}
    shown = sandbox.get("buyer", f"/v1/disputes/{earlier}")
    assert (shown["status"], shown["outcome"], shown["amount"]) == ("closed", "cancelled", usd("100.00"))
    assert "edit" not in [entry["action"] for entry in shown["allowed_actions"]]
    refused = sandbox.call("buyer", "PATCH", f"/v1/disputes/{earlier}", json={"explanation": "Look."})
    assert (refused.status_code, (refused.json or {})["code"]) == (409, "not_editable")
    assert sandbox.dispute(order)["edits_used"] == 0


def test_history_is_oldest_first_and_page_by_page_whole(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    for number in range(4):
        sandbox.do("buyer", "edit", order, explanation=f"Edit {number}.")
    path, cursor, actions = f"/v1/disputes/{sandbox.disputes[order]}/history", "", []
    while True:
        page = sandbox.get("seller", f"{path}?limit=2{cursor}")
        assert 1 <= len(page["data"]) <= 2
        assert all(set(entry) == {"at", "by", "action", "rule", "says", "details"} for entry in page["data"])
        actions += [entry["action"] for entry in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert actions == ["open_dispute", *["edit"] * 4]


def test_messages_are_oldest_first_and_say_what_has_been_reported(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    ids = [sandbox.do(who, "send_message", order, text=f"from the {who}")["id"] for who in ("buyer", "seller", "buyer")]
    sandbox.do("buyer", "report_message", order, message=ids[1])
    shown = sandbox.get("seller", f"/v1/orders/{order}/messages?limit=100")["data"]
    assert [(entry["id"], entry["by"], entry["reported"]) for entry in shown] == [
        (ids[0], "buyer", False),
        (ids[1], "seller", True),
        (ids[2], "buyer", False),
    ]
    store = sandbox.get("buyer", f"/v1/stores/{sandbox.store}")
    assert (store["reports"], [entry["text"] for entry in store["reported_messages"]]) == (1, ["from the seller"])


def test_mail_is_newest_first_and_each_sides_own(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    sandbox.wait("PT1H")
    sandbox.do("seller", "ship", order, **TRACKED)
    mine, theirs = (sandbox.get(who, "/v1/mailbox")["data"] for who in ("buyer", "seller"))
    assert [mail["at"] for mail in mine] == ["2026-01-01T13:00:00Z", "2026-01-01T12:00:00Z"]
    assert {mail["to"] for mail in mine} == {sandbox.ids["buyer"]}
    assert {mail["to"] for mail in theirs} == {sandbox.ids["seller"]}
    everybodys = sandbox.control("GET", "/mailbox")["data"]
    assert len(everybodys) == len(mine) + len(theirs) == 4
    assert [mail["at"] for mail in everybodys] == sorted((mail["at"] for mail in everybodys), reverse=True)
    assert sandbox.get("mediator", "/v1/mailbox")["data"] == []
    pages = [sandbox.control("GET", "/mailbox?limit=3")]
    pages.append(sandbox.control("GET", f"/mailbox?limit=3&cursor={pages[0]['next_cursor']}"))
    assert pages[0]["data"] + pages[1]["data"] == everybodys
    assert pages[1]["next_cursor"] is None


def test_operations_are_the_buyers_closed_disputes_with_their_compensation(sandbox: Sandbox) -> None:
    sandbox.disputed()
    order = sandbox.accepted(amount=usd("30.00"))
    (entry,) = sandbox.get("buyer", "/v1/operations")["data"]
    assert (entry["order"], entry["outcome"], entry["compensation"]) == (order, "accepted_by_seller", usd("30.00"))
    assert sandbox.get("buyer", entry["view_data"])["id"] == sandbox.disputes[order]
    refused = sandbox.call("seller", "GET", "/v1/operations")
    assert (refused.status_code, (refused.json or {})["rule"]) == (403, "PAY-4")


def test_stores_show_their_record_to_everybody(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(settings={"store_close_count": 1})
    box.do("buyer", "review", box.finished(), stars=4, text="Fine.")
    box.accepted(reason="defective", amount=usd("1.00"))
    (shown,) = box.get("mediator", "/v1/stores")["data"]
    assert shown == box.get("buyer", f"/v1/stores/{box.store}")
    assert (shown["orders"], shown["rating"], shown["reviews"], shown["marks"], shown["closed_at"]) == (2, 4, 1, 1, "2026-01-01T12:00:00Z")
    assert box.call("buyer", "GET", "/v1/stores?cursor=WyJ-Il0").json == {"data": [], "next_cursor": None}


def test_rules_are_shown_without_a_token_and_with_one_as_this_sandbox_has_them(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(ruleset="legacy", settings={"negotiation_days": 3})
    shipped = {setting["name"]: setting["value"] for setting in (box.client.get("/v1/rules").json or {})["settings"]}
    own = {setting["name"]: setting["value"] for setting in box.get("buyer", "/v1/rules")["settings"]}
    legacy = {setting["name"]: setting["value"] for setting in (box.client.get("/v1/rules?ruleset=legacy").json or {})["settings"]}
    assert (shipped["negotiation_days"], own["negotiation_days"], legacy["negotiation_days"]) == (15, 3, 7)
    assert own["appeal_days"] == legacy["appeal_days"] == 7
    assert (box.client.get("/v1/rules/SELL-3").json or {})["id"] == "SELL-3"
    assert box.client.get("/v1/rules/SELL-99").status_code == 404
    assert box.client.get("/v1/rules", headers={"Authorization": "Bearer tok_wrong"}).status_code == 401


def test_of_what_came_at_the_same_instant_the_later_is_the_newer(sandbox: Sandbox) -> None:
    placed = [sandbox.placed() for _ in range(6)]
    newest_first = placed[::-1]
    assert [order["id"] for order in sandbox.get("buyer", "/v1/orders")["data"]] == newest_first
    assert [mail["order"] for mail in sandbox.get("seller", "/v1/mailbox")["data"]] == newest_first
    paged, more = [], ""
    while more is not None:
        page = sandbox.get("buyer", f"/v1/orders?limit=2{f'&cursor={more}' if more else ''}")
        paged += [order["id"] for order in page["data"]]
        more = page["next_cursor"]
    assert paged == newest_first


def test_a_no_names_the_date_when_time_is_the_reason(sandbox: Sandbox) -> None:
    late = sandbox.placed()
    ends = sandbox.order(late)["processing_ends_at"]
    sandbox.advance(by="P8D")
    assert sandbox.ask("seller", "ship", late).json["deadline"] == ends
    order = sandbox.disputed()
    escalates = sandbox.dispute(order)["escalates_at"]
    sandbox.advance(to_next=True)
    refused = sandbox.ask("seller", "refuse", order, reason="Too late.").json
    assert (refused["rule"], refused["deadline"]) == ("ESC-3", escalates)
    # Nobody was late here: the buyer cancelled.
    cancelled = sandbox.cancelled()
    assert sandbox.ask("seller", "ship", cancelled).json["deadline"] is None


def test_an_allowed_report_leads_to_a_message_that_can_be_reported(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    sandbox.do("seller", "send_message", order, text="Please confirm early.")
    entry = next(a for a in sandbox.order(order)["allowed_actions"] if a["action"] == "report_message")
    answer = sandbox.call("buyer", entry["method"], entry["href"], json={})
    assert answer.status_code == 200
    assert "report_message" not in [a["action"] for a in sandbox.order(order)["allowed_actions"]]


def test_every_422_names_the_fields_at_fault() -> None:
    unnamed = {"malformed", "settings_refused", "import_refused"}  # these say it case by case
    assert [r.code for r in REFUSALS if r.status == 422 and r.field is None and r.code not in unnamed] == []
