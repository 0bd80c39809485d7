"""The house keeps its shape: who imports whom, who reads the clock, where the size is, what the lock file may say."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "emulator"

# What each part of the package may import of the package. A part is a module or folder directly under emulator/; `http.schemas` is the one
# part that stands inside another. Whoever adds a part adds its line, and so says what it may know.
PURE = {"domain", "contract", "durations"}
SERVICES = {"service", "control"}
MAY_IMPORT = {
    "domain": set(),
    "contract": set(),  # where each action and call lives in HTTP: names only
    "durations": set(),
    "loading": set(),
    "pictures": set(),
    "sniffing": set(),
    "clock": {"domain"},
    "curl": {"pictures"},
    "explaining": PURE,
    "coverage": {"domain"},
    "tally": {"domain", "coverage", "store"},
    "metrics": {"domain", "coverage"},
    "logs": set(),
    "log_json": {"logs"},
    "standing": {"domain", "store"},
    "worker": set(),  # what granian calls; it knows the application as WSGI only
    "views": PURE,
    "growth": PURE | {"pictures"},
    "player": PURE | {"views", "growth", "pictures"},
    "timeline": PURE | {"player"},
    "diagrams": PURE,
    "staging": PURE | {"player", "explaining"},
    "lives": {"domain"},
    "remote": set(),  # a client of the program, which knows nothing of it
    "store": PURE,
    "audit": PURE | {"store"},
    "encoding": set(),
    "migrations": {"store"},
    "replies": {"domain", "store", "encoding"},
    "listing": {"domain", "views", "store", "encoding"},
    "service": PURE | {"listing", "replies", "encoding", "views", "store", "clock", "sniffing", "explaining", "tally"},
    "stamping": PURE,
    "journey": PURE,
    "control": PURE
    | {
        "views",
        "store",
        "clock",
        "growth",
        "stamping",
        "audit",
        "service",
        "explaining",
        "curl",
        "journey",
        "sniffing",
        "pictures",
        "player",
        "staging",
        "lives",
        "coverage",
        "tally",
        "replies",
    },
    "http.schemas": PURE,
    "derive": PURE | {"explaining"},
    "openapi": PURE | {"http.schemas", "derive"},
    "testing": PURE
    | {
        "app",
        "journey",
        "control",
        "http",
        "coverage",
        "tally",
        "remote",
        "encoding",
    },  # for tests of others: it makes applications and drives them
    "http": PURE
    | {"views", "derive", "openapi", "diagrams", "timeline", "http.schemas", "explaining", "curl", "coverage"}
    | {"encoding", "replies", "metrics", "logs"}
    | SERVICES,  # never store or clock: they are reached through the services
}
MAY_IMPORT_ALL = {"", "__main__", "app", "cli", "server"}  # create_app() and the command put the parts together

# These run without anything installed.
STANDARD_LIBRARY_ONLY = {
    "domain",
    "contract",
    "coverage",
    "durations",
    "pictures",
    "growth",
    "stamping",
    "journey",
    "views",
    "player",
    "diagrams",
}
# No clock, no I/O, no chance in the domain, not even the standard library's.
NOT_IN_DOMAIN = {
    *("asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3"),
    *("subprocess", "tempfile", "threading", "time", "urllib", "uuid"),
}

WALL_CLOCK = {
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.asctime", "time.strftime"),
}


def sources() -> list[Path]:
    return sorted((ROOT / PACKAGE).rglob("*.py"))


def module_name(path: Path, root: Path = ROOT) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module: str) -> str:
    """`emulator.http.schemas.orders` belongs to `http.schemas`, `emulator.http.auth` to `http`, `emulator` itself to ``."""
    inner = module.split(".")[1:]
    return "http.schemas" if inner[:2] == ["http", "schemas"] else ".".join(inner[:1])


def imports(tree: ast.AST, module: str, is_package: bool, known: set[str]) -> Iterator[tuple[int, str]]:
    """Every module that the code imports, at its top or in a function, by its full name, with the line."""
    package = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                name = f"{base}.{alias.name}"
                yield node.lineno, name if name in known else base


def faults_of_imports(source: str, module: str, known: set[str], is_package: bool = False) -> list[str]:
    mine, faults = part_of(module), []
    if mine not in MAY_IMPORT and mine not in MAY_IMPORT_ALL:
        return [f"{module} has no place in the house: give `{mine}` a line in MAY_IMPORT"]
    for line, name in imports(ast.parse(source), module, is_package, known):
        top = name.split(".")[0]
        if top == PACKAGE:
            theirs = part_of(name)
            if mine not in MAY_IMPORT_ALL and theirs != mine and theirs not in MAY_IMPORT[mine]:
                faults.append(f"{module}:{line}: {mine} may not import {theirs or 'the package itself'} ({name})")
        elif mine in STANDARD_LIBRARY_ONLY and top not in sys.stdlib_module_names:
            faults.append(f"{module}:{line}: {mine} imports only the standard library, not {top}")
        elif mine == "domain" and top in NOT_IN_DOMAIN:
            faults.append(f"{module}:{line}: the domain does no I/O and reads no clock, so not {top}")
    return list(dict.fromkeys(faults))


def wall_clock_reads(source: str) -> list[tuple[int, str]]:
    """Where the code names a function that reads the wall clock, called or not, under whatever name it was imported."""
    tree = ast.parse(source)
    full = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            full.update(
                {alias.asname or alias.name.split(".")[0]: alias.name if alias.asname else alias.name.split(".")[0] for alias in node.names}
            )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            full.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})

    def dotted(node: ast.expr) -> str | None:
        if isinstance(node, ast.Name):
            return full.get(node.id)
        if isinstance(node, ast.Attribute):
            left = dotted(node.value)
            return left and f"{left}.{node.attr}"
        return None

    named = ((node.lineno, dotted(node)) for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute))
    return [(line, name) for line, name in named if name in WALL_CLOCK]


def test_imports_go_in_one_direction() -> None:
    known = {module_name(path) for path in sources()}
    faults = [
        fault
        for path in sources()
        for fault in faults_of_imports(path.read_text(encoding="utf-8"), module_name(path), known, path.name == "__init__.py")
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("emulator.domain.engine", "import flask", "only the standard library"),
        ("emulator.domain.engine", "import time", "reads no clock"),
        ("emulator.domain.engine", "from .. import clock", "may not import clock"),
        ("emulator.domain.engine", "from ..store import tables", "may not import store"),
        ("emulator.domain.engine", "def f():\n    import emulator.service", "may not import service"),
        ("emulator.store.tables", "from ..http.schemas import Order", "may not import http.schemas"),
        ("emulator.service", "from emulator.http import problems", "may not import http"),
        ("emulator.http.marketplace", "from ..store import load", "may not import store"),
        ("emulator.http.schemas", "from .marketplace import views", "may not import http"),
        ("emulator.derive", "from .http.marketplace import routes", "may not import http"),
        ("emulator.views", "from . import player", "may not import player"),
        ("emulator.player", "import sqlalchemy", "only the standard library"),
        ("emulator.service", "from . import create_app", "may not import the package itself"),
        ("emulator.helpers", "", "has no place in the house"),
    ],
)
def test_the_import_test_can_fail(module: str, source: str, fault: str) -> None:
    known = {f"emulator.{name}" for name in ("clock", "player", "service", "store.tables", "http.marketplace", "http.schemas")}
    (said,) = faults_of_imports(source, module, known)
    assert fault in said


def test_only_the_clock_reads_the_clock() -> None:
    faults = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in sources()
        if path != ROOT / PACKAGE / "clock.py"
        for line, name in wall_clock_reads(path.read_text(encoding="utf-8"))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import datetime\nread = datetime.utcnow",
        "from datetime import date as d\nd.today()",
        "import datetime as dt\ndt.date.today()",
        "from time import time\ntime()",
        "import time\nfield(default_factory=time.time_ns)",
    ],
)
def test_the_clock_test_can_fail(source: str) -> None:
    assert wall_clock_reads(source)


def test_the_table_is_the_biggest_file() -> None:
    sizes = {module_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert max(sizes, key=sizes.__getitem__) == "emulator.domain.rules"


# A registry's address in a file would bind everybody to the machine that wrote it. (Written so that this file names none.)
REGISTRY = re.compile(r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|debian|crates|anaconda|rubygems|golang)\.(?:org|com|io)\b", re.IGNORECASE)


def kept_files(*suffixes: str) -> list[Path]:
    """The files that git keeps, or would keep."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name.endswith(suffixes) and (ROOT / name).is_file()]


def test_no_file_names_a_package_registry() -> None:
    files = kept_files(".lock", ".toml", ".json", ".cfg", ".ini", ".yml", ".yaml")
    assert ROOT / "requirements.lock" in files
    assert not [path.name for path in files if REGISTRY.search(path.read_text(encoding="utf-8"))]


def faults_of_lock(text: str) -> list[str]:
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [
        line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[^\s;/:@]+(?: ; [^/:@]+?)?(?:\s+--hash=sha256:[0-9a-f]{64})+\s*", line)
    ]


def test_every_line_of_the_lock_is_a_pin_with_its_hashes() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not faults_of_lock(text)
    assert "/" not in text, "the lock names a path or a host"


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple",
        "--find-links somewhere",
        "flask==3.1.3",
        f"flask @ file:///tmp/flask.whl --hash=sha256:{'0' * 64}",
        f"flask>=3 --hash=sha256:{'0' * 64}",
    ],
)
def test_the_lock_test_can_fail(line: str) -> None:
    assert faults_of_lock(line) == [line]
