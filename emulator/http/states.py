"""The state diagram as a page, a picture or a document: of a ruleset, of a token's sandbox, or with a dispute marked in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

from flask import Response
from markupsafe import Markup

from .. import diagrams
from ..domain import refusals
from ..domain.refusals import Refused
from ..service import Course, Marketplace
from . import asking
from .codec import http_date
from .pages import SHUT, guarded, json_page, render
from .schemas.asked import StatesQuery

# The page asks the emulator about a dispute; the picture alone brings its own style.
_TALKING = f"{SHUT}; script-src 'self'; connect-src 'self'"
_PAINTED = SHUT.replace("style-src 'self'", f"style-src 'sha256-{b64encode(sha256(diagrams.style().encode()).digest()).decode()}'")
_STATES = StatesQuery()


def style() -> Response:
    """The style of the picture on the page."""
    return guarded(Response(diagrams.style(), mimetype="text/css"))


def shown(marketplace: Marketplace, form: str) -> Response:
    """The diagram in this form: of a ruleset, of a token's sandbox, or with a dispute of the token's account marked in it."""
    wanted = asking.opened(_STATES)
    marks = None
    if "dispute" in wanted:
        if "ruleset" in wanted:
            raise Refused(refusals.MALFORMED, errors={"ruleset": ["A dispute has the rules of its sandbox; leave this out."]})
        course = marketplace.course(asking.token(), wanted["dispute"])
        ruleset, now, marks = course.ruleset, course.now, _marks(course)
        graph = marks.graph
    else:
        if asking.has_token():
            ruleset, settings, now = marketplace.rules_of(asking.token())
        else:
            ruleset, settings, now = marketplace.rules_of_ruleset(wanted.get("ruleset", "standard"))
        graph = diagrams.graph_under(settings)
    match form:
        case "text/html":
            response = guarded(Response(_page(graph, ruleset, marks), mimetype="text/html"), _TALKING)
        case "image/svg+xml":
            response = guarded(Response(diagrams.svg(graph, ruleset, marks), mimetype="image/svg+xml"), _PAINTED)
        case _:
            response = json_page(diagrams.document(graph, ruleset, marks))
    response.headers["Date"] = http_date(now)
    response.vary.add("Authorization")
    if marks is not None:
        response.headers["Cache-Control"] = "no-store"
    return response


def _marks(course: Course) -> diagrams.Marks:
    """What is marked of a dispute. Where another has followed it, the order stands elsewhere by now, and that is not its business."""
    order = course.order
    assert order.dispute is not None
    events = [told.event for told in course.told]
    return diagrams.Marks(
        graph=diagrams.graph_of(course.engine.table.rules),
        dispute=order.dispute.id,
        asker=course.asker,
        now=course.now,
        here=diagrams.node_of(events[-1].after if order.dispute.superseded else order.state),
        before=order.before_dispute,
        events=events,
        may=course.may,
        upcoming=None if course.upcoming is None else (course.upcoming.at, course.upcoming.row),
    )


def _page(graph: diagrams.Graph, ruleset: str, marks: diagrams.Marks | None) -> str:
    def drawn(pictures: Sequence[tuple[str, str]]) -> list[tuple[Markup, str]]:
        return [(Markup(picture), says) for picture, says in pictures]  # noqa: S704 # ours, and escaped where it was drawn

    moving, staying = diagrams.entries(graph)
    return render(
        "states.html",
        ruleset=ruleset,
        figures=[(figure, Markup(figure.wide), Markup(figure.narrow)) for figure in diagrams.figures(graph, marks)],  # noqa: S704 # ours
        signs=drawn(diagrams.legend()),
        signs_of_marks=drawn(diagrams.marks_legend()),
        moving=moving,
        staying=staying,
        marked=None if marks is None else diagrams.document(graph, ruleset, marks)["marked"] | {"stands": diagrams.stands(marks)},
        names=diagrams.full_names(graph),
        base=asking.here(),
    )
