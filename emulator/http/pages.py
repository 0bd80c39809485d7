"""Pages: the front door, the rules and problems for browsers, the OpenAPI document and its interactive page.

Every page comes from the package: no CDN, no inline script, and a content security policy that allows nothing else. What a page shows is a
document that a program can have as JSON from the same address; `Accept` decides. What only a reader wants, the contract and the state
diagram, is loaded when one comes: most programs that import this package never have any.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from shlex import quote
from textwrap import indent
from typing import Any

from flask import Flask, Response, request, send_from_directory
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..control import ControlPlane
from ..control.sandboxes import DEFAULT
from ..coverage import deadlines
from ..derive import call_list, problem_of, spoken_value, tag_of
from ..domain import refusals
from ..domain.refusals import BY_CODE, REFUSALS, Refused
from ..domain.rulebook import BY_ID, GUIDANCE, RULEBOOK, SECTIONS
from ..encoding import to_json
from ..replies import Answer
from ..service import Marketplace
from . import asking
from .answering import BY_ACCEPT, answer
from .lean import Outgoing
from .problems import BROKEN

Json = dict[str, Any]

_HERE = Path(str(resources.files(__package__)))
_SWAGGER_FILES = frozenset({"swagger-ui.css", "swagger-ui-bundle.js"})

SHUT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; img-src 'self'; style-src 'self'"
# Swagger UI draws its icons from data: addresses, and talks to the emulator and nobody else.
_DOCS = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; img-src 'self' data:; style-src 'self'; "
    "script-src 'self'; connect-src 'self'"
)
WIDTH = 86
_CODE = re.compile(r"`([^`]+)`")
_RULE_ID = re.compile(r"\b[A-Z]{3,4}-[0-9]{1,2}\b")
_ALL_PROBLEMS = (*REFUSALS, BROKEN)


def install(app: Flask, control: ControlPlane, marketplace: Marketplace, *, locked: bool = False) -> None:
    """Register the pages. `locked` says that the control plane asks for a key."""

    @app.get("/")
    def front_door() -> Response:
        asking.opened()
        door = _door(control, locked)
        match _wanted("text/plain", "text/html", "application/json"):
            case "text/html":
                return page("home.html", **door)
            case "application/json":
                return json_page(door)
            case _:
                # Nothing here is HTML, so nothing is to be escaped for it; for the shell, addresses are quoted.
                return guarded(Response(_plain(door), mimetype="text/plain"))

    @app.get("/problems")
    def problem_list() -> Response:
        asking.opened()
        problems = [problem_of(refusal) for refusal in _ALL_PROBLEMS]
        if wants_page():
            return page("problems.html", problems=problems)
        return json_page({"data": problems})

    @app.get("/problems/<code>")
    def problem_page(code: str) -> Response:
        asking.opened()
        refusal = BROKEN if code == BROKEN.code else BY_CODE.get(code)
        if refusal is None:
            raise Refused(refusals.NOT_FOUND)
        if wants_page():
            return page("problem.html", problem=problem_of(refusal))
        return json_page(problem_of(refusal))

    @app.get("/openapi.json")
    def openapi_document() -> Response:
        from ..openapi import openapi

        asking.opened()
        return json_page(openapi())

    @app.get("/docs")
    @app.get("/docs/")
    def interactive_page() -> Response:
        return guarded(Response(render("docs.html"), mimetype="text/html"), _DOCS)

    @app.get("/docs/states")
    def states() -> Response:
        from . import states

        return states.shown(marketplace, _wanted("application/json", "text/html", "image/svg+xml"))

    @app.get("/docs/states.svg")
    def states_picture() -> Response:
        from . import states

        return states.shown(marketplace, "image/svg+xml")

    @app.get("/docs/states.css")
    def states_style() -> Response:
        from . import states

        return states.style()

    @app.get("/docs/<name>")
    def swagger_file(name: str) -> Response:
        if name not in _SWAGGER_FILES:
            raise Refused(refusals.NO_SUCH_PATH)
        return guarded(send_from_directory(Path(str(resources.files("flask_swagger_ui"))) / "dist", name))

    @app.get("/static/<name>")
    def static_file(name: str) -> Response:
        if not (_HERE / "static" / name).is_file():
            raise Refused(refusals.NO_SUCH_PATH)
        return guarded(send_from_directory(_HERE / "static", name))


def wants_page() -> bool:
    """Whether the asker would rather have a page than JSON."""
    return _wanted("application/json", "text/html") == "text/html"


def wants_text() -> bool:
    """Whether the asker would rather have plain text than JSON."""
    return _wanted("application/json", "text/plain") == "text/plain"


def page(template: str, **values: Any) -> Response:
    """A page for a browser."""
    return guarded(Response(render(template, **values), mimetype="text/html"))


def rules_page(document: Json) -> Response:
    """The rulebook for a browser."""
    sections = [
        {"number": number, "title": title, "rules": [rule for rule in document["data"] if rule["section"] == title]}
        for number, title in SECTIONS.items()
    ]
    values = {setting["name"]: setting for setting in document["settings"]}
    return page("rules.html", document=document, sections=sections, values=values, guidance=GUIDANCE)


def rule_page(entry: Json) -> Response:
    """A rule for a browser, with its neighbours."""
    ids = [text.id for text in RULEBOOK]
    at = ids.index(entry["id"])
    return page("rule.html", rule=entry, before=ids[at - 1] if at else None, after=ids[at + 1] if at + 1 < len(ids) else None)


# What each kind of coverage counts, for a reader (emulator/coverage.py).
_COUNTED = {
    "rows": ("Rows", "What somebody did and the table allowed."),
    "timers": ("Timers", "What time did, because nobody else had."),
    "refusals": ("Refusals", "Each no that was answered, by its code."),
    "states": ("States", "Where orders have come to: order, dispute, claim and goods together."),
    "edges": ("Edges", "Whether anybody asked for something a second before a deadline, at its very instant, and a second after."),
}


def coverage(given: Answer) -> Outgoing:
    """A report of coverage, as a page for a browser."""
    if wants_page():
        return page("coverage.html", layout="base.html", base="", **_coverage(given.body))
    reply = answer(given)
    reply.headers += _guards()
    return reply


def coverage_document(told: Json, base: str | None) -> str:
    """The same as a document of its own. It loads nothing, and links to the rules where somebody serves them."""
    style = "".join((_HERE / "static" / name).read_text(encoding="utf-8") for name in ("frame.css", "emulator.css"))
    return render("coverage.html", layout="alone.html", base=base, style=Markup(style), **_coverage(told))  # noqa: S704 # ours


def _coverage(told: Json) -> Json:
    kinds = [{"name": name, "title": title, "says": says, "told": told[name]} for name, (title, says) in _COUNTED.items()]
    return {"told": told, "kinds": kinds, "deadlines": deadlines(told)}


# ── the front door ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _door(control: ControlPlane, locked: bool) -> Json:
    """What the front door says, to whomever."""
    base, accounts = asking.here(), _default_accounts(control)
    key = ('-H "X-Emulator-Key: $EMULATOR_KEY"',) if locked else ()
    typed = "-H 'Content-Type: application/json'"

    def curl(path: str, *parts: str) -> str:
        return _command((f"curl -s {quote(base + path)}", *parts, "| python3 -m json.tool"))

    def bearer(token: str) -> str:
        return f"-H 'Authorization: Bearer {token}'"

    wish = '{"world": "empty", "now": "2026-03-02T09:00:00Z", "frozen": true}'
    sandbox = f"/_emulator/sandboxes/{DEFAULT}" if accounts else "/_emulator/sandboxes/SANDBOX"
    steps = [
        {
            "title": "Make a marketplace of your own",
            "says": "One buyer, one seller with a store, one mediator, no orders; its clock stands still. The answer holds their tokens.",
            "calls": [curl("/_emulator/sandboxes", *key, typed, f"-d '{wish}'")],
        },
        {
            "title": "Move time",
            "says": "First see what would happen if nobody acted, then go there. Every timer on the way has fired when the answer comes.",
            "calls": [
                curl(f"{sandbox}/forecast", *key),
                curl(f"{sandbox}/clock/advance", *key, typed, """-d '{"to_next": true}'"""),
            ],
        },
        {
            "title": "Read the rules",
            "says": "Every refusal names its rule, and every rule the line of the document it was read from.",
            "calls": [curl("/v1/rules/CAN-3"), curl("/problems/window_closed")],
        },
    ]
    if accounts:
        look = {
            "title": "Look around",
            "says": f"The sandbox `{DEFAULT}` has a small world in it. Whoever knows a token is that person.",
            "calls": [
                curl("/v1/me", bearer("demo-buyer")),
                curl("/v1/orders?in_dispute=true", bearer("demo-buyer")),
                curl("/v1/disputes?limit=3", bearer("demo-seller")),
            ],
        }
        steps.insert(0, look)
    return {
        "name": "dispute-emulator",
        "version": version("dispute-emulator"),
        "says": "A stateful test double of a marketplace's dispute desk. Time moves when you tell it to.",
        "accounts": accounts,
        "next": steps,
        "links": {
            "docs": "/docs",
            "openapi": "/openapi.json",
            "rules": "/v1/rules",
            "states": "/docs/states",
            "problems": "/problems",
            "health": "/_emulator/health",
            # A browser has no key to send.
            **({} if locked else {"coverage": "/_emulator/coverage"}),
        },
        "calls": call_list(),
    }


def _command(parts: Sequence[str]) -> str:
    """A command to be pasted: on one line where it fits, else a part a line."""
    line = " ".join(parts)
    return line if len(line) <= WIDTH else " \\\n  ".join(parts)


def _plain(door: Json) -> str:
    """The front door for curl."""
    lines = [f"{door['name']} {door['version']}", door["says"], ""]
    if door["accounts"]:
        lines += [f"Tokens of the sandbox {DEFAULT}: {', '.join(account['token'] for account in door['accounts'])}", ""]
    for step in door["next"]:
        lines += [step["title"], *(indent(call, "  ") for call in step["calls"]), ""]
    base = asking.here()
    lines += [
        "In a browser",
        *(
            f"  {base}{path:<15}{says}"
            for path, says in (
                ("/docs", "every call, to be tried out"),
                ("/v1/rules", "the rulebook, and where its sources disagree"),
                ("/docs/states", "the table as a picture"),
                ("/problems", "every refusal"),
            )
        ),
        "",
        "Every call as JSON",
        f"  curl -s {quote(base + '/')} -H 'Accept: application/json' | python3 -m json.tool",
        f"  curl -s {quote(base + '/openapi.json')} | python3 -m json.tool",
    ]
    return "\n".join(lines) + "\n"


def _default_accounts(control: ControlPlane) -> list[Json]:
    """The accounts of the sandbox `default` with their fixed tokens; none where there is no such sandbox."""
    try:
        people = control.sandboxes.get(DEFAULT).body["accounts"]
    except Refused:
        return []
    people = sorted(people, key=lambda person: (["buyer", "seller", "mediator"].index(person["role"]), person["name"]))
    return [{"token": f"demo-{person['name']}", "role": person["role"]} for person in people]


# ── answers ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _wanted(first: str, *others: str) -> str:
    """Which form of the same thing the asker prefers; the first if he does not care."""
    return request.accept_mimetypes.best_match([first, *others]) or first


def json_page(value: Any) -> Response:
    """The same for a program."""
    return guarded(Response(to_json(value) + b"\n", mimetype="application/json"))


def guarded(response: Response, policy: str = SHUT) -> Response:
    """The same answer, which loads nothing from elsewhere."""
    response.headers.extend(_guards(policy))
    return response


def _guards(policy: str = SHUT) -> list[tuple[str, str]]:
    """What keeps an answer to itself: it loads nothing from elsewhere, is what it says it is, and hides where its reader came from."""
    return [
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Frame-Options", "DENY"),
        BY_ACCEPT,
    ]


def _marked(text: str) -> Markup:
    """A sentence with its `code` marked and its rules linked; everything in it is escaped first."""
    html = _CODE.sub(r"<code>\1</code>", str(escape(text)))
    return Markup(_RULE_ID.sub(lambda found: _rule_link(found[0]), html))  # noqa: S704 # escaped above


def _rule_link(rule: str) -> str:
    return f'<a href="/v1/rules/{rule}">{rule}</a>' if rule in BY_ID else rule


_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.filters |= {"marked": _marked, "spoken": spoken_value, "tag": tag_of, "words": lambda name: str(name).replace("_", " ")}
_TEMPLATES.globals |= {"version": version("dispute-emulator")}


def render(template: str, **values: Any) -> str:
    """A template of this package with its values, as HTML."""
    return _TEMPLATES.get_template(template).render(values)
