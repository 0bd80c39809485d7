"""The client as people get it: its wheel, in an environment with httpx and without Flask; a program there is typed, and runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from emulator.testing.live import LiveServer

ROOT = Path(__file__).resolve().parents[3]
CLIENT = ROOT / "clients" / "python"
PROGRAM = Path(__file__).parent / "program.py"

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, CLIENT, cwd=folder)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = folder.glob("*.whl")
    return found


def needed(name: str) -> set[str]:
    """A distribution and all that it needs here, without extras."""
    found, asked = set[str](), [name]
    while asked:
        one = asked.pop()
        if one in found:
            continue
        found.add(one)
        wants = [each for each in distribution(one).requires or () if "extra ==" not in each]
        for each in wants:
            other = re.split(r"[\s<>=!~;\[(]", each, maxsplit=1)[0]
            version = re.search(r"python_version < ['\"]([\d.]+)['\"]", each)
            if version is None or sys.version_info < tuple(map(int, version[1].split("."))):
                asked.append(other)
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment that holds the wheel, httpx, what httpx needs, and nothing else."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    installed = run(sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", wheel, cwd=folder)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in needed("httpx"):
        for file in distribution(name).files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = packages / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(Path(str(file.locate())), target)
    return python


def checked(environment: Path, folder: Path, *programs: Path) -> str:
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", environment, "--cache-dir", folder / "cache", *programs]
    return run(*command, cwd=folder).stdout


def test_the_wheel_holds_the_client_its_types_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (archive.read(name).decode() for name in names if name.endswith("METADATA"))
    assert "dispute_emulator_client/py.typed" in names
    assert "dispute_emulator_client/synchronous/calls.py" in names
    assert {name.partition("/")[0] for name in names} == {
        "dispute_emulator_client",
        wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info",
    }
    assert re.findall(r"^Requires-Dist: (\w+)", metadata, re.MULTILINE) == ["httpx"]


def test_client_and_emulator_have_one_version() -> None:
    versions = [tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["version"] for folder in (ROOT, CLIENT)]
    assert versions[0] == versions[1]


def test_flask_is_not_there(environment: Path, tmp_path: Path) -> None:
    for name in ("flask", "emulator", "werkzeug"):
        assert f"No module named '{name}'" in run(environment, "-c", f"import {name}", cwd=tmp_path).stderr
    assert run(environment, "-c", "import dispute_emulator_client, httpx", cwd=tmp_path).returncode == 0


def test_a_program_is_typed_there_and_runs(environment: Path, tmp_path: Path) -> None:
    program = Path(shutil.copy(PROGRAM, tmp_path))
    assert checked(environment, tmp_path, program) == "Success: no issues found in 1 source file\n"
    with LiveServer() as server:
        done = run(environment, program, cwd=tmp_path, EMULATOR_URL=server.url)
    assert done.returncode == 0, done.stdout + done.stderr
    *lines, last = done.stdout.splitlines()
    assert lines[0] == "PAY-1 refunding refunded 30.00 USD"
    assert lines[1:5] == ["03-02 buyer place_order", "03-02 seller ship", "03-02 carrier deliver", "03-02 buyer open_dispute"]
    assert len(lines) == 13
    assert last == "True"


WRONG = """
    from dispute_emulator_client import AsyncEmulator, Emulator, usd

    with Emulator() as emulator, emulator.sandbox(world="empty") as sandbox:
        buyer, seller = sandbox.buyer, sandbox.seller
        order = buyer.place_order(store=seller.store, item={"title": "Lamp", "quantity": 1}, total=usd("64.00"))
        buyer.place_order(store=buyer.store, item={"title": "Lamp", "quantity": 1}, total=usd("64.00"))  # wrong
        buyer.place_order(store=seller.store, item={"title": "Lamp"}, total=usd("64.00"))  # wrong
        buyer.place_order(store=seller.store, item={"title": "Lamp", "quantity": 1}, total=64)  # wrong
        buyer.place_order(seller.store)  # wrong
        usd(64.5)  # wrong
        emulator.sandbox(world="big")  # wrong
        buyer.open_dispute(order, reason="broken", remedy="refund", explanation="So.")  # wrong
        buyer.open_dispute(order, reason="damaged", remedy="money", explanation="So.")  # wrong
        buyer.orders(status="lost")  # wrong
        seller.refuse("dsp_1", reason="No.", solution={"remedy": "refund", "sum": usd("5.00")})  # wrong
        buyer.cancel_order(order, if_match=order)
        buyer.cancel_order(order, if_match=order.item)  # wrong
        buyer.cancel_order(order, idempotency_key=1)  # wrong
        buyer.orders(idempotency_key="x")  # wrong
        order.status = "finished"  # wrong
        order.stauts  # wrong
        order.shipped_at.year  # wrong
        order.total.amount + 0.5  # wrong
        if order.status == "lost":  # wrong
            pass
        sandbox.advance(3)  # wrong
        sandbox.advance(to_next=True, edge="beside")  # wrong
        buyer.order(3)  # wrong
        buyer.upload_evidence(3)  # wrong
        sandbox.accounts["buyer"] = buyer  # wrong

    async def waiting(emulator: AsyncEmulator) -> None:
        sandbox = emulator.sandbox()
        sandbox.buyer  # wrong
        for order in (await sandbox).buyer.orders():  # wrong
            print(order.status)
"""


def test_what_is_wrong_is_found_before_it_runs(environment: Path, tmp_path: Path) -> None:
    program = tmp_path / "wrong.py"
    program.write_text(textwrap.dedent(WRONG), "utf-8")
    found = {int(line) for line in re.findall(r"^wrong\.py:(\d+): error", checked(environment, tmp_path, program), re.MULTILINE)}
    wrong = {number for number, line in enumerate(program.read_text("utf-8").splitlines(), 1) if line.endswith("# wrong")}
    assert found == wrong
