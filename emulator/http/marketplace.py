"""The marketplace half of the contract, /v1. Every action of the table gets its route from the table."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request

from ..contract import MARKETPLACE_CALLS, PLACES
from ..derive import rule_entry, rules_document
from ..domain import refusals
from ..domain.refusals import Refused
from ..replies import Answer
from ..service import Marketplace, Target, evidence_kind
from . import asking, pages
from .answering import BY_ACCEPT, acted, answer, page, seen
from .codec import http_date
from .lean import Outgoing
from .schemas import asked

MAX_UPLOAD_BYTES = 10 * 1024 * 1024 + 64 * 1024
MAX_FILE_NAME = 200
# An e-mail's place in a list: its instant, the order and number of the event it tells of, and whose it is.
MAIL_CURSOR = (int, str, int, str)
_HISTORY = asked.HistoryQuery()
_PAGE, _ORDERS, _DISPUTES, _RULES = asked.PageQuery(), asked.OrdersQuery(), asked.DisputesQuery(), asked.RulesQuery()


def install(app: Flask, marketplace: Marketplace) -> None:
    """Register every route of the marketplace."""
    for action, place in PLACES.items():
        if place.path.startswith("/v1") and place.method != "GET":
            app.add_url_rule(flask_path(place.path), action, _action_view(marketplace, action), methods=[place.method])
    calls = _Calls(marketplace)
    for call in MARKETPLACE_CALLS:
        app.add_url_rule(flask_path(call.path), call.name, getattr(calls, call.name), methods=[call.method])
    app.add_url_rule(flask_path(PLACES["view_solution"].path), "view_solution", calls.view_solution, methods=["GET"])


def flask_path(path: str) -> str:
    """A path of the contract as Flask writes it."""
    return path.replace("{", "<").replace("}", ">")


def _action_view(marketplace: Marketplace, action: str) -> Callable[..., Outgoing]:
    tagged = action != "place_order"

    def view(**ids: str) -> Outgoing:
        asking.opened(tagged=tagged)
        body = asking.action_body(action)
        if "message" in ids:
            body["message"] = ids["message"]
        return acted(marketplace.perform(asking.token(), action, Target(**ids), body, asking.conditions()))

    return view


class _Calls:
    """The calls that are no actions, one method each, named as in the contract."""

    def __init__(self, marketplace: Marketplace) -> None:
        self._marketplace = marketplace

    def me(self) -> Outgoing:
        asking.opened()
        return answer(self._marketplace.me(asking.token()))

    def orders(self) -> Outgoing:
        wanted = asking.opened(_ORDERS)
        after, most = asking.read_cursor(wanted.pop("cursor", None), int, str), wanted.pop("limit")
        if "in_dispute" in wanted:
            wanted["in_dispute"] = wanted["in_dispute"] == "true"
        given, found = self._marketplace.orders(asking.token(), wanted, after, most)
        return page(given.body, found.cursor, given.now)

    def order(self, order: str) -> Outgoing:
        asking.opened(tagged=True)
        return seen(answer(self._marketplace.order(asking.token(), order), tagged=True))

    def messages(self, order: str) -> Outgoing:
        wanted = asking.opened(_PAGE)
        after = asking.read_cursor(wanted.get("cursor"), int) or (0,)
        given, found = self._marketplace.messages(asking.token(), order, after[0], wanted["limit"])
        return page(given.body, found.cursor, given.now)

    def payment(self, order: str) -> Outgoing:
        asking.opened()
        return answer(self._marketplace.payment(asking.token(), order))

    def disputes(self) -> Outgoing:
        wanted = asking.opened(_DISPUTES)
        after, most = asking.read_cursor(wanted.pop("cursor", None), int, str), wanted.pop("limit")
        given, found = self._marketplace.disputes(asking.token(), wanted, after, most)
        return page(given.body, found.cursor, given.now)

    def dispute(self, dispute: str) -> Outgoing:
        asking.opened(tagged=True)
        return seen(answer(self._marketplace.dispute(asking.token(), dispute), tagged=True))

    def history(self, dispute: str) -> Outgoing:
        wanted = asking.opened(_HISTORY)
        if wanted.get("format", "text" if pages.wants_text() else "json") == "text":
            return self._history_text(dispute)
        after = asking.read_cursor(wanted.get("cursor"), int) or (0,)
        given, found = self._marketplace.history(asking.token(), dispute, after[0], wanted["limit"])
        reply = page(given.body, found.cursor, given.now)
        reply.headers.append(BY_ACCEPT)
        return reply

    def _history_text(self, dispute: str) -> Response:
        # What prints it is not loaded before somebody wants to read.
        from ..timeline import history_text

        paging = [name for name in ("limit", "cursor") if name in request.args]
        if paging:
            raise Refused(refusals.MALFORMED, errors={name: ["The text is whole; only JSON comes in pages."] for name in paging})
        course = self._marketplace.course(asking.token(), dispute)
        events = [told.event for told in course.told]
        response = Response(history_text(course.order, events, course.upcoming, course.asker, course.now), mimetype="text/plain")
        response.headers["Date"] = http_date(course.now)
        response.headers.add(*BY_ACCEPT)
        return response

    def claim(self, dispute: str) -> Outgoing:
        asking.opened()
        return answer(self._marketplace.claim(asking.token(), dispute))

    def view_solution(self, dispute: str) -> Outgoing:
        asking.opened()
        return answer(self._marketplace.view_solution(asking.token(), dispute))

    def upload_evidence(self) -> Outgoing:
        asking.opened()
        request.max_content_length = MAX_UPLOAD_BYTES
        if request.mimetype != "multipart/form-data":
            raise Refused(refusals.UNSUPPORTED_MEDIA_TYPE)
        parts = request.files.getlist("file")
        if len(parts) != 1 or len(request.files) != 1 or request.form:
            raise Refused(refusals.MALFORMED, errors={"file": ["Send exactly one part, `file`, with a file name."]})
        name = _safe_name(parts[0].filename or "")
        data = parts[0].stream.read()
        kind = evidence_kind(data)
        # Every form has a boundary of its own, so it is the file that tells one request from another.
        return answer(self._marketplace.upload(asking.token(), name, kind, data, asking.conditions(name.encode() + b"\n" + data)))

    def evidence(self, evidence: str) -> Outgoing:
        asking.opened(tagged=True)
        file, data, now = self._marketplace.evidence(asking.token(), evidence)
        response = Response(data, mimetype=file.media_type)
        response.headers["Date"] = http_date(now)
        response.headers["Content-Disposition"] = f'inline; filename="{file.id}.{file.media_type.partition("/")[2]}"'
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "private, max-age=3600"
        response.headers["ETag"] = f'"{file.sha256}"'
        return seen(response)

    def operations(self) -> Outgoing:
        wanted = asking.opened(_PAGE)
        after = asking.read_cursor(wanted.get("cursor"), int, str)
        given, found = self._marketplace.operations(asking.token(), after, wanted["limit"])
        return page(given.body, found.cursor, given.now)

    def stores(self) -> Outgoing:
        wanted = asking.opened(_PAGE)
        after = asking.read_cursor(wanted.get("cursor"), str) or ("",)
        given, found = self._marketplace.stores(asking.token(), after[0], wanted["limit"])
        return page(given.body, found.cursor, given.now)

    def store(self, store: str) -> Outgoing:
        asking.opened()
        return answer(self._marketplace.store(asking.token(), store))

    def mailbox(self) -> Outgoing:
        wanted = asking.opened(_PAGE)
        after = asking.read_cursor(wanted.get("cursor"), *MAIL_CURSOR)
        given, found = self._marketplace.mailbox(asking.token(), after, wanted["limit"])
        return page(given.body, found.cursor, given.now)

    def rules(self) -> Outgoing:
        wanted = asking.opened(_RULES)
        if asking.has_token():
            ruleset, settings, now = self._marketplace.rules_of(asking.token())
        else:
            ruleset, settings, now = self._marketplace.rules_of_ruleset(wanted.get("ruleset", "standard"))
        document = rules_document(ruleset, settings)
        return pages.rules_page(document) if pages.wants_page() else answer(Answer(document, now))

    def rule_page(self, rule: str) -> Outgoing:
        asking.opened()
        found = rule_entry(rule)
        if found is None:
            raise Refused(refusals.NOT_FOUND)
        return (
            pages.rule_page(found) if pages.wants_page() else answer(Answer(found, self._marketplace.time_of(asking.given_token(), None)))
        )


def _safe_name(name: str) -> str:
    """A file's name for showing: it never names a place, and never decides anything."""
    shown = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())
    return shown[:MAX_FILE_NAME] or "file"
