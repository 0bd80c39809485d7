"""Idempotency-Key: a request that comes again with its key is answered as it was, and happens once."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from emulator.replies import Once

from ..conftest import MakeApp, MakeSandbox
from ..dumping import dump
from ..sandbox import Json, Sandbox, usd

KEY = {"Idempotency-Key": "7d6f7a52-0c2a-4a9f-9a3b-5d8e8c1c1a01"}
ORDER = {"item": {"title": "A lamp", "quantity": 1}, "total": usd("100.00")}


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, (answer.json or {})["code"]


def same(first: TestResponse, again: TestResponse) -> None:
    """The second is the first, told again."""
    assert first.status_code in (200, 201), first.text
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.status_code, again.data, again.mimetype) == (first.status_code, first.data, first.mimetype)
    assert {name: again.headers.get(name) for name in ("ETag", "Location")} == {n: first.headers.get(n) for n in ("ETag", "Location")}


# ── the marketplace ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_that_is_placed_again_with_its_key_is_placed_once(sandbox: Sandbox) -> None:
    body = {"store": sandbox.store, **ORDER}
    first, again = (sandbox.call("buyer", "POST", "/v1/orders", json=body, headers=KEY) for _ in range(2))
    same(first, again)
    assert len(sandbox.get("buyer", "/v1/orders")["data"]) == 1


def test_an_act_that_comes_again_is_answered_as_it_was_though_the_state_has_moved_on(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    path, body = f"/v1/disputes/{sandbox.disputes[order]}/accept", {"solution": sandbox.current(order, "buyer")}
    first = sandbox.call("seller", "POST", path, json=body, headers=KEY)
    before = sandbox.audit(), sandbox.order(order)
    same(first, sandbox.call("seller", "POST", path, json=body, headers=KEY))
    assert sandbox.call("seller", "POST", path, json=body).status_code == 409, "without the key it comes too late"
    assert (sandbox.audit(), sandbox.order(order)) == before


def test_edits_and_messages_and_files_come_once(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    dispute = f"/v1/disputes/{sandbox.disputes[order]}"
    same(*(sandbox.call("buyer", "PATCH", dispute, json={"explanation": "More."}, headers=keyed("edit")) for _ in range(2)))
    assert sandbox.dispute(order)["edits_used"] == 1
    same(*(sandbox.call("seller", "POST", f"/v1/orders/{order}/messages", json={"text": "Hi."}, headers=keyed("hi")) for _ in range(2)))
    assert len(sandbox.get("buyer", f"/v1/orders/{order}/messages")["data"]) == 1


def test_a_file_is_told_by_its_bytes_whatever_its_form_looks_like(sandbox: Sandbox, app: Flask) -> None:
    """Clients draw a new boundary for every form they send."""
    first = upload(sandbox, "one")
    same(first, upload(sandbox, "two"))
    assert len(dump(app)["evidence"]) == 1
    assert code(upload(sandbox, "three", b"\x89PNG\r\n\x1a\n" + b"other")) in ((422, "idempotency_key_reused"), (415, "not_evidence"))


def upload(box: Sandbox, boundary: str, data: bytes | None = None) -> TestResponse:
    from emulator.pictures import picture

    content = picture("a.png") if data is None else data
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    form = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return box.call("buyer", "POST", "/v1/evidence", data=form, content_type=f"multipart/form-data; boundary={boundary}", headers=KEY)


def test_the_same_key_with_another_request_is_refused_and_changes_nothing(sandbox: Sandbox, app: Flask) -> None:
    order = sandbox.placed()
    messages = f"/v1/orders/{order}/messages"
    assert sandbox.call("seller", "POST", messages, json={"text": "One."}, headers=KEY).status_code == 201
    before = dump(app)
    refused = sandbox.call("seller", "POST", messages, json={"text": "Two."}, headers=KEY)
    assert code(refused) == (422, "idempotency_key_reused")
    assert (refused.json or {})["errors"] == {"Idempotency-Key": ["This Idempotency-Key came with another request before."]}
    assert code(sandbox.call("seller", "POST", f"/v1/orders/{order}/ship", json={}, headers=KEY)) == (422, "idempotency_key_reused")
    assert dump(app) == before


def test_a_key_is_its_accounts_own(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    for who in ("buyer", "seller"):
        answer = sandbox.call(who, "POST", f"/v1/orders/{order}/messages", json={"text": who}, headers=KEY)
        assert (answer.status_code, (answer.json or {})["by"]) == (201, who)


def test_a_refusal_is_not_kept_so_who_has_mended_his_request_keeps_his_key(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    path = f"/v1/orders/{order}/review"
    assert sandbox.call("buyer", "POST", path, json={"stars": 5}, headers=KEY).status_code == 409
    sandbox.do("seller", "ship", order)
    sandbox.do("buyer", "confirm_receipt", order)
    same(*(sandbox.call("buyer", "POST", path, json={"stars": 4}, headers=KEY) for _ in range(2)))


def test_an_answer_is_kept_for_24_hours_of_the_sandboxs_time(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    path = f"/v1/orders/{order}/messages"

    def send() -> TestResponse:
        return sandbox.call("buyer", "POST", path, json={"text": "Hello?"}, headers=KEY)

    first = send()
    sandbox.wait("PT23H59M59S")
    same(first, again := send())
    assert again.headers["Date"] != first.headers["Date"], "the Date header is today's"
    sandbox.wait("PT1S")
    assert "Idempotency-Replayed" not in send().headers
    assert len(sandbox.get("seller", path)["data"]) == 2


def test_what_is_no_longer_kept_is_cleared_away_by_the_next_that_is(sandbox: Sandbox, app: Flask) -> None:
    order = sandbox.placed()
    for number in range(5):
        sandbox.call("buyer", "POST", f"/v1/orders/{order}/messages", json={"text": "x"}, headers=keyed(f"k{number}"))
    assert len(dump(app)["replies"]) == 5
    sandbox.wait("P2D")
    sandbox.call("buyer", "POST", f"/v1/orders/{order}/messages", json={"text": "x"}, headers=keyed("k5"))
    assert len(dump(app)["replies"]) == 1


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 256, "tab\t", "é"])
def test_what_is_no_key_is_refused(key: str, sandbox: Sandbox) -> None:
    answer = sandbox.call("buyer", "POST", "/v1/orders", json={"store": sandbox.store, **ORDER}, headers=keyed(key))
    assert code(answer) == (422, "malformed")
    assert list((answer.json or {})["errors"]) == ["Idempotency-Key"]
    assert sandbox.get("buyer", "/v1/orders")["data"] == []


def test_of_many_that_come_at_once_with_one_key_one_acts_and_all_are_told_the_same(app: Flask, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox()
    body = {"store": box.store, **ORDER}
    answers: list[TestResponse] = []

    def place() -> None:
        answers.append(app.test_client().post("/v1/orders", json=body, headers=box.headers("buyer") | KEY))

    threads = [threading.Thread(target=place) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 5
    assert len(box.get("buyer", "/v1/orders")["data"]) == 1


def test_two_processes_know_the_same_keys(make_app: MakeApp) -> None:
    one, other = make_app(), make_app()
    box = Sandbox(one.test_client())
    body = {"store": box.store, **ORDER}
    same(*(app.test_client().post("/v1/orders", json=body, headers=box.headers("buyer") | KEY) for app in (one, other)))


def test_an_answer_that_could_not_be_kept_has_not_happened(sandbox: Sandbox, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is in the transaction of what it answers: where the one is lost, so is the other."""

    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    before = dump(app)
    monkeypatch.setattr(Once, "keep", breaks)
    assert sandbox.call("buyer", "POST", "/v1/orders", json={"store": sandbox.store, **ORDER}, headers=KEY).status_code == 500
    assert {name: rows for name, rows in dump(app).items() if name != "counters"} == {n: r for n, r in before.items() if n != "counters"}


# ── the control plane ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_post_of_the_control_plane_happens_once(sandbox: Sandbox, app: Flask) -> None:
    order = sandbox.shipped()
    snapshot = sandbox.control("POST", "/snapshots", json={"name": "before"})["id"]
    world = sandbox.client.get(f"{sandbox.path}/export").json
    calls: list[tuple[str, Json]] = [
        (f"{sandbox.path}/orders/{order}/deliver", {}),
        (f"{sandbox.path}/clock/advance", {"by": "P1D"}),
        (f"{sandbox.path}/snapshots", {"name": "after"}),
        (f"{sandbox.path}/fork", {"name": "branch"}),
        (f"{sandbox.path}/load", {"orders": 7}),
        (f"{sandbox.path}/scenarios/S14", {}),
        (f"{sandbox.path}/snapshots/{snapshot}/restore", {}),
        (f"{sandbox.path}/reset", {}),
        ("/_emulator/sandboxes", {"world": "empty"}),
        ("/_emulator/sandboxes/import", world),
    ]
    posts = {rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ()) and rule.rule.startswith("/_emulator")}
    assert len(calls) == len(posts), "each is in the list"
    for number, (path, body) in enumerate(calls):
        first = sandbox.client.post(path, json=body, headers=keyed(f"call-{number}"))
        before = dump(app)
        same(first, sandbox.client.post(path, json=body, headers=keyed(f"call-{number}")))
        assert dump(app) == before, path
        other = sandbox.client.post(path, json=body | {"name": "x"}, headers=keyed(f"call-{number}"))
        assert other.status_code == 422, path


def test_tokens_that_were_given_out_under_a_key_are_told_again_and_work_and_are_kept_nowhere(sandbox: Sandbox, app: Flask) -> None:
    for path in ("/_emulator/sandboxes", f"{sandbox.path}/fork", f"{sandbox.path}/scenarios/S14"):
        first, again = (sandbox.client.post(path, json={}, headers=keyed(path)) for _ in range(2))
        same(first, again)
        tokens = [account["token"] for account in (again.json or {})["accounts"]]
        assert len(set(tokens)) == len(tokens) >= 3
        for token in tokens:
            assert sandbox.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
            assert token not in repr(dump(app)), "it lies in the database as a hash only"
    assert f"{sandbox.path}/fork" not in repr(dump(app)), "so does the key"


def test_tokens_under_a_key_are_not_to_be_guessed_from_it(client: Any) -> None:
    """Whoever knows the key but not the database learns nothing: another sandbox under the same key has other tokens."""
    made = [client.post("/_emulator/sandboxes", json={"world": "empty"}, headers=keyed(key)).json for key in ("a", "b")]
    tokens = {account["token"] for one in made for account in one["accounts"]}
    assert len(tokens) == 6
    once = Once("a", "", b"")
    assert not tokens & {once.draw(account["name"]) for account in made[0]["accounts"]}


def test_a_reset_forgets_the_keys_of_what_it_undoes_and_a_restore_knows_those_it_goes_back_to(sandbox: Sandbox) -> None:
    body = {"store": sandbox.store, **ORDER}

    def place(key: str) -> bool:
        """Whether it was placed before."""
        return "Idempotency-Replayed" in sandbox.call("buyer", "POST", "/v1/orders", json=body, headers=keyed(key)).headers

    assert not place("early")
    snapshot = sandbox.control("POST", "/snapshots", json={})["id"]
    assert not place("late")
    sandbox.control("POST", f"/snapshots/{snapshot}/restore")
    assert place("early")
    assert not place("late"), "it has not happened in the world gone back to"
    sandbox.control("POST", "/reset")
    assert not place("early")


def test_what_is_done_to_a_sandbox_as_a_whole_outlives_its_worlds(sandbox: Sandbox) -> None:
    """Snapshots stay when one goes back to them; so do their keys, or they would be taken again."""
    snapshots = f"{sandbox.path}/snapshots"
    first = sandbox.client.post(snapshots, json={"name": "one"}, headers=keyed("snapshot"))
    forked = sandbox.client.post(f"{sandbox.path}/fork", json={}, headers=keyed("fork"))
    sandbox.control("POST", f"/snapshots/{(first.json or {})['id']}/restore")
    same(first, sandbox.client.post(snapshots, json={"name": "one"}, headers=keyed("snapshot")))
    sandbox.control("POST", "/reset")
    same(forked, sandbox.client.post(f"{sandbox.path}/fork", json={}, headers=keyed("fork")))
    assert len(sandbox.get("buyer", "/v1/orders")["data"]) == 0
    assert len(sandbox.control("GET", "/snapshots")["data"]) == 1


def test_a_sandbox_that_is_deleted_takes_its_keys_along(sandbox: Sandbox, app: Flask) -> None:
    sandbox.client.post(f"{sandbox.path}/snapshots", json={}, headers=KEY)
    assert len(dump(app)["replies"]) == 1
    sandbox.client.delete(sandbox.path)
    assert dump(app)["replies"] == []


def test_a_fork_knows_what_has_happened_before_it(sandbox: Sandbox) -> None:
    body = {"store": sandbox.store, **ORDER}
    first = sandbox.call("buyer", "POST", "/v1/orders", json=body, headers=KEY)
    fork = sandbox.control("POST", "/fork", json={})
    token = next(account["token"] for account in fork["accounts"] if account["name"] == "buyer")
    same(first, sandbox.client.post("/v1/orders", json=body, headers={"Authorization": f"Bearer {token}"} | KEY))


def test_keys_are_no_part_of_an_exported_world(sandbox: Sandbox) -> None:
    sandbox.call("buyer", "POST", "/v1/orders", json={"store": sandbox.store, **ORDER}, headers=KEY)
    assert "replies" not in json.dumps(sandbox.client.get(f"{sandbox.path}/export").json)


# ── journeys ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def cut_off_after(monkeypatch: pytest.MonkeyPatch, legs: int) -> None:
    """Let so many legs of a journey be made; then the process is gone."""
    from emulator.control.time import SandboxRoad

    leg, made = SandboxRoad._go, [0]

    def counted(self: Any, *args: Any) -> Any:
        made[0] += 1
        if made[0] > legs:
            raise KeyboardInterrupt
        return leg(self, *args)

    monkeypatch.setattr("emulator.control.time.LEG_ORDERS", 2)
    monkeypatch.setattr(SandboxRoad, "_go", counted)


@pytest.mark.parametrize("how", [{"by": "P40D"}, {"by": "P40D", "limit": 9}, {"to": "2026-02-10T12:00:00Z", "edge": "after"}])
@pytest.mark.parametrize("legs", [0, 1, 2])
def test_a_journey_that_was_cut_off_goes_on_to_where_it_was_going(
    how: Json, legs: int, make_sandbox: MakeSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut, whole = make_sandbox(seed="s"), make_sandbox(seed="s")
    for box in (cut, whole):
        for _ in range(8):
            box.placed()
            box.wait("PT1H")
    monkeypatch.setattr("emulator.control.time.LEG_ORDERS", 2)
    straight = whole.client.post(f"{whole.path}/clock/advance", json=how, headers=KEY)
    with monkeypatch.context() as patch:
        cut_off_after(patch, legs)
        with pytest.raises(KeyboardInterrupt):
            cut.client.post(f"{cut.path}/clock/advance", json=how, headers=KEY)
    resumed = cut.client.post(f"{cut.path}/clock/advance", json=how, headers=KEY)
    assert (resumed.status_code, told(resumed, cut)) == (200, told(straight, whole))
    assert len((resumed.json or {})["fired"]) >= 8
    same(resumed, cut.client.post(f"{cut.path}/clock/advance", json=how, headers=KEY))
    assert cut.now() == whole.now()


def told(answer: TestResponse, box: Sandbox) -> Json:
    """What a journey answers, with orders called by their number."""
    body: Json = answer.json or {}
    names: dict[str, int] = {}
    for fired in body["fired"]:
        fired["order"] = names.setdefault(fired["order"], len(names))
    return body


def test_a_journey_to_the_next_timer_is_made_once(sandbox: Sandbox) -> None:
    for _ in range(3):
        sandbox.placed()
        sandbox.wait("PT1H")
    first, again = (sandbox.client.post(f"{sandbox.path}/clock/advance", json={"to_next": True}, headers=KEY) for _ in range(2))
    same(first, again)
    assert len((first.json or {})["fired"]) == 1


def test_a_refused_journey_is_not_planned(sandbox: Sandbox, app: Flask) -> None:
    answer = sandbox.client.post(f"{sandbox.path}/clock/advance", json={"to": "2025-01-01T00:00:00Z"}, headers=KEY)
    assert code(answer) == (409, "clock_backwards")
    assert dump(app)["replies"] == []
    assert sandbox.client.post(f"{sandbox.path}/clock/advance", json={"by": "P1D"}, headers=KEY).status_code == 200
