"""A run's numbers as one document, and the page made from them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from loadtests.crowd.drawing import Series, lines, round_numbers, round_step
from loadtests.crowd.recording import Recording
from loadtests.crowd.report import page, written
from loadtests.crowd.summing import Looked, Sample, summed, targets

ACCOUNTS = ("outside", "escrow", "hold", "seller", "refunding", "refunded")


def books(**cents: int) -> list[dict[str, Any]]:
    return [{"currency": "USD"} | dict.fromkeys(ACCOUNTS, 0) | cents]


def covered(**hits: int) -> dict[str, Any]:
    told = [{"name": name, "rule": "ORD-1", "by": "buyer", "says": "So it is.", "hits": many} for name, many in hits.items()]
    met, missing = [entry for entry in told if entry["hits"]], [entry for entry in told if not entry["hits"]]
    return {"rows": {"met": met, "missing": missing}, "timers": {"met": [], "missing": []}}


def looked(sandbox: str, violations: tuple[str, ...] = (), **hits: int) -> Looked:
    audit = {
        "ok": not violations,
        "checked": {"orders": 2, "disputes": 1, "events": 9, "mails": 8},
        "violations": [{"order": "ord_1", "says": says} for says in violations],
        "books": books(outside=-5000, escrow=1000, seller=4000),
    }
    return Looked(sandbox, audit, covered(**hits), books(outside=-2000, escrow=2000))


def recorded(shape: str = "steady", *found: Looked) -> dict[str, Any]:
    """Ten seconds: a request in each, two in the last, of which one was overtaken."""
    recording = Recording()
    for second in range(10):
        recording.well(second, "orders", 2.0)
    recording.was_overtaken(9, "accept", "nothing_to_accept")
    samples = [Sample(float(second), second + 1, 100_000_000) for second in range(10)]
    run = {"shape": shape, "seconds": 10.0, "window": 1.0, "sandboxes": len(found), "users": 4, "host": "http://127.0.0.1:1"}
    run |= {"version": "0", "database": "sqlite", "started": "2026-01-01T00:00:00Z", "mix": None}
    return summed(run, recording, samples, found)


def test_the_document_adds_up_what_was_recorded_and_found() -> None:
    record = recorded("steady", looked("sbx_1", place_order=2, ship=0), looked("sbx_2", place_order=1, ship=0))
    assert (record["totals"]["requests"], record["totals"]["overtaken"], record["totals"]["per_second"]) == (11, 1, 1.1)
    assert [window["per_second"] for window in record["windows"]] == [1.0] * 9 + [2.0]
    assert [window["users"] for window in record["windows"]] == list(range(1, 11))
    assert [call["call"] for call in record["calls"]] == ["orders", "accept"]
    assert {row["name"]: row["hits"] for row in record["transitions"]["rows"]} == {"place_order": 3, "ship": 0}
    (dollars,) = record["money"]
    assert (dollars["paid"], dollars["escrow"], dollars["seller"]) == ("60.00", "-20.00", "80.00")
    assert record["memory"] == {"first": 100_000_000, "last": 100_000_000, "change": 0.0}
    assert record["well"]


def test_a_run_fails_where_an_audit_finds_a_violation() -> None:
    record = recorded("steady", looked("sbx_1", ("the ledger is not where the money lies",)))
    assert not record["well"]
    assert [target.wanted for target in targets(record) if target.missed] == ["audits ok"]


def test_page_and_numbers_are_written_beside_each_other_and_say_the_same(tmp_path: Path) -> None:
    record = recorded("soak", looked("sbx_1", place_order=2))
    path = written(record, tmp_path / "deep" / "report.html")
    assert json.loads(path.with_suffix(".json").read_text("utf-8")) == record
    assert path.read_text("utf-8") == page(record)


def test_the_page_needs_nothing_else_and_its_plots_can_be_read() -> None:
    told = page(recorded("steady", looked("sbx_1", ("<b>no</b>",), place_order=2, ship=0)))
    assert re.findall(r"<(?:script|link|img|iframe)\b|@import|url\(", told) == []
    plots = re.findall(r"<svg.*?</svg>", told, re.DOTALL)
    assert [ElementTree.fromstring(plot).findtext("title") for plot in plots][:4] == ["Throughput", "Users", "Latency", "Memory"]
    assert "&lt;b&gt;no&lt;/b&gt;" in told
    assert "<b>no</b>" not in told
    for words in ("audits ok", "Never: 1", "sbx_1", "nothing_to_accept", "prefers-color-scheme: dark"):
        assert words in told


def test_a_run_in_which_nothing_was_answered_has_a_page_too() -> None:
    run = {"shape": "ramp", "seconds": 0.0, "window": 1.0, "sandboxes": 0, "users": 4, "host": "http://127.0.0.1:1"}
    record = summed(run | {"version": None, "database": None, "started": ""}, Recording(), [], [])
    assert not record["well"]
    assert "nothing was asked" in page(record)


@pytest.mark.parametrize(("most", "step"), [(200.0, 50.0), (201.0, 100.0), (0.7, 0.2), (3.0, 1.0)])
def test_the_steps_of_an_axis_are_round_and_reach_what_is_shown(most: float, step: float) -> None:
    assert round_step(most) == pytest.approx(step)


def test_a_logarithmic_axis_holds_what_is_shown_between_round_numbers() -> None:
    assert round_numbers(1.7, 41.0) == [1, 2, 5, 10, 20, 50]
    assert round_numbers(2.0, 2.0) == [2, 5]


def test_where_a_value_is_missing_a_line_has_a_gap() -> None:
    drawn = lines([0, 1, 2, 3], [Series("rate", "rate", [1.0, 2.0, None, 4.0])], title="Rate")
    path = ElementTree.fromstring(drawn).find("path")
    assert path is not None
    assert path.attrib["d"].count("M") == 2
