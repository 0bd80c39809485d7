"""Carries out a Dockerfile without Docker: the same commands, in a folder that stands for the image's root.

The image's own paths lie in that folder; a path of the Dockerfile that would lie outside of it is an AssertionError. The base image's
Python is this one, in an environment without packages. Stages take turns in the folder, so a later one has only what it copies, at the
same paths.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import venv
from dataclasses import dataclass, field
from pathlib import Path

from ..readme import ROOT
from .dockerfile import Instruction, context, stages

# The folders at an image's root that its Dockerfile may speak of.
OWN = "src|opt|data"
# What a machine needs to reach its package index, and what must not leak into the image.
_NOT_FOR_IMAGES = re.compile(r"PATH|PYTHON.*|VIRTUAL_ENV|DATABASE_URL|EMULATOR_.*|PORT|PIP_TARGET|PIP_PREFIX|PIP_USER")


@dataclass
class Image:
    """What has come of a Dockerfile: the folder that is its root, and what it says of how to run."""

    root: Path
    environment: dict[str, str]
    folder: Path
    said: dict[str, Instruction] = field(default_factory=dict)

    def command(self, name: str) -> list[str]:
        """The words of ENTRYPOINT, CMD or HEALTHCHECK, with paths as they are here."""
        return [self.here(word) for word in self.said[name].words()]

    def here(self, text: str) -> str:
        """A text in which the image's own paths are those of the folder."""
        return re.sub(rf"(?<![\w.])/(?=(?:{OWN})(?:[/:;\"'\s]|$))", f"{self.root}/", text)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """What `docker exec` would do: a command, with the image's environment alone."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def build(text: str, root: Path) -> Image:
    """Carry out a Dockerfile over this checkout; AssertionError with the output where a step fails."""
    ignore = (ROOT / ".dockerignore").read_text("utf-8")
    given, earlier = list(context(ROOT, ignore)), dict[str, Path]()
    image = None
    for number, stage in enumerate(stages(text)):
        image = _from(stage, root)
        for step in stage[1:]:
            _carry_out(step, image, given, earlier)
        if number < len(stages(text)) - 1:
            name = stage[0].rest.split(" AS ")[1]
            earlier[name] = root.rename(root.with_name(f"{root.name}-{name}"))
    assert image is not None
    return image


def _from(stage: list[Instruction], root: Path) -> Image:
    base = root / "usr/local"
    venv.create(base, symlinks=True, with_pip=any(step.name == "RUN" and "pip " in step.rest for step in stage))
    return Image(root, {"PATH": f"{base}/bin:/usr/bin:/bin"}, root)


def _carry_out(step: Instruction, image: Image, given: list[str], earlier: dict[str, Path]) -> None:
    if step.name == "ENV":
        for name, value in step.pairs().items():
            image.environment[name] = image.here(re.sub(r"\$(\w+)", lambda found: image.environment[found[1]], value))
    elif step.name == "WORKDIR":
        image.folder = _inside(image, step.rest)
        image.folder.mkdir(parents=True, exist_ok=True)
    elif step.name == "COPY":
        *sources, target = step.rest.split()
        for source in sources:
            _copy(image, source, target, given, earlier.get(step.options.get("from", "")), len(sources) > 1)
    elif step.name == "RUN":
        for path in re.findall(r"(?<![\w.:/])/\w+", step.rest):
            assert re.fullmatch(rf"/(?:{OWN})", path), f"{path} lies outside of what is carried out here: {step.rest}"
        done = subprocess.run(
            ["/bin/sh", "-c", image.here(step.rest)],
            cwd=image.folder,
            env={name: value for name, value in os.environ.items() if not _NOT_FOR_IMAGES.fullmatch(name)} | image.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{step.rest}\n{done.stdout}"
    else:
        image.said[step.name] = step


def _inside(image: Image, path: str) -> Path:
    found = Path(image.here(path)) if path.startswith("/") else image.folder / path
    assert found.is_relative_to(image.root), f"{path} lies outside of what is carried out here"
    return found


def _copy(image: Image, source: str, target: str, given: list[str], stage: Path | None, many: bool) -> None:
    """A file or the content of a folder, from what is given to the build or from an earlier stage."""
    into = _inside(image, target)
    if stage is not None:
        shutil.copytree(stage / source.lstrip("/"), into, symlinks=True, dirs_exist_ok=True)
        return
    files = [name for name in given if name == source or name.startswith(f"{source}/")]
    assert files, f".dockerignore keeps {source} from the build, or there is none"
    for name in files:
        rest = name.removeprefix(source).lstrip("/")
        to = into / rest if rest else into / Path(name).name if many or target.endswith("/") else into
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, to)
