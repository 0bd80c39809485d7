"""The program over HTTP as a stage: the same tales, steps and expectations as on the pure core, asked of the real endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from emulator.domain.refusals import Refusal, Refused
from emulator.player import Line, StoryFault, Tale, instant

from ..sandbox import CALLS, Sandbox

MOST = 100


class HttpStage:
    """A tale's stage: a frozen sandbox of the world `empty`, with the tale's rules and start."""

    def __init__(self, client: FlaskClient, tale: Tale, seed: str | None = None) -> None:
        self.sandbox = Sandbox(
            client,
            now=tale.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            seed=seed or f"story/{tale.story}/{tale.name}/{tale.ruleset}"[:100],
            ruleset=tale.ruleset,
            settings=dict(tale.settings),
        )

    def now(self) -> datetime:
        return instant(self.sandbox.now())

    def act(self, by: str, action: str, order: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self._send(by, action, order, body)
        if answer.status_code not in (200, 201):
            raise _refused(answer)
        shown = answer.json or {}
        made = None
        if answer.status_code == 201:
            made = shown["id"]
            assert answer.headers["Location"].startswith("/v1/"), answer.headers
        elif action in ("edit", "refuse", "offer"):
            made = next((s["id"] for s in reversed(shown["solutions"]) if s["by"] == by), None)
        if action == "open_dispute" and order is not None:
            self.sandbox.disputes[order] = shown["id"]
        of = shown["id"] if action == "place_order" else order
        return {"made": made, "order": of, "lines": [Line(self.now(), by, action, action, None)]}

    def wait(self, to: datetime) -> list[Line]:
        fired = self.sandbox.advance(to=to.strftime("%Y-%m-%dT%H:%M:%SZ"))
        return [Line(instant(timer["at"]), "system", timer["says"], timer["says"], timer["rule"]) for timer in fired]

    def show(self, root: str, asker: str, order: str | None) -> Any:
        box = self.sandbox
        dispute = box.disputes.get(order or "")
        match root:
            case "order":
                return self._look(asker, f"/v1/orders/{order}")
            case "dispute":
                return dispute and self._look(asker, f"/v1/disputes/{dispute}")
            case "payment":
                return self._look(asker, f"/v1/orders/{order}/payment")
            case "allowed":
                shown = self._look(asker, f"/v1/orders/{order}")
                return [] if shown is None else [entry["action"] for entry in shown["allowed_actions"]]
            case "history":
                events = self._all(asker, f"/v1/disputes/{dispute}/history") if dispute else []
                return {"actions": [e["action"] for e in events], "rules": [e["rule"] for e in events]}
            case "messages":
                return [message["text"] for message in self._all(asker, f"/v1/orders/{order}/messages")]
            case "mails":
                return {who: len(self._all(who, "/v1/mailbox")) for who in box.tokens}
            case "buyer" | "seller":
                me = box.get(root, "/v1/me")
                names = {"buyer": ("refunded",), "seller": ("balance", "held")}[root]
                return {name: me[name][0]["amount"] if me[name] else "0.00" for name in names}
            case "operations":
                return self._all("buyer", "/v1/operations")
            case "store":
                return box.get(asker, f"/v1/stores/{box.store}")
            case _:
                raise StoryFault(f"there is nothing to see under {root!r}")

    def _send(self, by: str, action: str, order: str | None, body: Mapping[str, Any]) -> TestResponse:
        if action == "upload_evidence":
            return self.sandbox.upload(by, body["name"])
        assert action in CALLS, f"the contract has no call for {action}"
        return self.sandbox.ask(by, action, order, **body)

    def _look(self, asker: str, path: str) -> Any:
        """What the asker is shown there, or None where it is a 404 to him."""
        answer = self.sandbox.call(asker, "GET", path)
        assert answer.status_code in (200, 404), answer.text
        return answer.json if answer.status_code == 200 else None

    def _all(self, asker: str, path: str) -> list[Any]:
        """Every entry of a list, page by page."""
        entries: list[Any] = []
        cursor = ""
        while True:
            page = self.sandbox.get(asker, f"{path}?limit={MOST}{cursor}")
            entries += page["data"]
            if page["next_cursor"] is None:
                return entries
            cursor = f"&cursor={page['next_cursor']}"


def _refused(answer: TestResponse) -> Refused:
    """A refusal rebuilt from its answer alone."""
    assert answer.mimetype == "application/problem+json", answer.text
    body = answer.json or {}
    assert body["status"] == answer.status_code
    assert body["type"] == f"/problems/{body['code']}"
    refusal = Refusal(body["code"], answer.status_code, body["rule"], body["title"], "")
    return Refused(refusal, rule=body["rule"], detail=body["detail"])
