"""Buyers, sellers and mediators: each has an account, sees orders and disputes, and does what the last answer allows.

They keep in mind the order or dispute they saw last, and take their next step from its `allowed_actions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

from emulator.pictures import picture

from .bodies import Seen, body_of, wants_evidence
from .choosing import next_step, worthiest
from .control import Seat
from .judging import Answer, Verdict, verdict
from .people import Call, Person, time_of

Json: TypeAlias = dict[str, Any]

# How often the next page of a list is looked at rather than the first.
TURNS_PAGE = 0.25
# How often somebody who has acted turns to something else.
TURNS_AWAY = 0.7
MOST_FILES = 5
LISTS = ("orders", "disputes")
# Among what can be done: to let it be, and to look instead.
NOTHING: Json = {"action": "nothing"}


class Trader(Person):
    """Somebody with an account, who has orders and disputes."""

    # How lists are asked for, by their call.
    filters: ClassVar[Mapping[str, Sequence[str]]] = {"orders": ("",), "disputes": ("",)}

    def sit(self, seat: Seat) -> None:
        super().sit(seat)
        self.focus: Json = {}
        self.now: datetime | None = None
        self.files: list[str] = []
        self._totals: dict[str, Json] = {}
        self._next_pages: dict[str, str] = {}

    # ── looking ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def ids(self) -> dict[str, str]:
        seen = super().ids() | {"rule": (self.focus.get("next_deadline") or {}).get("rule", "ORD-1")}
        files = [*self.files, *(entry["id"] for entry in self.focus.get("evidence", ()))]
        if files:
            seen["evidence"] = self.rng.choice(files)
        if store := self.focus.get("store") or self.seat.store:
            seen["store"] = store
        if order := self._order_id():
            seen["order"] = order
        if dispute := self._dispute_id():
            seen["dispute"] = dispute
        return seen

    def _order_id(self) -> str:
        return str(self.focus.get("order" if self._on_dispute() else "id", ""))

    def _dispute_id(self) -> str:
        return str(self.focus["id"] if self._on_dispute() else (self.focus.get("dispute") or {}).get("id", ""))

    def _on_dispute(self) -> bool:
        return "solutions" in self.focus

    def may_look(self, name: str) -> bool:
        """Who has nothing before him looks for something in a list; a claim is looked at where there is one."""
        if not self.focus:
            return name in LISTS
        return name != "claim" or bool(self.focus.get("claim"))

    def query(self, name: str) -> str:
        if name not in self.filters:
            return ""
        if (following := self._next_pages.pop(name, "")) and self.rng.random() < TURNS_PAGE:
            return following
        return self.rng.choice(self.filters[name])

    def take(self, name: str, answer: Answer) -> None:
        if not answer.ok:
            return
        if name in LISTS:
            for entry in answer.body["data"]:
                self._remember(entry)
            chosen = worthiest(answer.body["data"], self.habits.acts, self.rng)
            if chosen is not None:
                self.focus, self.now = chosen, time_of(answer)
            if cursor := answer.body["next_cursor"]:
                self._next_pages[name] = f"?cursor={cursor}"
        elif isinstance(answer.body, dict) and "allowed_actions" in answer.body:
            self._remember(answer.body)
            self.focus, self.now = answer.body, time_of(answer)

    def _remember(self, seen: Json) -> None:
        if "total" in seen:
            self._totals[seen["id"]] = seen["total"]

    # ── acting ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def act(self) -> bool:
        beside = self.beside()
        steps = [*self.focus.get("allowed_actions", ()), *({"action": name} for name in beside), NOTHING]
        step = next_step(steps, self.habits.acts, self.rng)
        if step is None or step is NOTHING:
            return False
        if step["action"] in beside:
            beside[step["action"]]()
            return True
        self.do(step)
        if self.rng.random() < TURNS_AWAY:
            self.focus = {}
        return True

    def beside(self) -> Mapping[str, Callable[[], None]]:
        """What can always be done, whatever was seen last."""
        return {}

    def do(self, step: Json) -> None:
        """Take an action, from a view of the very thing it is about: a refusal is judged by whether that still looks the same."""
        about = "dispute" if step["href"].startswith("/v1/disputes/") else "order"
        if (about == "dispute") is not self._on_dispute():
            found = self._look_at(about, step["href"].split("/")[3])
            step = next((entry for entry in found.get("allowed_actions", ()) if entry["action"] == step["action"]), {})
            if not step:
                return
        action, focus = step["action"], self.focus
        seen = self._seen()
        if wants_evidence(seen) and action == "answer" and not self.files:
            self.upload()
            seen = self._seen()
        body = None if step["method"] == "GET" else body_of(action, seen, self.rng)

        def judge(answer: Answer) -> Verdict:
            changed = not answer.ok and self._look_at(about, focus["id"]) != focus
            return verdict(action, answer, changed=changed)

        answer = self.line.send(Call(action, step["href"], step["method"], body, token=self.seat.token), judge)
        self.take(action, answer)

    def _look_at(self, what: str, known_as: str) -> Json:
        """One order or dispute as it is now; nothing where it is not shown."""
        answer = self.get(what, f"/v1/{what}s/{known_as}")
        self.take(what, answer)
        return answer.body if answer.ok else {}

    def _seen(self) -> Seen:
        if not self._on_dispute():
            return Seen(self.role, self.focus, {}, self.now, self.seat.store, self.files, self.seat.settings)
        dispute = self.focus
        if dispute["order"] not in self._totals:
            # A sum cannot be named before it is known of what; the dispute stays what is kept in mind.
            self._look_at("order", dispute["order"])
            self.focus = dispute
        order = {"total": self._totals.get(dispute["order"])}
        return Seen(self.role, order, dispute, self.now, self.seat.store, self.files, self.seat.settings)

    def upload(self) -> None:
        name = f"{self.rng.getrandbits(32):08x}.png"
        call = Call("upload_evidence", "/v1/evidence", "POST", file=(name, picture(name)), token=self.seat.token)
        answer = self.line.send(call, lambda answer: verdict(call.name, answer, changed=False))
        if answer.ok:
            self.files = [*self.files, answer.body["id"]][-MOST_FILES:]


class Buyer(Trader):
    """Orders, waits, disputes; he keeps his account, and may share it with others of the crowd."""

    role = "buyer"
    stays = True
    filters: ClassVar = {"orders": ("", "", "?in_dispute=true", "?status=awaiting_confirmation"), "disputes": ("",)}

    def sit(self, seat: Seat) -> None:
        super().sit(seat)
        self._stores: list[Json] = []

    def beside(self) -> Mapping[str, Callable[[], None]]:
        return {"place_order": self.order_something, "upload_evidence": self.upload}

    def take(self, name: str, answer: Answer) -> None:
        super().take(name, answer)
        if name == "stores" and answer.ok:
            self._stores = answer.body["data"]

    def order_something(self) -> None:
        """Order from some store; where that is refused, the stores are looked at anew."""
        if not self._stores:
            self.take("stores", self.get("stores", "/v1/stores"))
        if not self._stores:
            return
        store = self.rng.choice(self._stores)

        def judge(answer: Answer) -> Verdict:
            if answer.ok:
                return verdict("place_order", answer, changed=False)
            self._stores = []
            return verdict("place_order", answer, changed=self.get("store", f"/v1/stores/{store['id']}").body != store)

        body = body_of("place_order", Seen(self.role, store=store["id"]), self.rng)
        self.take("place_order", self.line.send(Call("place_order", "/v1/orders", "POST", body, token=self.seat.token), judge))


class Seller(Trader):
    """Ships and quarrels, today for one store and tomorrow for another."""

    role = "seller"
    filters: ClassVar = {
        "orders": ("?status=awaiting_shipment", "?status=awaiting_shipment", "?status=awaiting_shipment", "?in_dispute=true", ""),
        "disputes": ("?status=waiting_for_seller", "?status=mediating", "?status=returning", ""),
    }

    def beside(self) -> Mapping[str, Callable[[], None]]:
        return {"upload_evidence": self.upload}


class Mediator(Trader):
    """Asks and rules."""

    role = "mediator"
    filters: ClassVar = {"orders": ("",), "disputes": ("?status=mediating", "?status=mediating", "")}
