"""What came back, made out: an answer, a refusal, or something that no emulator says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from .errors import BrokenOff, EmulatorError, Foreign, Unreachable, refusal

T = TypeVar("T")
_LONGEST_EXCERPT = 80
# How httpx words an end of the connection; what else it calls an error of the protocol is no HTTP at all.
_HUNG_UP = ("disconnected", "closed")


def checked(response: httpx.Response, base_url: str) -> httpx.Response:
    """The same response, which must be a success; raises Refused with what the emulator says, Foreign where no emulator would say so."""
    if response.is_success:
        return response
    request = response.request
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
    problem = _json(response, base_url) if kind == "application/problem+json" else None
    if not isinstance(problem, dict):
        raise Foreign(f"What answers at {base_url} is no emulator: it says {response.status_code} {response.reason_phrase}.")
    raise refusal(response.status_code, problem, request.method, request.url.path, _retry_after(response))


def read_json(response: httpx.Response, read: Callable[[Any], T]) -> T:
    """What an answer holds; raises Foreign where it is not what the contract says."""
    base_url = str(response.request.url.copy_with(path="/", query=None)).rstrip("/?")
    found = _json(response, base_url)
    try:
        return read(found)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as problem:
        path = response.request.url.path
        raise Foreign(f"What answers at {base_url} is no emulator that this client knows: {path} lacks {problem!r}.") from problem


def read_tagged(response: httpx.Response, read: Callable[[Any, str | None], T]) -> T:
    """The same for an answer that has an ETag.

    Whether it is the first answer to a key or the same once more (Idempotency-Replayed) is not read: that is what a key is for, that
    it makes no difference. Who wants to see it asks with `account.http`.
    """
    return read_json(response, lambda found: read(found, response.headers.get("ETag")))


def failure(problem: httpx.HTTPError, base_url: str) -> EmulatorError:
    """What a fault of the connection is to the caller."""
    words = str(problem).rstrip(".") or type(problem).__name__
    match problem:
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.ProxyError():
            return Unreachable(f"Nobody answers at {base_url}: {words}.")
        case httpx.RemoteProtocolError() if not hung_up(problem):
            return Foreign(f"What answers at {base_url} is no emulator: it does not speak HTTP ({words}).")
        case httpx.DecodingError() | httpx.TooManyRedirects():
            return Foreign(f"What answers at {base_url} is no emulator: {words}.")
        case httpx.TimeoutException():
            return BrokenOff(f"{base_url} did not answer in time ({type(problem).__name__}).")
    return BrokenOff(f"The connection to {base_url} broke: {words}.")


def hung_up(problem: httpx.HTTPError) -> bool:
    """Whether the other end has closed the connection, as a server does with one that it has kept for long."""
    if isinstance(problem, httpx.RemoteProtocolError):
        return any(word in str(problem) for word in _HUNG_UP)
    return isinstance(problem, httpx.ReadError | httpx.WriteError | httpx.CloseError)


def _retry_after(response: httpx.Response) -> float | None:
    """The seconds after which to ask again. An instant is passed over: only a clock tells how far off it is, and a test may move that."""
    seconds = response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isascii() and seconds.isdigit() else None


def _json(response: httpx.Response, base_url: str) -> Any:
    try:
        return json.loads(response.content)
    except ValueError:
        excerpt = response.content[:_LONGEST_EXCERPT].decode("utf-8", "replace")
        raise Foreign(f"What answers at {base_url} is no emulator: it says {excerpt!r}.") from None
