"""The compose files and nginx's configuration: no rights, no secrets, and the limits and ports of the program itself."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Context
from granian.http import HTTP1Settings

from emulator.cli import main
from emulator.contract import CONTROL_CALLS
from emulator.domain.refusals import BY_CODE
from emulator.http.control import MAX_WORLD_BYTES
from emulator.http.marketplace import MAX_UPLOAD_BYTES

from ..readme import ROOT
from .dockerfile import DOCKERFILE, FOLDER, stages
from .test_image import known_variables

FILES = {path.name: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("compose*.yaml"))}
SERVICES = [
    pytest.param(service, id=f"{file}-{name}") for file, document in FILES.items() for name, service in document["services"].items()
]
EMULATORS = [document["services"]["emulator"] for document in FILES.values()]
FINAL = {step.name: step for step in stages(DOCKERFILE.read_text("utf-8"))[-1]}
PORT = FINAL["EXPOSE"].rest
# What libpq reads, beside what the program does.
OF_LIBPQ = {"PGPASSWORD"}

Service = Mapping[str, Any]


def seconds(told: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(s|m|ms)", told).groups()  # type: ignore[union-attr] # anything else is a fault
    return int(number) * {"s": 1, "m": 60}[unit]


def options(service: Service) -> Mapping[str, Any]:
    """What `serve` is told by a service's command, or by the image's."""
    name, *words = [re.sub(r"\$\{\w+:-(\w+)\}", r"\1", word) for word in service.get("command", FINAL["CMD"].words())]
    command = main.get_command(Context(main), name)
    assert command is not None, name
    return command.make_context(name, words).params


def test_there_is_one_container_alone_and_one_with_postgresql_and_nginx() -> None:
    assert {name: sorted(document["services"]) for name, document in FILES.items()} == {
        "compose.yaml": ["emulator"],
        "compose.postgres.yaml": ["database", "emulator", "nginx"],
    }
    services = FILES["compose.postgres.yaml"]["services"]
    assert services["database"]["image"].startswith("postgres:18-")
    assert len({document["name"] for document in FILES.values()}) == 2, "one would take the other's containers for its own"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_rights_and_writes_only_what_is_named(service: Service) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    user = service.get("user") or FINAL["USER"].rest
    assert "build" in service or "user" in service, "who runs somebody else's image is said here"
    assert all(int(each) > 0 for each in user.split(":"))
    assert any(mount.startswith("/tmp:size=") for mount in service["tmpfs"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_comes_back_and_its_logs_stay_small(service: Service) -> None:
    assert service["restart"] == "unless-stopped"
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_is_pinned_and_comes_from_the_hub_or_from_here(service: Service) -> None:
    image = service["image"]
    assert "/" not in image, "a host or somebody's account"
    assert "build" in service or re.fullmatch(r"\w+:\d+(?:\.\d+)?-\w+", image)


@pytest.mark.parametrize("service", SERVICES)
def test_secrets_come_from_outside_and_are_demanded(service: Service) -> None:
    secret = [value for name, value in service.get("environment", {}).items() if re.search("KEY|PASSWORD|SECRET|TOKEN", name)]
    assert all(re.fullmatch(r"\$\{\w+:\?[^}]+\}", value) for value in secret)
    assert "@" not in re.sub(r"//\w+@", "", service.get("environment", {}).get("DATABASE_URL", "")), "a password in an address"


def test_every_variable_stands_in_the_example_and_no_secret_has_a_value_there() -> None:
    example = dict(re.findall(r"^#?(\w+)=(.*)$", (FOLDER / ".env.example").read_text("utf-8"), re.MULTILINE))
    asked = {}
    for path in FOLDER.glob("compose*.yaml"):
        asked |= dict(re.findall(r"\$\{(\w+)(?::[-?]([^}]*))?\}", path.read_text("utf-8")))
    assert set(example) == set(asked)
    for name, value in example.items():
        assert value == ("" if re.search("KEY|PASSWORD", name) else asked[name])


def test_the_file_with_the_secrets_is_kept_by_nobody() -> None:
    kept = subprocess.run(["git", "check-ignore", "--quiet", "docker/.env"], cwd=ROOT, check=False)
    assert kept.returncode == 0


@pytest.mark.parametrize("service", EMULATORS)
def test_the_emulator_is_given_what_it_knows(service: Service) -> None:
    assert set(service["environment"]) <= known_variables() | OF_LIBPQ
    assert options(service)["host"] == "0.0.0.0"
    several = options(service)["workers"] > 1
    assert several == service["environment"].get("DATABASE_URL", "").startswith("postgresql://"), "more than one worker means PostgreSQL"


@pytest.mark.parametrize("service", EMULATORS)
def test_the_emulator_has_time_to_end_what_runs(service: Service) -> None:
    assert "EMULATOR_STOP_SECONDS" not in service["environment"]
    assert seconds(service["stop_grace_period"]) > options(service)["stop_seconds"]


@pytest.mark.parametrize("service", EMULATORS)
def test_the_emulator_is_built_here(service: Service) -> None:
    assert (FOLDER / service["build"]["context"]).resolve() == ROOT
    assert (FOLDER / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == DOCKERFILE


def test_only_one_service_can_be_reached_and_only_from_this_machine() -> None:
    for name, document in FILES.items():
        published = {each: service["ports"] for each, service in document["services"].items() if "ports" in service}
        assert published == {"nginx" if "postgres" in name else "emulator": [f"${{PUBLISH:-127.0.0.1:8080}}:{PORT}"]}
    inside = FILES["compose.postgres.yaml"]
    assert inside["networks"]["inside"] == {"internal": True}
    assert inside["services"]["database"]["networks"] == inside["services"]["emulator"]["networks"] == ["inside"]


def test_data_outlive_their_containers() -> None:
    (volume,) = FINAL["VOLUME"].words()
    assert FILES["compose.yaml"]["services"]["emulator"]["volumes"] == [f"data:{volume}"]
    assert FILES["compose.postgres.yaml"]["services"]["database"]["volumes"] == ["database:/var/lib/postgresql"]
    assert [set(document["volumes"]) for document in FILES.values()] == [{"database"}, {"data"}]


def test_each_waits_until_the_one_it_needs_is_well() -> None:
    services = FILES["compose.postgres.yaml"]["services"]
    assert services["emulator"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert services["nginx"]["depends_on"]["emulator"]["condition"] == "service_healthy"
    assert {"healthcheck" in services[name] for name in ("database", "nginx")} == {True}
    assert "healthcheck" not in services["emulator"], "the image has one"
    user, host, database = re.fullmatch(  # type: ignore[union-attr] # anything else is a fault
        r"postgresql://(\w+)@(\w+):5432/(\w+)", services["emulator"]["environment"]["DATABASE_URL"]
    ).groups()
    assert host in services
    made = services["database"]["environment"]
    assert (user, database) == (made["POSTGRES_USER"], made["POSTGRES_DB"])
    assert services["emulator"]["environment"]["PGPASSWORD"] == made["POSTGRES_PASSWORD"]


# ── nginx ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

Directive = tuple[list[str], list[Any]]
TOKEN = re.compile(r"""\s+|\#.*|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([{};])|((?:[^\s{};'"\\]|\\.)+)""")


def read(text: str) -> list[Directive]:
    """The directives of nginx: the words of each, and the directives within it."""
    tokens: list[tuple[bool, str]] = []
    place = 0
    while place < len(text):
        found = TOKEN.match(text, place)
        assert found, text[place : place + 50]
        place = found.end()
        single, double, mark, word = found.groups()
        if mark:
            tokens.append((True, mark))
        elif (value := next((each for each in (single, double, word) if each is not None), None)) is not None:
            tokens.append((False, value))
    stream = iter(tokens)

    def block() -> list[Directive]:
        words, within = list[str](), list[Directive]()
        for is_mark, value in stream:
            if not is_mark:
                words.append(value)
            elif value == "}":
                break
            else:
                within.append((words, block() if value == "{" else []))
                words = []
        assert not words, f"{words} has no end"
        return within

    return block()


NGINX = read((FOLDER / "nginx.conf").read_text("utf-8"))


def every(directives: list[Directive], *name: str) -> Iterator[tuple[list[str], list[Directive]]]:
    """The arguments and the content of each directive of a name, wherever it stands."""
    for words, within in directives:
        if words[: len(name)] == list(name):
            yield words[len(name) :], within
        yield from every(within, *name)


def one(directives: list[Directive], *name: str) -> str:
    """The only value of a directive that stands here directly."""
    (found,) = (words[len(name) :] for words, _ in directives if words[: len(name)] == list(name))
    (value,) = found
    return value


def size(told: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([kmg])", told).groups()  # type: ignore[union-attr] # anything else is a fault
    return int(number) * 1024 ** " kmg".index(unit)


((_, HTTP),) = every(NGINX, "http")
((_, SERVER),) = every(NGINX, "server")[:1] if False else [each for each in every(HTTP, "server") if not each[0]]
LOCATIONS = {tuple(words): within for words, within in every(SERVER, "location")}


def test_nginx_listens_where_it_is_published_and_asks_the_emulator_where_that_listens() -> None:
    service = FILES["compose.postgres.yaml"]["services"]["nginx"]
    assert service["volumes"] == ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
    assert one(SERVER, "listen", PORT) == "default_server"
    ((name, upstream),) = every(HTTP, "upstream")
    assert one(upstream, "server") == f"emulator:{PORT}"
    assert {passed for words, _ in every(SERVER, "proxy_pass") for passed in words} == {f"http://{name[0]}"}
    health = service["healthcheck"]["test"][-1]
    assert LOCATIONS["=", health.removeprefix(f"http://127.0.0.1:{PORT}")]


def test_nginx_lets_through_what_the_emulator_takes_and_little_more() -> None:
    assert MAX_UPLOAD_BYTES < size(one(HTTP, "client_max_body_size")) < 1.2 * MAX_UPLOAD_BYTES
    (path,) = (call.path for call in CONTROL_CALLS if call.name == "import_sandbox")
    worlds = LOCATIONS["=", path]
    assert MAX_WORLD_BYTES < size(one(worlds, "client_max_body_size")) < 1.2 * MAX_WORLD_BYTES


def test_a_slow_client_is_hung_up_on_by_nginx_and_never_holds_a_worker() -> None:
    for name, most in (("client_header_timeout", 15), ("client_body_timeout", 30), ("send_timeout", 60)):
        assert 0 < seconds(one(HTTP, name)) <= most
    for switch in ("proxy_request_buffering", "proxy_buffering"):
        assert not [words for words, _ in every(NGINX, switch) if words != ["on"]]


def test_nginx_keeps_connections_to_the_emulator_and_leaves_them_first() -> None:
    ((_, upstream),) = every(HTTP, "upstream")
    assert int(one(upstream, "keepalive")) > 0
    assert seconds(one(upstream, "keepalive_timeout")) < HTTP1Settings().header_read_timeout / 1000
    assert one(SERVER, "proxy_http_version") == "1.1"
    assert one(SERVER, "proxy_set_header", "Connection") == ""


def test_nginx_passes_on_who_asked_and_the_requests_id() -> None:
    passed = {words[0]: words[1] for words, _ in every(SERVER, "proxy_set_header")}
    assert passed["X-Forwarded-For"] == passed["X-Real-IP"] == "$remote_addr", "what a client says of itself is not believed"
    ((words, _),) = every(HTTP, "log_format")
    assert passed["X-Request-ID"] in "".join(words)
    assert not re.search(
        r"\$(?:request|request_uri|args|query_string|http_authorization|http_x_emulator_key|http_cookie)\b", "".join(words)
    )


def test_nginx_writes_nothing_but_what_may_be_written() -> None:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = [one(HTTP, f"{kind}_temp_path") for kind in kinds] + [one(NGINX, "pid")]
    assert all(path.startswith("/tmp/") for path in paths)
    assert one(NGINX, "error_log", "stderr") == "warn"
    assert one(HTTP, "access_log", "/dev/stdout")


def test_what_nginx_refuses_is_a_problem_document_of_ours() -> None:
    assert one(HTTP, "default_type") == "application/problem+json"
    pages = {int(status): words[-1] for words, _ in every(SERVER, "error_page") for status in words[:-2]}
    assert set(pages) >= {400, 413, 414, 494, 500, 502, 503, 504}
    for page in set(pages.values()):
        within = LOCATIONS["=", page]
        assert (["internal"], []) in within, "anybody could ask for it"
        ((status, told),) = (words[1:] for words, _ in within if words[0] == "return")
        problem = json.loads(told)
        assert int(status) == problem["status"]
        if "code" in problem:
            refusal = BY_CODE[problem["code"]]
            assert problem == {"type": f"/problems/{refusal.code}", "title": refusal.title, "status": refusal.status, "code": refusal.code}
        else:
            assert problem["type"] == "about:blank"
            assert problem["status"] in (503, 504)


def test_every_file_that_the_pages_name_is_there() -> None:
    for page in (FOLDER / "README.md", ROOT / "docs/how-to/docker.md"):
        named = set(re.findall(r"\bdocker/[\w.-]*\w", page.read_text("utf-8"))) - {"docker/.env"}
        assert named
        assert not [name for name in named if not Path(ROOT, name).exists()]
