"""Pages: the front door, the problems, the OpenAPI document and its interactive page. Everything is served from the package, no CDN."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_swagger_ui import get_swaggerui_blueprint

from ..derive import openapi, problem_entry
from ..domain import refusals
from ..domain.refusals import Refused
from . import asking
from .codec import to_json


def install(app: Flask) -> None:
    """Register the pages."""

    @app.get("/openapi.json")
    def openapi_document() -> Response:
        return Response(to_json(openapi()), mimetype="application/json")

    @app.get("/problems/<code>")
    def problem_page(code: str) -> Response:
        asking.opened()
        entry = problem_entry(code)
        if entry is None:
            raise Refused(refusals.NOT_FOUND)
        return Response(to_json(entry), mimetype="application/json")

    @app.get("/")
    def front_door() -> Response:
        best = request.accept_mimetypes.best_match(["text/plain", "text/html"])
        return Response("dispute-emulator\n", mimetype=best or "text/plain")

    swagger = {"app_name": "dispute-emulator", "validatorUrl": None, "persistAuthorization": True, "docExpansion": "none"}
    app.register_blueprint(get_swaggerui_blueprint("/docs", "/openapi.json", config=swagger))
