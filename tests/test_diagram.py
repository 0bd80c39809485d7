"""The state diagram: that it draws the table and nothing else, that it can be read, that it marks a dispute for whoever may see it."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import product
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from emulator import create_app, diagrams
from emulator.diagrams.bundles import bundles_of
from emulator.diagrams.graph import Graph
from emulator.diagrams.layout import Arrow, Box, Drawing, Frame, Link, NoWay, Place, Rect, crossings, lay_out
from emulator.diagrams.letters import width_of, wrapped
from emulator.diagrams.picture import LABEL, NAME, Picture
from emulator.diagrams.plates import GROUPS, PLATES
from emulator.domain.engine import table_for
from emulator.domain.journal import Event
from emulator.domain.order import State
from emulator.domain.proof import START, reachable
from emulator.domain.rules import RULES, targets
from emulator.domain.rulesets import LEGACY, RULESETS, STANDARD, Settings, SettingsError, build_settings
from emulator.domain.words import Actor

from .conftest import MakeSandbox
from .sandbox import Json, Sandbox, usd
from .test_pages import BROWSER, CURL, PROGRAM, Read, policy

SVG = {"Accept": "image/svg+xml,*/*;q=0.8"}
SPACE = "{http://www.w3.org/2000/svg}"


def every_table() -> Iterator[Settings]:
    """Settings for every set of rows that there can be."""
    choices = {
        "protection_end_closes_dispute": (False, True),
        "edit_in_claim": (False, True),
        "cancel_while_mediating": ("withdraw", "cancel_claim", "refuse"),
        "cancel_closes_order": (False, True),
        "appeal_days": (0, 7),
    }
    for values in product(*choices.values()):
        try:
            yield build_settings("standard", dict(zip(choices, values, strict=True)) | {"reopen_after_cancel": False})
        except SettingsError:
            continue


TABLES = list(every_table())
GRAPHS = {name: diagrams.graph_under(settings) for name, settings in RULESETS.items()}


def drawings(graph: Graph, marks: diagrams.Marks | None = None) -> Iterator[tuple[str, Picture, Drawing]]:
    for plate in PLATES:
        picture = Picture(plate, graph, marks)
        yield f"{plate.name}, wide", picture, picture.wide().drawing
        yield f"{plate.name}, narrow", picture, picture.narrow().drawing


def seen(state: State) -> str:
    """Where the picture has to show an order in this state; written down anew from the issue, not taken from the program."""
    if state.order != "in_dispute":
        return str(state.order)
    if state.dispute == "mediating":
        return f"in_dispute.mediating.{state.claim}"
    return f"in_dispute.returning.{state.stage}" if state.dispute == "returning" else f"in_dispute.{state.dispute}"


# ── the table ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_set_of_rows_is_among_the_tables_tried() -> None:
    assert {row.name for settings in TABLES for row in table_for(settings).rules} == {row.name for row in RULES}
    assert len(TABLES) == 48


@pytest.mark.parametrize("ruleset", RULESETS)
def test_every_row_that_moves_an_order_is_an_edge_of_the_picture_and_nothing_else_is(ruleset: str) -> None:
    expected = set()
    for state, rows in reachable(table_for(RULESETS[ruleset]).rules).items():
        for row in rows:
            for target in targets(row.to, state):
                if seen(state) != seen(target):
                    expected.add((row.name, seen(state), seen(target)))
                else:
                    assert state._replace(kind=target.kind) == target, f"{row.name} moves an order and the picture does not show it"
    graph = GRAPHS[ruleset]
    assert {(move.row.name, move.source, move.target) for move in graph.moves} == expected
    drawn = {move for plate in PLATES for bundle in bundles_of(plate, graph) for line in bundle.lines for move in line.moves}
    assert drawn == set(graph.moves)


@pytest.mark.parametrize("ruleset", RULESETS)
def test_what_moves_nothing_is_listed_apart(ruleset: str) -> None:
    graph = GRAPHS[ruleset]
    rows = {move.row.name for move in graph.moves} | {stay.row.name for stay in graph.stays}
    assert rows == {row.name for row in table_for(RULESETS[ruleset]).rules}
    stays = {(stay.row.name, stay.at) for stay in graph.stays}
    assert ("edit", "in_dispute.waiting_for_seller") in stays
    assert ("edit", "in_dispute.waiting_for_buyer") not in stays
    assert {stay.row.by for stay in graph.stays} >= {Actor.CARRIER}
    assert "new" not in {at for _, at in stays}


@pytest.mark.parametrize("settings", TABLES)
def test_every_state_that_can_be_reached_has_its_place(settings: Settings) -> None:
    graph = diagrams.graph_under(settings)
    states = {seen(state) for state in reachable(table_for(settings).rules)}
    assert states == {node.id for node in graph.nodes.values() if not node.has_inside}
    overview, *insides = PLATES
    for state in states:
        assert overview.shown(state) in overview.inner
    for plate in insides:
        inside = {state for state in states if state.startswith(f"{plate.inside}.")}
        assert inside == plate.inner


@pytest.mark.parametrize("plate", PLATES, ids=lambda plate: plate.name)
def test_each_card_names_each_row_it_stands_for(plate: Any) -> None:
    for graph in GRAPHS.values():
        for bundle in bundles_of(plate, graph):
            assert bundle.lines
            told = {(line.by, line.rule) for line in bundle.lines}
            assert told == {(move.row.by, move.row.rule) for line in bundle.lines for move in line.moves}
            for line in bundle.lines:
                assert {move.row for move in line.moves} == set(line.rows)


def test_an_arrow_leaves_a_frame_only_where_its_rows_start_from_all_that_is_in_it() -> None:
    for plate in PLATES:
        frames = {frame.key: frame.members for frame in plate.frames}
        for graph in GRAPHS.values():
            for bundle in bundles_of(plate, graph):
                for line in bundle.lines if bundle.source in frames else ():
                    for row in line.rows:
                        assert {plate.shown(move.source) for move in line.moves if move.row is row} == frames[bundle.source]


# ── reading it ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def span(arrow: Arrow) -> Rect:
    """An arrow's line as a thin rectangle, a little short of both ends."""
    (x0, x1), (y0, y1) = sorted((arrow.start[0], arrow.end[0])), sorted((arrow.start[1], arrow.end[1]))
    return Rect(x0 + 0.5, y0 - 0.5, x1 - x0 - 1, 1) if y0 == y1 else Rect(x0 - 0.5, y0 + 0.5, 1, y1 - y0 - 1)


def faults_of(name: str, drawing: Drawing, titles: dict[str, Rect]) -> list[str]:
    """Whatever lies upon something that is not its own."""
    faults = []
    inside = Rect(0, 0, drawing.width, drawing.height)
    boxes = list(drawing.boxes.items())
    for at, (one, rect) in enumerate(boxes):
        faults += [f"{one} on {other}" for other, there in boxes[at + 1 :] if rect.overlaps(there)]
    for arrow in drawing.arrows:
        shown = f"{arrow.source} → {arrow.target}"
        line, card = span(arrow), arrow.card
        if card.x < 0 or card.right > inside.right or card.y < 0 or card.bottom > inside.bottom:
            faults.append(f"the card of {shown} hangs out")
        if not line.overlaps(card):
            faults.append(f"the card of {shown} is not on its line")
        ends = (arrow.source, arrow.target)
        faults += [f"{shown} goes through {box}" for box, rect in boxes if box not in ends and line.overlaps(rect)]
        faults += [f"the card of {shown} lies on {box}" for box, rect in boxes if card.overlaps(rect)]
        faults += [f"{shown} goes through the title of {frame}" for frame, rect in titles.items() if line.overlaps(rect)]
        faults += [f"the card of {shown} lies on the title of {frame}" for frame, rect in titles.items() if card.overlaps(rect)]
        for other in drawing.arrows:
            if other is not arrow and line.overlaps(other.card):
                faults.append(f"{shown} goes through the card of {other.source} → {other.target}")
            if other is not arrow and card.overlaps(other.card):
                faults.append(f"the cards of {shown} and {other.source} → {other.target} overlap")
            if other is not arrow and arrow.is_upright == other.is_upright and line.overlaps(span(other)):
                faults.append(f"{shown} and {other.source} → {other.target} run upon each other")
    return [f"{name}: {fault}" for fault in faults]


def titles_of(picture: Picture, drawing: Drawing) -> dict[str, Rect]:
    found = {}
    for frame in picture.plate.frames:
        if frame.key in drawing.titles:
            (x, y), width = drawing.titles[frame.key], width_of(picture.name_of(frame.key), NAME, bold=True)
            found[frame.key] = Rect(x - width if frame.title_right else x, y - 10, width, 13)
    return found


@pytest.mark.parametrize("settings", TABLES)
def test_no_line_goes_through_a_text_and_no_card_lies_on_another(settings: Settings) -> None:
    for name, picture, drawing in drawings(diagrams.graph_under(settings)):
        assert not faults_of(name, drawing, titles_of(picture, drawing))
        for key, frame in drawing.frames.items():
            members = next(one.members for one in picture.plate.frames if one.key == key)
            for box, rect in drawing.boxes.items():
                assert (frame.x < rect.x and rect.right < frame.right and frame.y < rect.y and rect.bottom < frame.bottom) == (
                    box in members
                )


def test_that_the_check_of_the_drawing_would_find_a_fault() -> None:
    arrow = Arrow("a", "b", (0, 10), (100, 10), Rect(40, 5, 20, 10))
    other = Arrow("c", "d", (50, 0), (50, 90), Rect(44, 50, 12, 10))
    drawing = Drawing(100, 100, {"a": Rect(-1, 0, 1, 20), "b": Rect(100, 0, 1, 20), "e": Rect(70, 0, 9, 20)}, {}, {}, (arrow, other))
    said = faults_of("x", drawing, {"f": Rect(10, 5, 9, 9)})
    assert said == [
        "x: a → b goes through e",
        "x: a → b goes through the title of f",
        "x: c → d goes through the card of a → b",
    ]


def test_few_lines_cross() -> None:
    for name, _, drawing in drawings(GRAPHS["standard"]):
        assert crossings(drawing.arrows) <= (4 if name == "order, wide" else 2 if name == "claim, wide" else 0), name


def test_a_phone_and_a_desktop_have_room_for_it() -> None:
    for graph in GRAPHS.values():
        for name, _, drawing in drawings(graph):
            assert drawing.width <= (400 if "narrow" in name else 1380), name


@pytest.mark.parametrize("settings", [STANDARD, LEGACY])
def test_every_label_fits_its_card(settings: Settings) -> None:
    """As wide as letters usually are at most; the card holds the sign and the rule beside it."""
    for plate in PLATES:
        drawn = Picture(plate, diagrams.graph_under(settings)).wide()
        for arrow, card in zip(drawn.drawing.arrows, drawn.cards, strict=True):
            for item in card.items:
                label = max(width_of(text, LABEL) for text in item.label)
                assert label + width_of(item.line.rule, 10.5, mono=True) + 19 + 9 <= arrow.card.width
            assert sum(item.height for item in card.items) < arrow.card.height


# ── laying out ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def boxes(**places: tuple[int, int, int, int]) -> list[Box]:
    return [Box(key, Place(*place), lambda width: 40.0) for key, place in places.items()]


def link(source: str, target: str, width: float = 60.0) -> Link:
    return Link((source,), (target,), width, 20.0)


def test_two_boxes_that_share_a_row_are_joined_across() -> None:
    drawing = lay_out([50, 50], boxes(a=(0, 0, 0, 0), b=(1, 0, 1, 0)), [], [link("a", "b"), link("b", "a")])
    first, second = drawing.arrows
    assert not first.is_upright
    assert (first.start[0], first.end[0]) == (drawing.boxes["a"].right, drawing.boxes["b"].x)
    assert (second.start[0], second.end[0]) == (drawing.boxes["b"].x, drawing.boxes["a"].right)
    assert first.card.bottom < second.card.y


def test_a_lane_goes_by_what_stands_between_and_that_gives_way() -> None:
    places = boxes(a=(0, 0, 0, 0), b=(0, 1, 0, 1), c=(0, 2, 0, 2))
    free = lay_out([200], places, [], [link("a", "b")], always={"c"}).boxes["b"]
    drawing = lay_out([200], places, [], [link("a", "b"), link("a", "c"), link("c", "a")])
    assert drawing.boxes["b"].x > free.x
    assert drawing.boxes["b"].right < free.right
    for arrow in drawing.arrows[1:]:
        assert not span(arrow).overlaps(drawing.boxes["b"])
    assert not faults_of("x", drawing, {})


def test_a_column_becomes_as_wide_as_its_cards_need() -> None:
    drawing = lay_out([50], boxes(a=(0, 0, 0, 0), b=(0, 1, 0, 1)), [], [link("a", "b", 90), link("b", "a", 90)])
    assert not faults_of("x", drawing, {})
    assert drawing.boxes["a"].width > 50


def test_ends_that_share_neither_row_nor_column_have_no_way() -> None:
    with pytest.raises(NoWay, match="no straight way from a to b"):
        lay_out([50, 50], boxes(a=(0, 0, 0, 0), b=(1, 1, 1, 1)), [], [link("a", "b")])


def test_what_has_no_arrow_is_left_out_unless_it_belongs() -> None:
    places = boxes(a=(0, 0, 0, 0), b=(1, 0, 1, 0), c=(0, 1, 0, 1), d=(1, 1, 1, 1))
    assert set(lay_out([50, 50], places, [], [link("a", "b")], always={"d"}).boxes) == {"a", "b", "d"}


def test_a_title_is_never_gone_through() -> None:
    frame = Frame("f", frozenset({"b"}), 10, 25, 10, title=120)
    drawing = lay_out([300], boxes(a=(0, 0, 0, 0), b=(0, 1, 0, 1)), [frame], [link("a", "b")])
    (x, y) = drawing.titles["f"]
    assert not faults_of("x", drawing, {"f": Rect(x, y - 10, 120, 13)})
    assert drawing.arrows[0].start[0] > x + 120


def test_words_are_broken_between_them_and_nowhere_else() -> None:
    assert wrapped("delivered return not confirmed", 12, 130) == ("delivered return not", "confirmed")
    assert wrapped("confirmation", 12, 20) == ("confirmation",)
    assert width_of("mm", 10) > width_of("ii", 10) > 0
    assert width_of("word", 12, bold=True) > width_of("word", 12)


# ── as SVG ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def elements(text: str, kind: str) -> list[ElementTree.Element]:
    return [e for e in ElementTree.fromstring(text).iter() if kind in e.get("class", "").split()]


def words(element: ElementTree.Element) -> str:
    return " ".join(text.text or "" for text in element.iter(f"{SPACE}text"))


@pytest.mark.parametrize("ruleset", RULESETS)
def test_the_sheet_is_well_formed_and_says_what_it_shows(ruleset: str) -> None:
    text = diagrams.svg(GRAPHS[ruleset], ruleset)
    root = ElementTree.fromstring(text)
    assert (root.tag, root.get("role")) == (f"{SPACE}svg", "img")
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    title, says = (named[name] for name in (root.get("aria-labelledby") or "").split())
    assert (title.tag, says.tag) == (f"{SPACE}title", f"{SPACE}desc")
    for move in GRAPHS[ruleset].moves:
        assert f"({move.row.rule})" in (says.text or "")
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"\bon\w+=|<script|javascript:|\bstyle=", text)


@pytest.mark.parametrize("ruleset", RULESETS)
def test_every_row_is_drawn_with_its_sentence_its_actor_and_a_link_to_its_rule(ruleset: str) -> None:
    text = diagrams.svg(GRAPHS[ruleset], ruleset)
    lines = elements(text, "line")
    for row in {move.row.name: move.row for move in GRAPHS[ruleset].moves}.values():
        who = "timer" if row.by is Actor.SYSTEM else str(row.by)
        found = [line for line in lines if row.says in (line.findtext(f"{SPACE}title") or "")]
        assert found, row.name
        for line in found:
            assert who in line.get("class", "").split()
            assert words(line).endswith(row.rule)
            assert [a.get("href") for a in line.iter(f"{SPACE}a")] == [f"/v1/rules/{row.rule}"]
    assert len({words(node) for node in elements(text, "node")}) >= 12


def test_actors_differ_in_shape_and_stroke_not_only_in_colour() -> None:
    signs = {actor: re.sub(r'class="[^"]*"', "", diagrams.legend()[at][0]) for at, actor in enumerate("bsmt")}
    assert len({re.sub(r"<path [^>]*d=\"M20.*", "", sign) for sign in signs.values()}) == 4
    strokes = {}
    for actor in ("buyer", "seller", "mediator", "timer"):
        rule = re.search(rf"\.strand\.{actor} {{[^}}]*stroke-dasharray: ([^;]+);", diagrams.style())
        strokes[actor] = rule[1] if rule else "solid"
    assert len(set(strokes.values())) == 4


def test_colours_are_those_of_the_pages(client: FlaskClient) -> None:
    def palette(text: str, prefix: str) -> list[tuple[str, str]]:
        return re.findall(rf"--{prefix}(buyer|seller|mediator|paper|card|ink|soft|accent): (#\w+);", text)

    pages = palette(client.get("/static/frame.css", buffered=True).text, "")
    assert len(pages) == 16
    assert sorted(palette(diagrams.style(), "st-")) == sorted(pages)


def test_it_can_be_written_from_the_command_line_with_links_elsewhere() -> None:
    command = [sys.executable, "-m", "emulator.diagrams", "--ruleset", "legacy", "--link", "rules.html#{}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said == diagrams.svg(GRAPHS["legacy"], "legacy", link="rules.html#{}")
    assert 'href="rules.html#CLM-9"' in said


# ── over HTTP ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def pages() -> Iterator[FlaskClient]:
    app = create_app()
    yield app.test_client()
    app.extensions["dispute_emulator"].close()


@pytest.mark.parametrize(
    ("path", "headers", "kind"),
    [
        ("/docs/states", BROWSER, "text/html"),
        ("/docs/states", CURL, "application/json"),
        ("/docs/states", PROGRAM, "application/json"),
        ("/docs/states", {}, "application/json"),
        ("/docs/states", SVG, "image/svg+xml"),
        ("/docs/states.svg", BROWSER, "image/svg+xml"),
        ("/docs/states.svg", PROGRAM, "image/svg+xml"),
        ("/docs/states.css", BROWSER, "text/css"),
    ],
)
def test_each_asker_gets_his_form_of_it(pages: FlaskClient, path: str, headers: dict[str, str], kind: str) -> None:
    answer = pages.get(path, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, kind)
    directives = policy(answer)
    assert directives["default-src"] == directives["base-uri"] == directives["form-action"] == directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    if path != "/docs/states.css":
        assert {"Accept", "Authorization"} <= set(answer.vary.to_header().split(", "))
        assert "Date" in answer.headers


def test_only_the_page_has_a_script_and_only_the_picture_brings_its_style(pages: FlaskClient) -> None:
    page, picture, program = (pages.get("/docs/states", headers=headers) for headers in (BROWSER, SVG, PROGRAM))
    assert (policy(page)["script-src"], policy(page)["connect-src"], policy(page)["style-src"]) == ("'self'", "'self'", "'self'")
    for answer in (picture, program):
        assert not {"script-src", "connect-src"} & set(policy(answer))
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", policy(picture)["style-src"])
    assert "<style>" in picture.text
    assert "<style" not in page.text


def test_the_picture_is_allowed_the_style_it_brings(pages: FlaskClient) -> None:
    picture = pages.get("/docs/states.svg")
    style = ElementTree.fromstring(picture.text).find(f"{SPACE}style")
    assert style is not None
    assert policy(picture)["style-src"] == f"'sha256-{b64encode(sha256((style.text or '').encode()).digest()).decode()}'"


@pytest.mark.parametrize("ruleset", RULESETS)
def test_the_page_shows_all_pictures_and_the_same_in_words(pages: FlaskClient, ruleset: str) -> None:
    text = pages.get(f"/docs/states?ruleset={ruleset}", headers=BROWSER).text
    read = Read(text)
    assert not read.inline
    assert len(read.ids) == len(set(read.ids))
    assert {"order", "claim", "goods", "transitions", "stays"} <= set(read.ids)
    assert read.loads >= {"/docs/states.css", "/static/states.css", "/static/states.js"}
    assert all(pages.get(path, buffered=True).status_code == 200 for path in read.loads)
    assert f'<a href="/docs/states?ruleset={ruleset}" aria-current="true">' in text
    table = text[text.index('id="transitions"') :]
    for row in table_for(RULESETS[ruleset]).rules:
        assert row.says.replace("'", "&#39;") in table, row.name
    assert text.count("<svg") == 2 * len(PLATES) + 4


def test_the_document_has_every_node_and_edge(pages: FlaskClient) -> None:
    for ruleset, graph in GRAPHS.items():
        told = pages.get(f"/docs/states?ruleset={ruleset}").get_json()
        assert (told["ruleset"], told["marked"]) == (ruleset, None)
        assert [node["id"] for node in told["nodes"]] == list(graph.nodes)
        assert {(e["row"], e["from"], e["to"]) for e in told["edges"]} == {(m.row.name, m.source, m.target) for m in graph.moves}
        assert all(node["meaning"] for node in told["nodes"])
        assert [node["id"] for node in told["nodes"] if node["start"]] == ["new"]
        assert [node["id"] for node in told["nodes"] if node["final"]] == ["finished", "cancelled"]


@pytest.mark.parametrize("path", ["/docs/states", "/docs/states.svg"])
@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("?ruleset=other", {}, 422),
        ("?x=1", {}, 422),
        ("?dispute=dsp_1", {}, 401),
        ("?dispute=dsp_1", {"Authorization": "Bearer nobody"}, 401),
        ("?dispute=dsp_1", {"Authorization": "Bearer demo-buyer"}, 404),
        ("?dispute=", {"Authorization": "Bearer demo-buyer"}, 422),
        ("?dispute=dsp_1&ruleset=legacy", {"Authorization": "Bearer demo-buyer"}, 422),
        ("", {"Authorization": "Bearer nobody"}, 401),
    ],
)
def test_every_no_is_a_problem(pages: FlaskClient, path: str, query: str, headers: dict[str, str], status: int) -> None:
    answer = pages.get(path + query, headers=BROWSER | headers)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_token_shows_the_rows_of_its_sandbox(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(settings={"cancel_while_mediating": "cancel_claim"})
    told = box.get("seller", "/docs/states")
    assert "cancel_counts_as_cancelling_the_claim" in {edge["row"] for edge in told["edges"]}
    assert told["marked"] is None


# ── a dispute in it ────────────────────────────────────────────────────────────────────────────────────────────────────


def marked(box: Sandbox, order: str, who: str, dispute: str | None = None) -> Json:
    told: Json = box.get(who, f"/docs/states?dispute={dispute or box.disputes[order]}")["marked"]
    return told


def picture(box: Sandbox, order: str, who: str) -> str:
    answer = box.call(who, "GET", f"/docs/states.svg?dispute={box.disputes[order]}")
    assert answer.status_code == 200, answer.text
    return answer.text


def lines(drawn: str, weight: str) -> set[str]:
    """The lines of cards that stand out so; the legend has no sign among them."""
    return {words(line) for line in elements(drawn, weight) if line.find(f"{SPACE}title") is not None and "line" in line.get("class", "")}


def may(told: Json) -> set[tuple[str, str]]:
    return {(move["action"], move["to"]) for move in told["may"]}


def test_a_buyer_who_is_thinking_sees_where_he_stands_and_where_he_can_go(sandbox: Sandbox) -> None:
    order = sandbox.refused(solution={"remedy": "refund", "amount": usd("20.00")})
    told = marked(sandbox, order, "buyer")
    assert (told["dispute"], told["as"], told["here"]) == (sandbox.disputes[order], "buyer", "in_dispute.waiting_for_buyer")
    assert [(step["action"], step["from"], step["to"]) for step in told["path"]] == [
        ("open_dispute", "awaiting_confirmation", "in_dispute.waiting_for_seller"),
        ("refuse", "in_dispute.waiting_for_seller", "in_dispute.waiting_for_buyer"),
    ]
    assert may(told) == {
        ("edit", "in_dispute.waiting_for_seller"),
        ("accept", "payment_processing"),
        ("cancel", "awaiting_confirmation"),
        ("escalate", "in_dispute.mediating.processing"),
    }
    assert {row["action"] for row in told["may_and_stay"]} == {"request_extension", "send_message"}
    assert (told["next_deadline"]["rule"], told["next_deadline"]["to"]) == ("ESC-2", ["in_dispute.mediating.processing"])
    drawn = picture(sandbox, order, "buyer")
    assert {words(node) for node in elements(drawn, "here")} >= {"now waiting for buyer The seller has refused; the buyer is thinking."}
    assert lines(drawn, "may") == {"edit EDIT-4", "accept ACC-1", "cancel CAN-3", "escalate ESC-3"}
    assert lines(drawn, "next") == {"escalate by time ESC-2"}
    assert lines(drawn, "been") == {"open dispute OPEN-8 1", "refuse SELL-2 2"}


def test_the_seller_of_the_same_dispute_sees_his_own_ways(sandbox: Sandbox) -> None:
    order = sandbox.refused()
    told = marked(sandbox, order, "seller")
    assert may(told) == {("accept", "payment_processing")}
    assert {row["action"] for row in told["may_and_stay"]} >= {"refuse", "extend_protection", "send_message"}


@pytest.mark.parametrize(
    ("reach", "here", "buyer", "seller", "mediator"),
    [
        (
            lambda box: box.in_claim(),
            "in_dispute.mediating.processing",
            {("cancel", "awaiting_confirmation"), ("cancel_claim", "finished")},
            {("accept", "payment_processing")},
            {
                ("ask", "in_dispute.mediating.waiting_for_buyer"),
                ("ask", "in_dispute.mediating.waiting_for_seller"),
                ("ask", "in_dispute.mediating.waiting_for_both"),
                ("rule", "payment_processing"),
                ("rule", "in_dispute.returning.to_send"),
                ("rule", "finished"),
            },
        ),
        (
            lambda box: box.asked("buyer"),
            "in_dispute.mediating.waiting_for_buyer",
            {("answer", "in_dispute.mediating.processing"), ("cancel", "awaiting_confirmation"), ("cancel_claim", "finished")},
            {("accept", "payment_processing")},
            {
                ("ask", "in_dispute.mediating.waiting_for_both"),
                ("rule", "payment_processing"),
                ("rule", "in_dispute.returning.to_send"),
                ("rule", "finished"),
            },
        ),
        (lambda box: box.returning(), "in_dispute.returning.to_send", {("ship_return", "in_dispute.returning.sent")}, set(), None),
        (
            lambda box: box.sent_back("exchange"),
            "in_dispute.returning.sent",
            set(),
            {("confirm_return", "in_dispute.returning.received"), ("contest_return", "in_dispute.mediating.processing")},
            None,
        ),
        (
            lambda box: box.contested(),
            "in_dispute.mediating.processing",
            {("cancel_claim", "finished")},
            set(),
            {
                ("ask", "in_dispute.mediating.waiting_for_buyer"),
                ("ask", "in_dispute.mediating.waiting_for_seller"),
                ("ask", "in_dispute.mediating.waiting_for_both"),
                ("rule", "payment_processing"),
                ("rule", "finished"),
            },
        ),
        (lambda box: box.ruled("buyer"), "payment_processing", set(), set(), set()),
        (lambda box: box.ruled("seller"), "finished", set(), set(), set()),
    ],
    ids=["claim", "asked", "to send", "sent", "contested", "ruled for the buyer", "ruled for the seller"],
)
def test_each_side_sees_its_own_ways_at_every_stage(
    sandbox: Sandbox,
    reach: Callable[[Sandbox], str],
    here: str,
    buyer: set[tuple[str, str]],
    seller: set[tuple[str, str]],
    mediator: set[tuple[str, str]] | None,
) -> None:
    order = reach(sandbox)
    for who, ways in (("buyer", buyer), ("seller", seller), ("mediator", mediator)):
        if ways is None:
            assert sandbox.call(who, "GET", f"/docs/states?dispute={sandbox.disputes[order]}").status_code == 404
            continue
        told = marked(sandbox, order, who)
        assert (told["as"], told["here"], may(told)) == (who, here, ways)
        assert told["path"][-1]["to"] == here
        names = [words(node) for node in elements(picture(sandbox, order, who), "here") if "node" in node.get("class", "")]
        assert any(f"now {here.rpartition('.')[2].replace('_', ' ')}" in name for name in names)


def test_what_may_be_done_is_what_the_dispute_itself_allows(sandbox: Sandbox) -> None:
    for order in (
        sandbox.disputed(),
        sandbox.refused(),
        sandbox.in_claim(),
        sandbox.asked("both"),
        sandbox.sent_back(),
        sandbox.replacing(),
    ):
        for who in ("buyer", "seller"):
            told = marked(sandbox, order, who)
            allowed = {(entry["action"], entry["rule"]) for entry in sandbox.dispute(order, who)["allowed_actions"]}
            shown = {(row["action"], row["rule"]) for row in (*told["may"], *told["may_and_stay"])}
            assert {action for action, _ in shown} == {action for action, _ in allowed}
            assert allowed <= shown


def test_a_late_cancelling_leads_elsewhere_than_one_in_time(sandbox: Sandbox) -> None:
    order = sandbox.in_claim()
    assert ("cancel", "awaiting_confirmation") in may(marked(sandbox, order, "buyer"))
    sandbox.wait("P61D")
    assert may(marked(sandbox, order, "buyer")) == {("cancel", "finished"), ("cancel_claim", "finished")}
    finished = sandbox.finished()
    sandbox.do("buyer", "open_dispute", finished, **sandbox.opening())
    assert ("cancel", "finished") in may(marked(sandbox, finished, "buyer")), "it goes back to where it was"
    assert ("cancel", "awaiting_confirmation") not in may(marked(sandbox, finished, "buyer"))


def test_a_way_taken_twice_is_numbered_twice_and_one_taken_often_is_shortened(sandbox: Sandbox) -> None:
    order = sandbox.asked("buyer")
    for _ in range(3):
        sandbox.do("buyer", "answer", order, text="So.")
        sandbox.do("mediator", "ask", order, to="buyer", question="And?")
    assert {"answer CLM-2 5, 7, 9", "ask CLM-2 4, 6 … 10"} <= lines(picture(sandbox, order, "mediator"), "been")


@pytest.mark.parametrize("stranger", ["buyer-2", "seller-2", "mediator"])
@pytest.mark.parametrize("path", ["/docs/states", "/docs/states.svg"])
def test_to_a_stranger_there_is_no_such_dispute(make_sandbox: MakeSandbox, stranger: str, path: str) -> None:
    shop = make_sandbox(world="small", seed="shop")
    order = shop.refused()
    theirs, none = (shop.call(stranger, "GET", f"{path}?dispute={dispute}") for dispute in (shop.disputes[order], "dsp_none"))
    assert (theirs.status_code, theirs.mimetype) == (404, "application/problem+json")
    assert theirs.data == none.data


def test_no_thanks_shows_to_nobody_but_the_buyer(sandbox: Sandbox) -> None:
    order = sandbox.in_claim()
    sandbox.do("seller", "offer", order, remedy="refund", amount=usd("30.00"))

    def shown(who: str) -> list[bytes]:
        forms = (PROGRAM, SVG, BROWSER)
        address = f"/docs/states?dispute={sandbox.disputes[order]}"
        return [sandbox.call(who, "GET", address, headers=form).data for form in forms]

    before = {who: shown(who) for who in ("buyer", "seller", "mediator")}
    sandbox.do("buyer", "view_solution", order)
    assert {who: shown(who) for who in before} == before
    sandbox.do("buyer", "decline_solution", order)
    assert {who: shown(who) for who in ("seller", "mediator")} == {who: before[who] for who in ("seller", "mediator")}
    assert shown("buyer") != before["buyer"]
    assert "accept_solution" not in {action for action, _ in may(marked(sandbox, order, "buyer"))}


def test_the_mediator_does_not_see_that_another_dispute_followed(sandbox: Sandbox) -> None:
    order = sandbox.in_claim()
    earlier = sandbox.disputes[order]
    sandbox.do("buyer", "cancel", order, reason="other", comment="x", confirm=True)
    before = marked(sandbox, order, "mediator", earlier)
    assert (before["here"], before["may"]) == ("awaiting_confirmation", [])
    sandbox.do("buyer", "open_dispute", order, **sandbox.opening())
    after = marked(sandbox, order, "mediator", earlier)
    assert (after["here"], after["path"], after["may"], after["next_deadline"]) == ("awaiting_confirmation", before["path"], [], None)


def test_what_is_marked_is_kept_nowhere_and_dated_by_its_sandbox(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    answer = sandbox.call("buyer", "GET", f"/docs/states?dispute={sandbox.disputes[order]}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Date"] == "Thu, 01 Jan 2026 12:00:00 GMT"


def test_the_page_tells_in_words_what_it_marks(sandbox: Sandbox) -> None:
    order = sandbox.asked("seller")
    text = sandbox.call("seller", "GET", f"/docs/states?dispute={sandbox.disputes[order]}", headers=BROWSER).text
    Read(text)
    assert "as its seller sees it on 2026-01-01 at 12:00 UTC: in dispute, mediating, waiting for seller." in text
    assert re.search(r"<b>answer</b> <a[^>]*>CLM-2</a> → mediating · processing", text)
    assert "2026-01-12 at 12:00 UTC" in text


def test_an_appeal_is_drawn_where_there_are_appeals(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(ruleset="legacy", settings={"tracking_reasons_from": "shipped"})
    order = box.appealed()
    told = marked(box, order, "buyer")
    assert [step["action"] for step in told["path"]] == ["open_dispute", "refuse", "escalate", "rule", "appeal"]
    assert (told["here"], may(told)) == ("in_dispute.mediating.processing", set())
    assert {("rule", "payment_processing"), ("rule", "finished")} <= may(marked(box, order, "mediator"))


@pytest.mark.parametrize("reach", ["disputed", "refused", "in_claim", "asked", "contested", "replacing", "withdrawn"])
def test_a_picture_is_drawn_of_every_kind_of_dispute(sandbox: Sandbox, reach: str) -> None:
    order = getattr(sandbox, reach)()
    for who in ("buyer", "seller"):
        drawn = picture(sandbox, order, who)
        assert lines(drawn, "been")
        assert elements(drawn, "here")


@pytest.mark.parametrize("ruleset", RULESETS)
def test_marks_leave_the_drawing_readable(ruleset: str) -> None:
    graph = GRAPHS[ruleset]
    for here in graph.nodes:
        for name, one, drawing in drawings(graph, marks_of(graph, here)):
            assert not faults_of(name, drawing, titles_of(one, drawing))


def marks_of(graph: Graph, here: str) -> diagrams.Marks:
    """A dispute that has gone every way there is four times, which none can: the most that can have to be drawn."""
    marks = diagrams.Marks(graph, "dsp_1", Actor.BUYER, datetime(2026, 1, 1, tzinfo=UTC), here, None, [], (), None)
    once = [(Event("ord_1", "dsp_1", marks.now, Actor.BUYER, "x", "X-1", "x", {}, START, START, ()), move) for move in graph.moves]
    marks.__dict__["path"] = tuple(4 * once)
    return marks


def test_groups_are_no_states() -> None:
    for name, members in GROUPS.items():
        assert name not in GRAPHS["legacy"].nodes
        assert members < set(GRAPHS["legacy"].nodes)
