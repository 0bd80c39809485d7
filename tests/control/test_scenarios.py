"""A scenario stands where its story stands, as far as anybody can see; and the call that it says comes next goes through."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from emulator import staging
from emulator.app import create_app
from emulator.control import scenarios
from emulator.encoding import to_json
from emulator.player import CoreStage, Play, Tale, instant, named_steps, read_story, story_ids, tales_of

from ..conftest import MakeSandbox
from ..curl import HERE, curl
from ..dumping import dump
from ..sandbox import Json, Sandbox
from ..stories.stage import HttpStage

TALES = [tale for story in story_ids() for tale in tales_of(story)]
SATURDAY = "2026-03-07T10:00:00Z"


class Guest(Sandbox):
    """A sandbox as the parties of one scenario know it; `who` is a part."""

    def __init__(self, host: Sandbox, played: Json) -> None:
        self.client, self.id, self.path, self.made = host.client, host.id, host.path, played
        self.tokens = {account["role"]: account["token"] for account in played["accounts"]}
        self.ids = {account["role"]: account["id"] for account in played["accounts"]}
        self.store = next(account["store"] for account in played["accounts"] if account["store"])
        self.disputes = {entry["order"]: entry["dispute"] for entry in played["orders"] if entry["dispute"]}
        self.orders = {entry["alias"]: entry["order"] for entry in played["orders"]}


class GuestStage(HttpStage):
    """What the parties of a scenario see, under the roots of a tale's paths."""

    def __init__(self, guest: Guest) -> None:
        self.sandbox = guest


def ask(host: Sandbox, story: str, **body: Any) -> TestResponse:
    """Ask for a scenario, whatever the answer."""
    return host.client.post(f"{host.path}/scenarios/{story}", json=body)


def play(host: Sandbox, story: str, **body: Any) -> Guest:
    """Play a scenario; it must be played."""
    answer = ask(host, story, **{name: value for name, value in body.items() if value is not None})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == host.path
    return Guest(host, answer.json or {})


# ── every story ────────────────────────────────────────────────────────────────────────────────────────────────────────

_ID = re.compile(r"\b[a-z]{3}_[a-z2-7]{16}\b")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def timeless(value: Any, story: str) -> Any:
    """What is shown, without the dates, the ids and the names that are another's each time."""
    text = _INSTANT.sub("an instant", _ID.sub("an id", json.dumps(value, default=str)))
    return json.loads(re.sub(rf"(buyer|seller|mediator)@{story}(\.\d+)?", r"\1", text))


def seen(stage: CoreStage | HttpStage, orders: Mapping[str, str], story: str, all_of_it: bool) -> Iterator[tuple[str, Any]]:
    """What the parties of a tale see: where the orders stand and what each may do, or just everything."""
    roots = [("order", "buyer"), ("order", "seller"), ("dispute", "buyer"), ("history", "buyer")]
    if all_of_it:
        roots += [("dispute", "seller"), ("payment", "seller"), ("messages", "seller")]
    for alias, order in orders.items():
        for root, asker in roots:
            yield f"{alias}: {root} for the {asker}", timeless(plain(stage.show(root, asker, order)), story)
    if all_of_it:
        for asker, purses in (("buyer", ("refunded",)), ("seller", ("balance", "held"))):
            yield f"the {asker}'s money", [stage.show(asker, asker, None)[purse] for purse in purses]
        yield "mails", stage.show("mails", "buyer", None)
        yield "whether the store is closed", stage.show("store", "buyer", None)["closed_at"] is not None


def plain(value: Any) -> Any:
    """As JSON has it."""
    return json.loads(to_json(value))


def named(tale: Tale) -> str:
    return f"{tale.story}-{tale.ruleset}-{tale.name}"


@pytest.mark.parametrize("tale", TALES, ids=named)
def test_a_tale_stands_at_each_of_its_steps_and_the_next_call_goes_through(tale: Tale, shared_client: FlaskClient, database: str) -> None:
    steps = [step["name"] for step in named_steps(tale.steps)] if database == "sqlite" else []
    # Another day of the week for the next tale.
    day = instant("2026-05-01T10:07:31Z") + timedelta(days=TALES.index(tale))
    host = Sandbox(shared_client, now=day.strftime("%Y-%m-%dT%H:%M:%SZ"), ruleset=tale.ruleset, settings=dict(tale.settings))
    for step in (*steps, None):
        before = instant(host.now())
        guest = play(host, tale.story, tale=tale.name, step=step)
        made = guest.made
        assert (made["story"], made["tale"], made["step"]) == (tale.story, tale.name, step)
        assert before <= instant(made["clock"]["now"]) <= before + timedelta(days=3)

        core = CoreStage(tale)
        told = Play(tale, core)
        list(told.play(step))
        assert guest.orders.keys() == told.orders.keys()
        stage = GuestStage(guest)
        shown = dict(seen(stage, guest.orders, tale.story, all_of_it=step is None))
        for what, wanted in seen(core, told.orders, tale.story, all_of_it=step is None):
            assert shown[what] == wanted, f"{what}, after {step}"

        answer = curl(shared_client, made["next"]["curl"])
        assert answer.status_code in (200, 201), f"after {step}: {made['next']}: {answer.text}"
        assert made["next"]["says"]
    report = host.audit()
    assert report["ok"] is True, report["violations"]
    assert report["checked"]["orders"] >= len(steps)


# ── the list ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_story_is_listed_with_its_tales_and_the_steps_that_have_names(shared_client: FlaskClient) -> None:
    found, cursor = list[Json](), ""
    while cursor is not None:
        page = shared_client.get(f"/_emulator/scenarios?limit=10{cursor and '&cursor='}{cursor}").json or {}
        assert len(page["data"]) <= 10
        found += page["data"]
        cursor = page["next_cursor"]
    assert [story["id"] for story in found] == story_ids()
    for story in found:
        read = read_story(story["id"])
        assert story == {name: read[name] for name in ("id", "title", "source", "tells")} | {"tales": story["tales"]}
        assert [tale["name"] for tale in story["tales"]] == [tale["name"] for tale in read["tales"]]
        for tale in story["tales"]:
            told = next(t for t in tales_of(story["id"]) if t.name == tale["name"])
            assert (tale["settings"], told.ruleset in tale["rulesets"]) == (told.settings, True)
            assert [step["name"] for step in tale["steps"]] == [step["name"] for step in named_steps(told.steps)]


def test_the_steps_of_a_repetition_are_listed_one_by_one() -> None:
    repeated = {"repeat": 2, "steps": [{"wait": "P1D", "name": "day-{n}"}]}
    assert [step["name"] for step in named_steps([repeated, {"wait": "P1D"}])] == ["day-1", "day-2"]


# ── accounts, ids and tokens ───────────────────────────────────────────────────────────────────────────────────────────


def test_each_scenario_brings_accounts_of_its_own(sandbox: Sandbox) -> None:
    first, second, other = play(sandbox, "S14"), play(sandbox, "S14"), play(sandbox, "S06")
    names = [[account["name"] for account in guest.made["accounts"]] for guest in (first, second, other)]
    assert names[0] == ["buyer@S14", "seller@S14", "mediator@S14"]
    assert names[1] == ["buyer@S14.2", "seller@S14.2", "mediator@S14.2"]
    assert names[2] == ["buyer@S06", "seller@S06", "mediator@S06"]
    for guest in (first, second, other):
        for part in guest.tokens:
            me = guest.get(part, "/v1/me")
            assert (me["id"], me["role"], me.get("store")) == (guest.ids[part], part, guest.store if part == "seller" else None)
    assert second.call("buyer", "GET", f"/v1/orders/{first.orders['order']}").status_code == 404
    assert sandbox.call("buyer", "GET", f"/v1/orders/{first.orders['order']}").status_code == 404
    assert sandbox.get("buyer", "/v1/orders")["data"] == []
    listed = {account["name"] for account in sandbox.control("GET")["accounts"]}
    assert listed == {"buyer", "seller", "mediator", *(name for of in names for name in of)}


def test_a_guest_can_go_on_trading_after_the_story(sandbox: Sandbox) -> None:
    """The account's numbers go on where the story left them, so no id comes twice."""
    guest = play(sandbox, "S08")
    order = guest.disputed(evidence=[guest.evidence("buyer")])
    assert order not in guest.orders.values()
    assert sandbox.audit()["ok"] is True


def test_the_same_seed_and_calls_give_the_same_ids_and_tokens(new_database: Callable[[str], str], database: str) -> None:
    told = []
    for _ in range(2):
        app = create_app(new_database(database), demo=False)
        box = Sandbox(app.test_client(), seed="the same")
        told.append([play(box, story, step=step).made for story, step in (("S14", "cancelled"), ("S20", None), ("S14", None))])
        app.extensions["dispute_emulator"].close()
    assert told[0] == told[1]
    assert len({account["token"] for made in told[0] for account in made["accounts"]}) == 9


def test_without_a_seed_nobody_can_guess_a_token(make_sandbox: MakeSandbox) -> None:
    one, other = play(make_sandbox(), "S14"), play(make_sandbox(), "S14")
    assert not {*one.tokens.values(), *one.ids.values()} & {*other.tokens.values(), *other.ids.values()}
    assert all(len(token) > 32 for token in one.tokens.values())


@pytest.mark.parametrize("seed", ["s", None])
def test_a_scenario_can_be_played_again_after_a_reset(make_sandbox: MakeSandbox, seed: str | None) -> None:
    box = make_sandbox(**{} if seed is None else {"seed": seed})
    first = play(box, "S14", step="opened")
    box.control("POST", "/reset", json={})
    assert first.call("buyer", "GET", "/v1/me").status_code == 401
    again = play(box, "S14", step="opened")
    assert (again.ids, again.orders, again.disputes) == (first.ids, first.orders, first.disputes)
    assert again.get("buyer", "/v1/me")["name"] == "buyer@S14"


@pytest.mark.parametrize("seed", ["s", None])
def test_a_scenario_can_be_played_again_after_going_back_to_a_snapshot(make_sandbox: MakeSandbox, seed: str | None) -> None:
    box = make_sandbox(**{} if seed is None else {"seed": seed})
    kept = box.client.post(f"{box.path}/snapshots", json={}).json or {}
    for _ in range(2):
        guest = play(box, "S14", step="opened")
        assert guest.get("buyer", "/v1/me")["name"] == "buyer@S14"
        box.control("POST", f"/snapshots/{kept['id']}/restore", json={})


def test_two_scenarios_may_hold_the_same_picture(sandbox: Sandbox) -> None:
    for guest in (play(sandbox, "S08"), play(sandbox, "S08")):
        attached = [entry for order in guest.orders.values() for entry in guest.dispute(order)["evidence"]]
        assert attached
        for entry in attached:
            answer = guest.call("buyer", "GET", f"/v1/evidence/{entry['id']}")
            assert answer.status_code == 200
            assert answer.data.startswith(b"\x89PNG")


# ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def timeline(box: Sandbox, order: str) -> list[Json]:
    """All that has happened to an order, oldest first."""
    page = box.control("GET", f"/timeline?order={order}&limit=1000")
    assert page["next_cursor"] is None
    entries: list[Json] = page["data"]
    return entries


@pytest.mark.parametrize("story", ["S02", "S10", "S14", "S20", "S25"])
def test_all_that_happened_lies_in_the_past_and_in_its_order(make_sandbox: MakeSandbox, story: str) -> None:
    box = make_sandbox(now=SATURDAY, ruleset=tales_of(story)[0].ruleset)
    guest = play(box, story)
    now = box.now()
    assert guest.made["clock"] == {"mode": "frozen", "now": now}
    for order in guest.orders.values():
        at = [entry["at"] for entry in timeline(box, order)]
        assert at == sorted(at)
        assert at[0] == guest.order(order)["placed_at"]
        assert at[-1] <= now
    mails = [mail["at"] for mail in guest.get("buyer", "/v1/mailbox?limit=100")["data"]]
    assert mails == sorted(mails, reverse=True)
    assert mails[0] <= now
    assert guest.get("buyer", f"/v1/stores/{guest.store}")["opened_at"] <= mails[-1]


def test_where_no_start_leads_to_a_saturday_the_clock_goes_on_to_the_monday_and_fires_what_is_due(make_sandbox: MakeSandbox) -> None:
    """An answer is due on a business day. What the sandbox's others wait for comes to pass on the way."""
    box = make_sandbox(now="2026-03-01T10:00:00Z")
    unshipped = box.placed()
    assert box.advance(to=SATURDAY) == []
    guest = play(box, "S10", tale="the seller is silent, about an exchange", step="decided")
    assert guest.made["clock"] == {"mode": "frozen", "now": "2026-03-09T10:00:00Z"}
    assert box.now() == "2026-03-09T10:00:00Z"
    assert box.order(unshipped)["status"] == "cancelled"
    assert timeline(box, unshipped)[-1]["at"] == "2026-03-08T10:00:00Z"
    assert timeline(box, guest.orders["order"])[-1]["at"] == "2026-03-09T10:00:00Z"


@pytest.mark.parametrize("how", [{"now": None, "frozen": False}, {"now": SATURDAY, "frozen": False}], ids=["real", "shifted"])
def test_a_running_clock_goes_on_as_it_was(make_sandbox: MakeSandbox, how: Json) -> None:
    box = make_sandbox(**how)
    before = box.control("GET", "/clock")
    guest = play(box, "S14", tale="closed for a promise", step="cancelled")
    after = box.control("GET", "/clock")
    assert guest.made["clock"]["mode"] == before["mode"] == after["mode"]
    assert before["now"] <= guest.made["clock"]["now"] <= after["now"]
    assert instant(after["now"]) - instant(before["now"]) < timedelta(minutes=1)
    assert curl(box.client, guest.made["next"]["curl"]).status_code == 200


def test_at_the_end_of_time_no_story_can_stand_on_a_later_day(make_sandbox: MakeSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if dates ended with a Saturday, the 31st of December 2022."""
    monkeypatch.setattr(scenarios, "LAST_INSTANT_YEAR", 2023)
    box = make_sandbox(now="2022-12-31T10:00:00Z")
    answer = ask(box, "S10", tale="the seller is silent, about an exchange", step="decided")
    assert (answer.status_code, (answer.json or {})["code"]) == (422, "clock_too_far")
    assert box.now() == "2022-12-31T10:00:00Z"
    assert play(box, "S10", tale="the seller is silent, about an exchange", step="asked")


# ── which tale ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_tale_the_first_that_fits_the_sandboxs_rules_is_played(make_sandbox: MakeSandbox) -> None:
    assert play(make_sandbox(), "S14").made["tale"] == "closed for a promise"
    assert play(make_sandbox(ruleset="legacy"), "S14").made["tale"] == "closed for a promise, by the older book"
    three = make_sandbox(settings={"store_close_count": 3, "store_close_counts": "marks"})
    assert play(three, "S20").made["tale"] == "where only marks are counted"


def test_settings_fit_by_what_they_come_to_not_by_how_they_were_asked_for(make_sandbox: MakeSandbox) -> None:
    assert play(make_sandbox(settings={"edits_max": 4, "negotiation_days": 15}), "S14").made["tale"] == "closed for a promise"


def test_a_step_is_named_in_the_answer_and_the_end_has_no_name(sandbox: Sandbox) -> None:
    assert play(sandbox, "S14", step="cancelled").made["step"] == "cancelled"
    assert play(sandbox, "S14").made["step"] is None


@pytest.mark.parametrize(
    ("story", "body", "status", "code", "says"),
    [
        ("S99", {}, 404, "not_found", None),
        ("S1", {}, 404, "not_found", None),
        ("..", {}, 404, None, None),
        (
            "S14",
            {"tale": "kept shut"},
            422,
            "no_such_tale",
            "“closed for a promise”, “kept open”, “closed for a promise, by the older book”",
        ),
        ("S14", {"step": "flown"}, 422, "no_such_tale", "“ordered”, “shipped”, “lost”"),
        ("S14", {"tale": "closed for a promise, by the older book"}, 409, "tale_of_other_rules", '{"ruleset": "legacy", "settings": {}}'),
        ("S25", {}, 409, "tale_of_other_rules", '{"ruleset": "legacy", "settings": {}}'),
        ("S20", {"tale": "where only marks are counted"}, 409, "tale_of_other_rules", '"store_close_counts": "marks"'),
        ("S14", {"tale": 14}, 422, "malformed", "tale"),
        ("S14", {"stop": "cancelled"}, 422, "malformed", "stop"),
    ],
    ids=["story", "short", "path", "tale", "step", "ruleset", "all rulesets", "settings", "number", "field"],
)
def test_what_cannot_be_played_is_refused_and_leaves_no_trace(
    sandbox: Sandbox, story: str, body: Json, status: int, code: str | None, says: str | None
) -> None:
    before = dump(sandbox.client.application)
    answer = ask(sandbox, story, **body)
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    problem = answer.json or {}
    assert code in (None, problem["code"])
    assert (says or "") in problem["detail"] + json.dumps(problem.get("errors"), ensure_ascii=False)
    assert dump(sandbox.client.application) == before


def test_the_rules_that_a_refusal_names_make_a_sandbox_in_which_the_tale_can_be_played(make_sandbox: MakeSandbox) -> None:
    answer = ask(make_sandbox(), "S20", tale="where only marks are counted")
    wanted = json.loads(re.findall(r"Make one with (\{.*?\}\})", (answer.json or {})["detail"])[0])
    assert play(make_sandbox(**wanted), "S20", tale="where only marks are counted")


def test_a_sandbox_that_is_not_there_plays_nothing(client: FlaskClient) -> None:
    assert client.post("/_emulator/sandboxes/sbx_none/scenarios/S14", json={}).status_code == 404


# ── the next call ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_next_call_is_the_storys_own_act_with_the_ids_there_are(sandbox: Sandbox) -> None:
    guest = play(sandbox, "S14", tale="closed for a promise", step="promise")
    assert guest.made["next"] == {
        "by": "buyer",
        "action": "cancel",
        "says": "The buyer closes.",
        "curl": f"curl -X POST {HERE}/v1/disputes/{guest.disputes[guest.orders['order']]}/cancel"
        f" -H 'Authorization: Bearer {guest.tokens['buyer']}' -H 'Content-Type: application/json'"
        """ -d '{"reason": "valid_tracking_received", "comment": "The seller is sending another set. I trust him.", "confirm": true}'""",
    }


def test_where_the_story_waits_the_next_call_moves_the_clock(sandbox: Sandbox) -> None:
    following = play(sandbox, "S14", tale="closed for a promise", step="asks").made["next"]
    assert (following["by"], following["action"]) == ("time", "advance")
    assert following["says"] == "Messages go out. None comes back."
    assert following["curl"].startswith(f"curl -X POST {HERE}{sandbox.path}/clock/advance -H 'Content-Type: application/json' -d ")


def test_the_carrier_is_spoken_for_by_the_control_plane(sandbox: Sandbox) -> None:
    guest = play(sandbox, "S10", tale="no answer", step="shipped")
    assert curl(sandbox.client, guest.made["next"]["curl"]).status_code == 200
    guest = play(sandbox, "S10", tale="the seller is silent, about an exchange", step="sent-back")
    assert curl(sandbox.client, guest.made["next"]["curl"]).status_code == 200


def test_the_address_is_the_one_that_was_asked(sandbox: Sandbox) -> None:
    answer = sandbox.client.post(f"{sandbox.path}/scenarios/S14", json={}, base_url="https://emulator.test:8443")
    assert " https://emulator.test:8443/v1/" in (answer.json or {})["next"]["curl"]


def test_a_shell_reads_the_line_as_it_is_meant(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    nasty = 'It\'s $HOME, `date` and "so on"\\; né\nA second line & more'
    monkeypatch.setattr(staging, "EXAMPLES", {"review": {"stars": 4, "text": nasty}})
    guest = play(sandbox, "S14", tale="kept open")
    line = guest.made["next"]["curl"]
    assert "\n" not in line
    shell = subprocess.run(["sh", "-c", f"curl() {{ printf '%s\\0' \"$@\"; }}\n{line}"], capture_output=True, check=True, text=True)
    words = shell.stdout.split("\0")[:-1]
    assert words == shlex.split(line)[1:]
    assert json.loads(words[-1])["text"] == nasty
    assert curl(sandbox.client, line).status_code == 200
