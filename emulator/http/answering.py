"""What goes out: JSON with the sandbox's time in the Date header, pages of lists, and tags of what is shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from flask import Response
from werkzeug.datastructures import Headers

from ..service import Answer
from .asking import write_cursor
from .codec import http_date, to_json

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Reply(Response):
    """An answer whose headers are complete as they stand: its length is known and its Location is relative on purpose."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:  # noqa: ARG002 -- werkzeug's signature
        """The headers as they are, its length among them; werkzeug would copy them and look for what to add."""
        return self.headers


def answer(given: Answer, *, tagged: bool = False) -> Response:
    """An answer as it stands: 201 with Location for what was made, else 200; `tagged` ones carry an ETag."""
    data = to_json(given.body)
    headers = [("Date", http_date(given.now))]
    if given.location is not None:
        headers.append(("Location", given.location))
    if tagged:
        # The tag is of what this asker is shown, so what leaves no trace for him changes no tag of his (CLM-6).
        headers.append(("ETag", f'"{blake2b(data, digest_size=12).hexdigest()}"'))
    return Reply(data, 200 if given.location is None else 201, headers, content_type="application/json")


def page(entries: Iterable[Any], cursor: tuple[Any, ...] | None, now: datetime) -> Response:
    """A page of a list."""
    response = Response(to_json({"data": list(entries), "next_cursor": write_cursor(cursor)}), mimetype="application/json")
    response.headers["Date"] = http_date(now)
    return response
