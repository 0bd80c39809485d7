"""A branch, a snapshot and an exported world are of one instant, whoever writes while they are made."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from ..sandbox import Sandbox

WRITERS, ORDERS, COPIES = 3, 4, 12


@contextmanager
def busy(app: Flask, box: Sandbox) -> Iterator[list[int]]:
    """While the block runs, several threads write to the sandbox; gives the statuses of their answers."""
    stop, told = threading.Event(), list[int]()
    orders = [box.placed() for _ in range(ORDERS)]

    def write(number: int) -> None:
        mine = object.__new__(Sandbox)
        mine.__dict__.update(box.__dict__ | {"client": app.test_client(), "disputes": {}})
        for turn in range(10_000):
            if stop.is_set():
                break
            if number == 0:
                told.append(mine.ask("buyer", "place_order", item={"title": "Lamp", "quantity": 1}, total=TOTAL).status_code)
            else:
                told.append(mine.ask("seller", "extend_processing", orders[turn % ORDERS], days=1).status_code)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


TOTAL = {"amount": "10.00", "currency": "USD"}


@pytest.mark.parametrize("way", ["fork", "restore", "export"])
def test_a_copy_made_while_others_write_is_whole_and_can_be_gone_on_with(way: str, sandbox: Sandbox, app: Flask) -> None:
    client = sandbox.client
    copies = []
    with busy(app, sandbox) as told:
        for _ in range(COPIES):
            if way == "export":
                copies.append(client.get(f"{sandbox.path}/export").json)
            else:
                made = client.post(f"{sandbox.path}/snapshots" if way == "restore" else f"{sandbox.path}/fork")
                assert made.status_code == 201, made.text
                copies.append((made.json or {})["id"])
    assert set(told) <= {200, 201}, "nobody who wrote was refused"
    for copy in copies:
        if way == "export":
            made = client.post("/_emulator/sandboxes/import", json=copy)
        else:
            made = (
                client.post(f"{sandbox.path}/fork", json={"snapshot": copy})
                if way == "restore"
                else client.get(f"/_emulator/sandboxes/{copy}")
            )
        assert made.status_code in (200, 201), made.text
        shown = made.json or {}
        audit = client.get(f"/_emulator/sandboxes/{shown['id']}/audit").json or {}
        assert audit["ok"], audit["violations"][:3]


def test_an_audit_made_while_others_write_finds_nothing(sandbox: Sandbox, app: Flask) -> None:
    with busy(app, sandbox):
        for _ in range(COPIES):
            assert sandbox.audit()["violations"] == []
