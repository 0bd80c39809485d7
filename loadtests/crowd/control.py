"""The control plane, as the crowd's leader speaks to it: sandboxes are made before a run, looked over and deleted after it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, TypeAlias

import httpx

Json: TypeAlias = dict[str, Any]

START = "2026-03-02T09:00:00Z"
# A crowd disputes so much that every store would be closed before long, and then nobody could order any more.
SETTINGS = {"store_close_count": 1_000_000}
RULESETS = ("standard", "legacy")
# An audit looks at every order there is.
PATIENCE_SECONDS = 300.0
_MEMORY = re.compile(r"^process_resident_memory_bytes ([0-9.e+]+)$", re.MULTILINE)


class ControlError(RuntimeError):
    """The control plane is not there, or has refused."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where somebody acts: a sandbox, and for whoever has one his account there with its token."""

    sandbox: str
    settings: Json
    token: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which sandboxes are wanted. `ruleset` may be `both`: they take turns. With a seed they are the same each time."""

    count: int
    world: str = "small"
    ruleset: str = "both"
    frozen: bool = True
    seed: str | None = None


class Control:
    """One server's control plane, through a client that has its address and perhaps its key."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    @classmethod
    def at(cls, host: str, key: str | None) -> Control:
        headers = {} if key is None else {"X-Emulator-Key": key}
        return cls(httpx.Client(base_url=host, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False))

    def close(self) -> None:
        self._client.close()

    def make(self, wish: Wish) -> Iterator[Json]:
        """Sandboxes with their accounts and tokens, one after another. Raises ControlError."""
        for number in range(wish.count):
            ruleset = RULESETS[number % 2] if wish.ruleset == "both" else wish.ruleset
            body = {"name": f"load {number + 1}", "world": wish.world, "ruleset": ruleset, "settings": SETTINGS, "now": START}
            seed = {} if wish.seed is None else {"seed": f"{wish.seed} {number + 1}"}
            yield self._ask("POST", "/_emulator/sandboxes", body | {"frozen": wish.frozen} | seed)

    def audit(self, sandbox: str) -> Json:
        return self._ask("GET", f"/_emulator/sandboxes/{sandbox}/audit")

    def coverage(self, sandbox: str) -> Json:
        return self._ask("GET", f"/_emulator/coverage?sandbox={sandbox}")

    def delete(self, sandbox: str) -> None:
        self._ask("DELETE", f"/_emulator/sandboxes/{sandbox}")

    def version(self) -> Json:
        """What runs there: `version` and `database`."""
        return self._ask("GET", "/_emulator/health")

    def memory(self) -> int | None:
        """The resident bytes of all the server's processes, or None where it does not know."""
        found = _MEMORY.search(self._send("GET", "/metrics").text)
        return None if found is None else int(float(found[1]))

    def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self._send(method, path, body)
        shown: Json = answer.json() if answer.content else {}
        return shown

    def _send(self, method: str, path: str, body: Json | None = None) -> httpx.Response:
        try:
            answer = self._client.request(method, path, json=body)
        except httpx.TransportError as problem:
            raise ControlError(f"{method} {path}: {type(problem).__name__} {problem}") from None
        if answer.status_code >= 400:
            raise ControlError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer


def seats(sandboxes: Sequence[Json], role: str) -> list[Seat]:
    """Where the people of a role can sit, so ordered that neighbours sit in different sandboxes.

    Roles without accounts, which speak through the control plane, have one seat in each.
    """
    rows = []
    for sandbox in sandboxes:
        accounts = [account for account in sandbox["accounts"] if account["role"] == role]
        row = [Seat(sandbox["id"], sandbox["settings"], account["token"], account["store"] or "") for account in accounts]
        rows.append(row or [Seat(sandbox["id"], sandbox["settings"])])
    return [seat for column in zip_longest(*rows) for seat in column if seat is not None]
