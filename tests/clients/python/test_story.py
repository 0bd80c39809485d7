"""What the client's own README shows is run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from dispute_emulator_client import AsyncEmulator, Emulator, Refused, Sandbox

from emulator.testing.live import LiveServer

README = Path(__file__).resolve().parents[3] / "clients" / "python" / "README.md"
TEXT = README.read_text("utf-8")


def test_its_programs_run_and_print_refusals(server: LiveServer) -> None:
    printed = []
    for program in re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE):
        code = program.replace("http://127.0.0.1:8080", server.url)
        assert code != program
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode == 0, run.stderr
        printed.append(run.stdout)
    refused, changed = printed
    assert re.match(r"POST /v1/disputes/dsp_\w+/escalate: 409 seller_has_not_refused \(ESC-1\)\n", refused)
    assert changed == "It is no longer as If-Match says. cancelled\n"


def test_what_it_names_is_there() -> None:
    assert all(hasattr(Sandbox, name) for name in re.findall(r"`sandbox\.(\w+)\(", TEXT))
    assert all(hasattr(kind, name) for kind in (Emulator, AsyncEmulator) for name in re.findall(r"`emulator\.(\w+)\(", TEXT))
    (members,) = re.findall(r"It has (.*?) and the whole `problem`", TEXT, re.DOTALL)
    assert all(hasattr(Refused, name) for name in re.findall(r"`(\w+)`", members))
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        assert (README.parent / target).exists(), target
