"""What goes out: JSON with the sandbox's time in the Date header, pages of lists, and tags of what is shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Response, request

from ..contract import PLACES
from ..domain import refusals
from ..domain.refusals import Refused, Suggestion
from ..encoding import entity_tag, to_json
from ..replies import Answer, Replayed
from . import asking
from .codec import http_date
from .lean import Outgoing, Reply

_JSON = ("Content-Type", "application/json")
# What says of an answer that another form of it was there to be asked for.
BY_ACCEPT = ("Vary", "Accept")

# What these answer is an order or a dispute as it is now, and so carries its tag.
_TAGGED = frozenset(PLACES) - {"send_message", "view_solution"}


def answer(given: Answer, *, tagged: bool = False) -> Reply:
    """An answer as it stands: 201 with Location for what was made, else 200; `tagged` ones carry an ETag."""
    data = to_json(given.body)
    headers = [_JSON, ("Date", http_date(given.now))]
    if given.location is not None:
        headers.append(("Location", given.location))
    if tagged:
        headers.append(("ETag", entity_tag(data)))
    return Reply(data, headers, 200 if given.location is None else 201)


def acted(given: Answer) -> Reply:
    """What an action of the table answers."""
    return answer(given, tagged=request.endpoint in _TAGGED)


def replayed(again: Replayed) -> Reply:
    """The first answer to a request that has come again."""
    reply = acted(again.answer)
    reply.headers.append(("Idempotency-Replayed", "true"))
    return reply


def seen(reply: Outgoing) -> Outgoing:
    """What has an ETag, on the asker's terms: 304 where he has it already, and refused where it is not what If-Match names."""
    environ = request.environ
    if "HTTP_IF_MATCH" not in environ and "HTTP_IF_NONE_MATCH" not in environ:
        return reply
    headers = dict(reply.headers)
    tag = headers["ETag"]
    wanted, known = asking.tags("If-Match"), asking.tags("If-None-Match")
    if wanted is not None and tag not in wanted and "*" not in wanted:
        raise Refused(refusals.PRECONDITION_FAILED, instead=Suggestion(request.endpoint or "", request.view_args or {}))
    if known is not None and (tag in known or "*" in known):
        unchanged = Response(status=304, headers=[(name, headers[name]) for name in ("Date", "ETag")])
        del unchanged.headers["Content-Type"]
        return unchanged
    return reply


def page(entries: Iterable[Any], cursor: tuple[Any, ...] | None, now: datetime) -> Reply:
    """A page of a list."""
    return Reply(to_json({"data": list(entries), "next_cursor": asking.write_cursor(cursor)}), [_JSON, ("Date", http_date(now))])
