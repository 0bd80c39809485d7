"""Clients of the code under test, led into an application of this process: no port, no thread, and freezegun reaches what answers.

httpx needs nothing from here (`httpx.WSGITransport(app=app)`), nor does Flask's own test client.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.cookies import extract_cookies_to_jar
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPHeaderDict, HTTPResponse
from werkzeug.test import Client, TestResponse

if TYPE_CHECKING:
    from flask import Flask

Callback: TypeAlias = Callable[[PreparedRequest], tuple[int, Mapping[str, str], bytes]]


class RequestsAdapter(BaseAdapter):
    """Mount it on a session of requests, and all that goes to the address goes to the application.

    session.mount("https://shop.example", RequestsAdapter(app))
    """

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._client = Client(app, use_cookies=False)

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Answer a request. What a network needs (timeouts, proxies, certificates) has no meaning here."""
        given = _call(self._client, request)
        headers = HTTPHeaderDict(list(given.headers))
        raw = HTTPResponse(
            body=BytesIO(given.get_data()),
            headers=headers,
            status=given.status_code,
            reason=given.status.partition(" ")[2],
            preload_content=False,
            original_response=_Original(headers),  # type: ignore[arg-type] # what requests looks at of it
        )
        response = Response()
        response.status_code = given.status_code
        response.reason = raw.reason or ""
        response.headers.update(raw.headers)
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw = raw
        response.url = request.url or ""
        response.request = request
        extract_cookies_to_jar(response.cookies, request, raw)
        return response

    def close(self) -> None:
        """Nothing is open."""


class _Original:
    """Where requests looks for cookies: http.client's response below urllib3's, of which there is none here."""

    def __init__(self, headers: HTTPHeaderDict) -> None:
        self.msg = headers

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is open."""


def responses_callback(app: Flask) -> Callback:
    """What the library `responses` calls back. One line leads every call of a method to the application.

    responses.add_callback("GET", everything_below("https://shop.example"), responses_callback(app))
    """
    client = Client(app, use_cookies=False)

    def callback(request: PreparedRequest) -> tuple[int, Mapping[str, str], bytes]:
        given = _call(client, request)
        return given.status_code, dict(given.headers), given.get_data()

    return callback


def everything_below(base_url: str) -> re.Pattern[str]:
    """Any address that begins with this one."""
    return re.compile(re.escape(base_url.rstrip("/")) + r"(?:[/?].*)?\Z")


def _call(client: Client, request: PreparedRequest) -> TestResponse:
    assert request.url is not None and request.method is not None
    body = request.body
    if body is not None and not isinstance(body, str | bytes):
        body = body.read() if hasattr(body, "read") else b"".join(_bytes(part) for part in body)
    headers = [
        (name, _text(value)) for name, value in request.headers.items() if name.lower() not in ("content-length", "transfer-encoding")
    ]
    parts = urlsplit(request.url)
    return client.open(
        parts.path or "/",
        base_url=f"{parts.scheme}://{parts.netloc}",
        query_string=parts.query,
        method=request.method,
        headers=headers,
        data=body,
    )


def _bytes(part: str | bytes) -> bytes:
    return part.encode() if isinstance(part, str) else part


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
