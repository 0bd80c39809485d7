"""What goes out: JSON with the sandbox's time in the Date header, pages of lists, and tags of what is shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Response, request
from werkzeug.datastructures import Headers

from ..contract import PLACES
from ..domain import refusals
from ..domain.refusals import Refused, Suggestion
from ..encoding import entity_tag, to_json
from ..replies import Answer, Replayed
from . import asking
from .codec import http_date

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Reply(Response):
    """An answer whose headers are complete as they stand: its length is known and its Location is relative on purpose."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:  # noqa: ARG002 -- werkzeug's signature
        """The headers as they are, its length among them; werkzeug would copy them and look for what to add."""
        return self.headers


# What these answer is an order or a dispute as it is now, and so carries its tag.
_TAGGED = frozenset(PLACES) - {"send_message", "view_solution"}


def answer(given: Answer, *, tagged: bool = False) -> Response:
    """An answer as it stands: 201 with Location for what was made, else 200; `tagged` ones carry an ETag."""
    data = to_json(given.body)
    headers = [("Date", http_date(given.now))]
    if given.location is not None:
        headers.append(("Location", given.location))
    if tagged:
        headers.append(("ETag", entity_tag(data)))
    return Reply(data, 200 if given.location is None else 201, headers, content_type="application/json")


def acted(given: Answer) -> Response:
    """What an action of the table answers."""
    return answer(given, tagged=request.endpoint in _TAGGED)


def replayed(again: Replayed) -> Response:
    """The first answer to a request that has come again."""
    response = acted(again.answer)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def seen(response: Response) -> Response:
    """What has an ETag, on the asker's terms: 304 where he has it already, and refused where it is not what If-Match names."""
    environ = request.environ
    if "HTTP_IF_MATCH" not in environ and "HTTP_IF_NONE_MATCH" not in environ:
        return response
    tag = response.headers["ETag"]
    wanted, known = asking.tags("If-Match"), asking.tags("If-None-Match")
    if wanted is not None and tag not in wanted and "*" not in wanted:
        raise Refused(refusals.PRECONDITION_FAILED, instead=Suggestion(request.endpoint or "", request.view_args or {}))
    if known is not None and (tag in known or "*" in known):
        unchanged = Response(status=304, headers=[(name, response.headers[name]) for name in ("Date", "ETag")])
        del unchanged.headers["Content-Type"]
        return unchanged
    return response


def page(entries: Iterable[Any], cursor: tuple[Any, ...] | None, now: datetime) -> Response:
    """A page of a list."""
    response = Response(to_json({"data": list(entries), "next_cursor": asking.write_cursor(cursor)}), mimetype="application/json")
    response.headers["Date"] = http_date(now)
    return response
