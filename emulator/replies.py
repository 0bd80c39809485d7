"""What calls answer, and requests that come with conditions: to be carried out once (Idempotency-Key), or only as seen (If-Match).

The first answer to a key is written in the transaction of what it answers, so it is there exactly if that has happened, whichever process
is asked next and whatever has crashed in between. Refusals are not kept: who mends a request may keep its key.

Keys and tokens are kept as hashes. An answer that gives out new tokens is kept without them; they are drawn from the key itself and from
a pepper that is kept beside the answer, so that only who knows the key is told them again.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b, sha256
from secrets import token_hex, token_urlsafe
from typing import Any, NamedTuple

from .domain import refusals
from .domain.refusals import Refused, Suggestion
from .encoding import entity_tag, from_json, ready_made, to_json
from .store import replies
from .store.database import Session
from .store.replies import Kept, Place

Json = dict[str, Any]
# How long an answer is kept, in the sandbox's own time.
KEPT_FOR = timedelta(hours=24)
# The world of what is done to a sandbox as a whole, with its id for the owner, or asked of none; and the owner where there is no account.
NO_WORLD, NOBODY = 0, ""


class Answer(NamedTuple):
    """What a call answers: a JSON value, the sandbox's time, and for what was made where it lies now."""

    body: Any
    now: datetime
    location: str | None = None


class Replayed(Exception):
    """The request has been answered before; `answer` is that answer, at today's time."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("replayed")
        self.answer = answer


class Once:
    """A request that is carried out once. `scope` is the token or the sandbox's id it came with, `said` all that it says."""

    __slots__ = ("_drawn", "_key", "_pepper", "_said", "_scope")

    def __init__(self, key: str, scope: str, said: bytes) -> None:
        self._key = key
        self._scope = scope
        self._said = blake2b(said, digest_size=16).digest()
        self._pepper = token_hex(16)
        self._drawn: list[str] = []

    def lock(self, session: Session) -> None:
        """Whoever comes with the same key waits here; for commands that lock nothing that they all share."""
        replies.lock(session, sha256(f"{self._scope}\n{self._key}".encode()).hexdigest())

    def replay(self, session: Session, world: int, owner: str, now: datetime) -> Json | None:
        """The plan of a request that was under way when it was cut off, or None.

        Raises Replayed where it has been answered, and Refused where the key came with another.
        """
        kept = replies.find(session, self._place(world, owner))
        if kept is None or now - kept.at >= KEPT_FOR:
            return None
        if kept.fingerprint != self._said:
            raise Refused(refusals.IDEMPOTENCY_KEY_REUSED)
        plan: Json = from_json(kept.plan or "{}")
        if kept.body is None:
            return plan
        text = kept.body
        for number, name in enumerate(plan.get("drawn", ())):
            text = text.replace(_mark(plan["pepper"], number), self._token(plan["pepper"], name))
        raise Replayed(Answer(ready_made(text), now, kept.location))

    def plan(self, session: Session, world: int, owner: str, now: datetime, plan: Json) -> None:
        """The request is under way and goes on as planned, even if it is cut off and comes again."""
        replies.keep(session, self._place(world, owner), Kept(self._said, now, to_json(plan).decode(), None, None))

    def keep(self, session: Session, world: int, owner: str, now: datetime, answer: Answer) -> None:
        """The request is answered, if the transaction is committed."""
        text, plan = to_json(answer.body).decode(), None
        for number, name in enumerate(self._drawn):
            text = text.replace(self._token(self._pepper, name), _mark(self._pepper, number))
        if self._drawn:
            plan = to_json({"pepper": self._pepper, "drawn": self._drawn}).decode()
        replies.forget(session, world, owner, now, KEPT_FOR)
        replies.keep(session, self._place(world, owner), Kept(self._said, now, plan, answer.location, text))

    def draw(self, name: str) -> str:
        """A token that nobody can guess, and that can be told again to whoever knows the key."""
        self._drawn.append(name)
        return self._token(self._pepper, name)

    def _token(self, pepper: str, name: str) -> str:
        drawn = blake2b(f"{pepper}/{name}".encode(), key=sha256(self._key.encode()).digest(), digest_size=24).digest()
        return f"tok_{urlsafe_b64encode(drawn).decode()}"

    def _place(self, world: int, owner: str) -> Place:
        return Place(world, owner, sha256(self._key.encode()).hexdigest())


def _mark(pepper: str, number: int) -> str:
    """What stands for a token in an answer that is kept. The pepper is in no other text."""
    return f"{pepper}:{number}:"


class Conditions(NamedTuple):
    """What a request comes with: `once`, and the tags of which one must be that of what it is about; None for no such condition."""

    once: Once | None = None
    match: frozenset[str] | None = None

    def replay(self, session: Session, world: int, owner: str, now: datetime) -> Json | None:
        return None if self.once is None else self.once.replay(session, world, owner, now)

    def keep(self, session: Session, world: int, owner: str, now: datetime, answer: Answer) -> Answer:
        """The same answer, which is kept if the request is to be carried out once."""
        if self.once is not None:
            self.once.keep(session, world, owner, now, answer)
        return answer

    def draw(self, name: str) -> str:
        """A new token that nobody can guess; no other that the request asks for has this name."""
        return f"tok_{token_urlsafe(24)}" if self.once is None else self.once.draw(name)

    def lock(self, session: Session) -> None:
        if self.once is not None:
            self.once.lock(session)


def must_match(match: frozenset[str], shown: Json, call: str, ids: Mapping[str, str]) -> None:
    """Raises Refused unless what is shown now has one of these tags; `call` and `ids` say where it is read again."""
    if "*" not in match and entity_tag(to_json(shown)) not in match:
        raise Refused(refusals.PRECONDITION_FAILED, instead=Suggestion(call, ids))


UNCONDITIONAL = Conditions()
