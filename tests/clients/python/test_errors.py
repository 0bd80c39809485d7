"""Every no is an exception that says why, by its kind, in its members and in words; and what is no answer is no refusal."""

from __future__ import annotations

import copy
import datetime
import pickle
import re
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from dispute_emulator_client import (
    AllowedAction,
    Broken,
    BrokenOff,
    Changed,
    Conflict,
    Dispute,
    Emulator,
    EmulatorError,
    Foreign,
    Malformed,
    Money,
    NotFound,
    Order,
    Refused,
    Sandbox,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unreachable,
    WrongRole,
    WrongType,
    errors,
    usd,
)
from flask import Flask

from emulator.domain.refusals import REFUSALS

START = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)


# ── refusals ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refusal_says_everything_that_the_problem_says(sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    dispute = disputed()
    with pytest.raises(Conflict) as caught:
        sandbox.buyer.escalate(dispute)
    no = caught.value
    raw = sandbox.buyer.http.post(f"/v1/disputes/{dispute.id}/escalate").json()
    assert no.problem == raw
    assert (no.status, no.code, no.rule, no.source) == (409, "seller_has_not_refused", "ESC-1", raw["source"])
    assert (no.detail, no.title, no.instead) == (raw["detail"], raw["title"], raw["instead"])
    assert (no.who_may, no.errors, no.deadline) == (["buyer"], {}, None)
    assert [action.action for action in no.allowed_actions] == [each["action"] for each in raw["allowed_actions"]]
    assert isinstance(no.allowed_actions[0], AllowedAction)
    lines = str(no).splitlines()
    assert lines[0] == f"POST /v1/disputes/{dispute.id}/escalate: 409 seller_has_not_refused (ESC-1)"
    assert lines[1] == f"  {raw['detail']}"
    assert f"  allowed now: {', '.join(each['action'] for each in raw['allowed_actions'])}" in lines
    assert f"  source: {raw['source']}" in lines
    assert "  who may: buyer" in lines
    assert all(not line.endswith((" ", ":")) for line in lines)


def test_fields_that_are_wrong_are_named(sandbox: Sandbox, placed: Callable[[], Order]) -> None:
    with pytest.raises(Malformed) as caught:
        sandbox.buyer.place_order(store="lidl", item={"title": "", "quantity": 0}, total=usd("1.00"))
    assert set(caught.value.errors) == {"store", "item.title", "item.quantity"}
    for field, texts in caught.value.errors.items():
        for text in texts:
            assert f"\n  {field}: {text}" in str(caught.value)


def test_a_deadline_and_a_window_are_instants(sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    dispute = disputed()
    sandbox.advance("P15D")
    with pytest.raises(Conflict) as late:
        sandbox.seller.refuse(dispute, reason="It was sent.")
    assert late.value.deadline == START + datetime.timedelta(days=15)
    assert "\n  deadline: 2026-03-17T09:00:00Z" in str(late.value)
    with pytest.raises(Conflict) as early:
        sandbox.buyer.open_dispute(
            sandbox.buyer.place_order(store=sandbox.seller.store, item={"title": "Lamp", "quantity": 1}, total=usd("64.00")),
            reason="damaged",
            remedy="refund",
            amount=usd("1.00"),
            explanation="So it is.",
        )
    raw = early.value.problem["window"]
    window = early.value.window
    assert (window is None) == (raw is None)
    if window is not None:
        assert [window.from_, window.until] == [raw[name] and datetime.datetime.fromisoformat(raw[name]) for name in ("from", "until")]


def test_each_status_has_an_exception_of_its_own(sandbox: Sandbox, emulator: Emulator, disputed: Callable[[], Dispute]) -> None:
    dispute = disputed()
    with pytest.raises(WrongRole):
        sandbox.mediator.place_order(store=sandbox.seller.store, item={"title": "Lamp", "quantity": 1}, total=usd("64.00"))
    with pytest.raises(NotFound):
        sandbox.accounts["mediator"].order(dispute.order)
    with pytest.raises(Unauthenticated):
        emulator.account("nobody")
    with pytest.raises(TooLarge):
        sandbox.buyer.send_message(dispute.order, "x" * 2_000_000)
    with pytest.raises(Malformed):
        sandbox.buyer.send_message(dispute.order, "")
    with pytest.raises(WrongType) as wrong_type:
        sandbox.buyer.upload_evidence(b"%PDF-1.7 nothing of the kind", name="crack.png")
    assert issubclass(WrongType, Refused)
    assert wrong_type.value.code


def test_every_status_that_the_rulebook_refuses_with_has_its_exception() -> None:
    known = {refusal.status for refusal in REFUSALS}
    # Those of HTTP itself come of raw calls alone.
    assert known - set(errors.BY_STATUS) <= {400, 405, 414, 431}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 413, 415, 418, 422, 500, 501, 503, 507])
def test_whatever_the_status_a_problem_is_a_refusal(status: int) -> None:
    body = {"type": "/problems/x", "title": "So it is.", "status": status, "code": "x"}
    given = httpx.Response(status, json=body, headers={"Content-Type": "application/problem+json; charset=utf-8"})
    with Emulator("http://test", transport=httpx.MockTransport(lambda _: given)) as emulator, pytest.raises(Refused) as caught:
        emulator.health()
    assert type(caught.value) is errors.BY_STATUS.get(status, Refused)
    assert str(caught.value) == f"GET /_emulator/health: {status} x\n  So it is."
    assert caught.value.allowed_actions == []
    assert caught.value.window is None
    assert {412: Changed, 500: Broken, 501: Refused, 503: Unavailable, 507: Unavailable}.get(status, Refused) in type(caught.value).__mro__


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("1", 1.0),
        ("120", 120.0),
        ("0", 0.0),
        ("Mon, 02 Mar 2026 09:00:00 GMT", None),
        ("-1", None),
        ("soon", None),
        ("²", None),
        (None, None),
    ],
)
def test_what_is_away_says_after_how_many_seconds_to_ask_again(header: str | None, seconds: float | None) -> None:
    headers = {"Content-Type": "application/problem+json"} | ({"Retry-After": header.encode("latin-1")} if header else {})  # type: ignore[dict-item]
    given = httpx.Response(503, json={"status": 503, "code": "database_busy"}, headers=headers)
    with Emulator("http://test", transport=httpx.MockTransport(lambda _: given)) as emulator, pytest.raises(Unavailable) as away:
        emulator.health()
    assert away.value.retry_after == seconds
    assert pickle.loads(pickle.dumps(away.value)).retry_after == seconds


def test_it_can_be_pickled_and_copied(sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    with pytest.raises(Refused) as caught:
        sandbox.buyer.escalate(disputed())
    no = caught.value
    for again in (pickle.loads(pickle.dumps(no)), copy.copy(no), copy.deepcopy(no)):
        assert type(again) is type(no)
        assert (str(again), again.problem, again.allowed_actions) == (str(no), no.problem, no.allowed_actions)
    for other in (Unreachable("Nobody."), Foreign("Somebody."), BrokenOff("Gone.")):
        assert str(pickle.loads(pickle.dumps(other))) == str(other)


def test_every_error_has_the_name_by_which_it_is_imported() -> None:
    there = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, EmulatorError)]
    assert there
    for error in there:
        assert error.__module__ == "dispute_emulator_client"
        assert pickle.loads(pickle.dumps(error)) is error
    shown = traceback.format_exception_only(Conflict(409, {"code": "too_late"}))
    assert shown[0].startswith("dispute_emulator_client.Conflict: 409 too_late")


def test_the_tree_that_is_drawn_is_the_tree() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    there = [name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, EmulatorError)]
    assert sorted([*drawn, "EmulatorError"]) == sorted(there)
    assert isinstance(Money, type)


# ── no answer, or nobody's ─────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def answering(*says: bytes) -> Iterator[str]:
    """Something on a port that says so, to one connection after another; and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            for said in says:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(10_000)
                    connection.sendall(said)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(5)
        assert not thread.is_alive()


def page(body: bytes, kind: bytes = b"text/html", status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, kind, len(body), body)


FOREIGN = {
    "a web page": page(b"<html>Welcome</html>"),
    "a web page that refuses": page(b"<html>Forbidden</html>", status=b"403 Forbidden"),
    "JSON of another kind": page(b'{"hello": "world"}', b"application/json"),
    "JSON that refuses in its own way": page(b'{"error": "no"}', b"application/json", b"400 Bad Request"),
    "a problem that is none": page(b"[]", b"application/problem+json", b"409 Conflict"),
    "another protocol": b"+OK who are you?\r\n\r\n",
}


@pytest.mark.parametrize("case", FOREIGN)
def test_somebody_else_at_the_address_is_said_to_be_somebody_else(case: str) -> None:
    with answering(FOREIGN[case]) as url, Emulator(url) as emulator, pytest.raises(Foreign, match=f"What answers at {url} is no emulator"):
        emulator.health()


def test_nobody_at_the_address_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with Emulator(url) as emulator, pytest.raises(Unreachable, match=f"Nobody answers at {url}: .*refused"):
        emulator.health()
    with Emulator("http://no-such-host.invalid") as emulator, pytest.raises(Unreachable):
        emulator.health()


@pytest.mark.parametrize(
    "says", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"], ids=["nothing", "half"]
)
def test_an_answer_that_breaks_off_is_asked_for_again_only_where_that_changes_nothing(says: bytes) -> None:
    with answering(says) as url, Emulator(url) as emulator, pytest.raises(BrokenOff, match=url):
        emulator.sandbox()
    with answering(says, says) as url, Emulator(url) as emulator, pytest.raises(BrokenOff, match=url):
        emulator.health()
    well = page(b'{"status": "ok", "version": "9", "database": "sqlite", "now": "2026-03-02T09:00:00Z"}', b"application/json")
    with answering(says, well) as url, Emulator(url) as emulator:
        assert emulator.health().version == "9"


def test_who_never_answers_is_given_up_after_the_timeout_but_a_jump_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with Emulator(url, timeout=0.2) as emulator, pytest.raises(BrokenOff, match="did not answer in time"):
            emulator.health()
    waits: dict[str, Any] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        waits[request.url.path.rpartition("/")[2]] = request.extensions["timeout"]["read"]
        return httpx.Response(404, json={"status": 404, "code": "x"}, headers={"Content-Type": "application/problem+json"})

    with Emulator("http://test", timeout=0.2, transport=httpx.MockTransport(answer)) as emulator:
        sandbox = Sandbox(emulator, None)
        sandbox._shown = lambda: type("Made", (), {"id": "sbx_1"})()  # type: ignore[method-assign]
        for call in (
            lambda: sandbox.advance("P1D"),
            lambda: sandbox.load(5),
            lambda: emulator.import_sandbox({}),
            lambda: sandbox.export(),
            lambda: sandbox.read_clock(),
            lambda: emulator.http.get("/raw").raise_for_status(),
        ):
            with pytest.raises((NotFound, httpx.HTTPStatusError)):
                call()
    assert waits == {"advance": None, "load": None, "import": None, "export": None, "clock": 0.2, "raw": 0.2}


# ── files ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_evidence_comes_from_a_path_or_from_bytes(sandbox: Sandbox, disputed: Callable[[], Dispute], tmp_path: Path) -> None:
    picture = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f64540"
        "0000000049454e44ae426082"
    )
    path = tmp_path / "crack of the shade ü.png"
    path.write_bytes(picture)
    buyer = sandbox.buyer
    given = [buyer.upload_evidence(path), buyer.upload_evidence(str(path)), buyer.upload_evidence(picture, name="crack.png")]
    given += [buyer.upload_evidence(picture), buyer.upload_evidence(path, name="other.png")]
    assert [file.name for file in given] == [path.name, path.name, "crack.png", "evidence", "other.png"]
    assert {file.media_type for file in given} == {"image/png"}
    assert all(buyer.evidence(file) == picture for file in given)
    dispute = buyer.edit(disputed(), evidence=given[:2])
    assert [file.id for file in dispute.evidence] == [file.id for file in given[:2]]
    assert sandbox.seller.evidence(given[0].id) == picture
    with pytest.raises(FileNotFoundError):
        buyer.upload_evidence(tmp_path / "none.png")
    with pytest.raises(NotFound):
        buyer.evidence("evd_none")


def test_a_fault_of_the_emulator_itself_is_said_to_be_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(**_: str) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setitem(app.view_functions, "health", breaks)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    transport = httpx.WSGITransport(app=app, raise_app_exceptions=False)
    with Emulator("http://localhost", transport=transport) as emulator, pytest.raises(Broken, match="itself is at fault"):
        emulator.health()
