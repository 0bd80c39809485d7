"""What the image is made of and how it runs: read from the Dockerfile, and compared with what the program knows."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

from click import Context
from packaging.requirements import Requirement

from emulator.cli import main

from ..readme import ROOT
from .dockerfile import DOCKERFILE, FOLDER, Instruction, context, stages

BUILD, FINAL = stages(DOCKERFILE.read_text("utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def the(name: str) -> Instruction:
    (found,) = (step for step in FINAL if step.name == name)
    return found


def known_variables() -> set[str]:
    """The names that the program reads from its environment."""
    found: set[str] = set()
    for path in (ROOT / "emulator").rglob("*.py"):
        told = path.read_text("utf-8")
        found |= set(re.findall(r"""(?:environ(?:\.get\(|\[)|getenv\(|envvar=)["'](\w+)["']""", told))
    return found


def test_it_is_built_upon_pinned_images_of_the_hub() -> None:
    for stage in (BUILD, FINAL):
        image = stage[0].rest.split()[0]
        assert re.fullmatch(r"python:3\.\d+-slim-\w+", image), image
        assert f"Programming Language :: Python :: {image[7:11]}" in PROJECT["classifiers"]


def test_whoever_runs_it_is_not_root_and_owns_only_the_data() -> None:
    user, group = the("USER").rest.split(":")
    assert int(user) >= 10_000
    assert int(group) >= 10_000
    (volume,) = the("VOLUME").words()
    owned = [step for step in FINAL if step.name == "COPY" and "chown" in step.options]
    assert [(step.options["chown"], step.rest.split()[-1]) for step in owned] == [(f"{user}:{group}", volume)]
    assert FINAL.index(owned[0]) < FINAL.index(the("VOLUME")), "what is changed below a volume after VOLUME is lost"


def test_nothing_is_installed_or_built_in_the_stage_that_stays() -> None:
    assert not [step for step in FINAL if step.name == "RUN"]


def test_all_that_is_installed_has_its_hash() -> None:
    commands = [command.strip() for step in BUILD if step.name == "RUN" for command in re.split(r"&&|;|\|", step.rest)]
    installs = [command for command in commands if re.search(r"\bpip\b.*\b(?:install|wheel|download)\b", command)]
    assert len(installs) == 4
    for command in installs:
        assert "--require-hashes" in command or "--no-index" in command, command


def test_it_stops_as_the_server_is_told_to_stop() -> None:
    assert the("STOPSIGNAL").rest == "SIGTERM"
    assert the("ENTRYPOINT").words() == ["dispute-emulator"], "a shell in between would not pass the signal on"


def test_its_command_is_one_of_the_program() -> None:
    name, *options = the("CMD").words()
    command = main.get_command(Context(main), name)
    assert command is not None, name
    context = command.make_context(name, options)
    assert context.params["host"] == "0.0.0.0"
    assert context.params["demo"] is None


def test_its_health_check_needs_no_shell() -> None:
    python, alone, script = the("HEALTHCHECK").words()
    assert (python, alone) == ("python", "-I")
    assert any(step.name == "COPY" and step.rest == f"docker/{Path(script).name} {script}" for step in FINAL)
    assert {"interval", "timeout", "retries", "start-period"} <= set(the("HEALTHCHECK").options)


def test_its_environment_is_what_the_program_reads_and_holds_no_secret() -> None:
    given = {name: value for step in (*BUILD, *FINAL) if step.name == "ENV" for name, value in step.pairs().items()}
    assert set(given) <= known_variables() | {"PATH"} | {name for name in given if name.startswith(("PYTHON", "PIP_"))}
    assert {"PORT", "DATABASE_URL"} <= set(given)
    assert not re.search(r"key|secret|token|password", " ".join(given), re.IGNORECASE)
    assert "@" not in given["DATABASE_URL"]


def test_its_port_is_the_one_it_shows() -> None:
    given = {name: value for step in FINAL if step.name == "ENV" for name, value in step.pairs().items()}
    assert the("EXPOSE").rest == given["PORT"]
    assert given["DATABASE_URL"].startswith(f"sqlite:///{the('VOLUME').words()[0]}/")


def test_its_labels_are_the_projects() -> None:
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in the("LABEL").pairs().items()}
    assert (labels["title"], labels["version"], labels["licenses"]) == (PROJECT["name"], PROJECT["version"], PROJECT["license"])
    assert PROJECT["description"].startswith(labels["description"].removesuffix("."))


def test_only_what_the_image_copies_goes_to_the_engine() -> None:
    given = set(context(ROOT, (ROOT / ".dockerignore").read_text("utf-8")))
    wanted = [
        source for step in (*BUILD, *FINAL) if step.name == "COPY" and not step.options.get("from") for source in step.rest.split()[:-1]
    ]
    assert all(any(name == source or name.startswith(f"{source}/") for source in wanted) for name in given)
    assert not [name for name in given if "__pycache__" in name or name.endswith((".env", ".db", ".pyc"))]
    listed = subprocess.run(["git", "ls-files", "emulator", "fixtures"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {name for name in listed.stdout.splitlines() if (ROOT / name).exists()} <= given


# ── what is installed ──────────────────────────────────────────────────────────────────────────────────────────────────


def locked(*names: str) -> subprocess.CompletedProcess[str]:
    """As a step of the build runs it."""
    return subprocess.run([sys.executable, FOLDER / "locked.py", *names], capture_output=True, text=True, check=False)


def entries(text: str) -> dict[str, str]:
    return {entry.partition("==")[0]: entry.strip() for entry in re.split(r"^(?=[a-z])", text, flags=re.MULTILINE) if "==" in entry}


def wanted(*distributions: str) -> set[str]:
    """What distributions need according to what is installed here, extras of theirs included where they are asked for."""
    found, asked = set[str](), [Requirement(each) for each in distributions]
    done = set[str]()
    while asked:
        one = asked.pop()
        if str(one) in done:
            continue
        done.add(str(one))
        found.add(one.name.lower().replace("_", "-"))
        needs = map(Requirement, requires(one.name) or ())
        asked += [
            each for each in needs if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in one.extras or {""})
        ]
    return found


def test_the_image_gets_the_locks_entries_for_all_that_the_project_needs() -> None:
    project = entries(locked("dispute-emulator").stdout)
    whole = entries(re.sub(r"^ *#.*\n", "", (ROOT / "requirements.lock").read_text("utf-8"), flags=re.MULTILINE))
    assert project.items() <= whole.items()
    assert all("--hash=sha256:" in entry for entry in project.values())
    assert set(project) >= wanted(*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["postgres"])


def test_the_image_gets_none_of_the_tools() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["dev"]
    tools = {re.split(r"[\s<>=!~;\[(]", each, maxsplit=1)[0] for each in groups}
    needed = wanted(*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["postgres"])
    assert not set(entries(locked("dispute-emulator").stdout)) & (tools - needed)


def test_what_builds_it_is_from_the_lock_too() -> None:
    assert set(entries(locked("hatchling").stdout)) >= wanted("hatchling")


def test_a_name_that_the_lock_does_not_know_is_an_error() -> None:
    done = locked("no-such-distribution")
    assert done.returncode != 0
    assert "no-such-distribution" in done.stderr
