"""The site is built without a warning, holds everything the code knows, leads nowhere wrong, and loads nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from emulator.cli import main
from emulator.contract import CONTROL_CALLS, MARKETPLACE_CALLS
from emulator.domain.refusals import BY_CODE
from emulator.domain.rulebook import DISAGREEMENTS, RULEBOOK
from emulator.domain.rules import ACTIONS
from emulator.domain.rulesets import STANDARD, dump_settings
from emulator.growth import world_names
from emulator.openapi import openapi
from emulator.player import story_ids

from .telling import DOCS, pages

LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "object": "data"}
NOT_LOADED = {"search", "index", "next", "prev", "author", "canonical", "genindex"}


class Page(HTMLParser):
    """A built page: what it loads, where it leads, and the places in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: set[str] = set()
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if "id" in named:
            self.ids.add(named["id"] or "")
        if tag == "a" and named.get("href"):
            self.links.add(named["href"] or "")
        if tag in LOADS and named.get(LOADS[tag]) and named.get("rel") not in NOT_LOADED:
            self.loads.add(named[LOADS[tag]] or "")


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """What `make docs` runs."""
    options = ["--fresh-env", "--fail-on-warning", "--keep-going", "--quiet", "--builder", "html"]
    command = [sys.executable, "-m", "sphinx", *options, "--doctree-dir", str(target / "doctrees"), str(source), str(target / "html")]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(DOCS, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def built(site: Path) -> dict[str, Page]:
    return {path.relative_to(site).as_posix(): Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}


def test_every_page_is_built_and_can_be_reached_from_the_first(built: dict[str, Page]) -> None:
    for path in pages():
        assert path.relative_to(DOCS).with_suffix(".html").as_posix() in built
    reached, waiting = set(), ["index.html"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [there for link in built[name].links if (there := target(name, link)[0]) in built]
    assert set(built) - reached <= {"search.html"}


def test_every_link_leads_somewhere_and_works_without_a_server(site: Path, built: dict[str, Page]) -> None:
    wrong = []
    for name, page in built.items():
        for link in page.links:
            there, place = target(name, link)
            if urlsplit(link).scheme:
                wrong += [(name, link)] if not link.startswith("http://127.0.0.1:") else []
            elif link.startswith("/") or not (site / there).is_file() or (place and there in built and place not in built[there].ids):
                wrong.append((name, link))
    assert not wrong


def target(page: str, link: str) -> tuple[str, str]:
    """The file below the site's root that a page's link leads to, and the place in it."""
    parts = urlsplit(link)
    there = (Path("/") / page).parent / unquote(parts.path) if parts.path else Path("/") / page
    resolved: list[str] = []
    for part in there.parts[1:]:
        resolved = resolved[:-1] if part == ".." else [*resolved, part]
    return "/".join(resolved), unquote(parts.fragment)


def test_nothing_is_loaded_from_elsewhere(site: Path, built: dict[str, Page]) -> None:
    for name, page in built.items():
        for source in page.loads:
            assert not urlsplit(source).scheme, (name, source)
            assert not urlsplit(source).netloc, (name, source)
            assert (site / target(name, source)[0]).is_file(), (name, source)
    for style in site.rglob("*.css"):
        assert not re.search(r"""(?:@import\s+|url\(\s*)["']?(?:https?:)?//""", style.read_text("utf-8")), style


EVERYTHING = {
    "reference/rules.html": {f"rule-{rule.id.lower()}" for rule in RULEBOOK},
    "reference/refusals.html": {f"refusal-{code}" for code in BY_CODE},
    "reference/settings.html": {f"setting-{name}" for name in dump_settings(STANDARD)},
    "reference/actions.html": {f"action-{action.name}" for action in ACTIONS},
    "reference/calls.html": {f"call-{call.name}" for call in (*MARKETPLACE_CALLS, *CONTROL_CALLS)},
    "reference/shapes.html": {f"shape-{name.lower()}" for name in openapi()["components"]["schemas"] if not name.endswith("Body")},
    "reference/worlds-and-stories.html": {f"world-{name}" for name in world_names()} | {f"story-{story.lower()}" for story in story_ids()},
    "reference/cli.html": {"command-dispute-emulator"} | {f"command-dispute-emulator-{name}" for name in main.commands},
    "reference/client.html": {f"client-account-{action.name}" for action in ACTIONS if action.name != "deliver"}
    | {"client-sandbox-deliver"},
}


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_reference_holds_everything_there_is(name: str, built: dict[str, Page]) -> None:
    assert not {place.replace("_", "-") for place in EVERYTHING[name]} - built[name].ids


def test_the_disagreements_and_the_plugin_are_told(site: Path) -> None:
    told = (site / "explanation/disagreements.html").read_text("utf-8")
    assert all(disagreement.setting in told and disagreement.question in told for disagreement in DISAGREEMENTS)
    plugin = (site / "reference/pytest.html").read_text("utf-8")
    for name in ("sandbox", "dispute_emulator", "dispute_sandbox", "--dispute-emulator-url", "--dispute-cov-fail-under"):
        assert name in plugin


def test_every_text_that_is_made_stands_on_one_page() -> None:
    asked = [name for path in pages() for name in re.findall(r"^<!-- generated: (.*) -->$", path.read_text("utf-8"), re.MULTILINE)]
    made = (DOCS / "_ext/emulator_reference/__init__.py").read_text("utf-8")
    assert sorted(asked) == sorted(re.findall(r'^    "([a-z-]+)": \w+\.\w+,$', made, re.MULTILINE))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[there](nowhere.md)", "nowhere.md"),
        ("[CAN-99](#rule-can-99)", "rule-can-99"),
        ("<!-- generated: nothing -->", "Nobody makes 'nothing'"),
        ("```{toctree}\nnowhere\n```", "nowhere"),
    ],
)
def test_what_leads_nowhere_fails_the_build(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "docs").mkdir()
    shutil.copy(DOCS / "conf.py", tmp_path / "docs")
    for folder in ("_ext", "_static"):
        shutil.copytree(DOCS / folder, tmp_path / "docs" / folder)
    (tmp_path / "docs/index.md").write_text(f"# A page\n\n{text}\n", "utf-8")
    done = build(tmp_path / "docs", tmp_path)
    assert done.returncode != 0
    assert fault in done.stderr
