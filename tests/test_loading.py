"""A start is not interrupted by the collector, and loads nothing that few ask for."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from emulator.loading import undisturbed

RARE = (
    *("apispec", "flask_swagger_ui", "puremagic", "pythonjsonlogger"),
    *("emulator.diagrams", "emulator.lives", "emulator.openapi", "emulator.player", "emulator.http.schemas.answered"),
)


@pytest.fixture(autouse=True)
def _collecting_as_it_was() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_nothing_is_collected_meanwhile() -> None:
    with undisturbed():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_goes_wrong_leaves_collecting_on() -> None:
    with pytest.raises(ZeroDivisionError), undisturbed():
        _ = 1 // 0
    assert gc.isenabled()


def test_whoever_had_switched_collecting_off_finds_it_off() -> None:
    gc.disable()
    with undisturbed():
        pass
    assert not gc.isenabled()


def test_what_was_made_counts_as_old_and_is_still_collected_when_it_is_garbage() -> None:
    with undisturbed():
        # A cycle: a list that holds itself.
        held: list[object] = []
        held.append(held)
        known_as = id(held)
    assert any(id(one) == known_as for one in gc.get_objects(generation=2))
    assert gc.get_freeze_count() == 0
    del held
    assert gc.collect() > 0


def test_what_somebody_has_frozen_stays_frozen() -> None:
    gc.freeze()
    frozen = gc.get_freeze_count()
    with undisturbed():
        pass
    assert gc.get_freeze_count() == frozen > 0


def test_an_application_that_answers_has_loaded_nothing_that_few_ask_for() -> None:
    code = f"""
import sys
from emulator import create_app
answer = create_app().test_client().get("/v1/disputes", headers={{"Authorization": "Bearer demo-buyer"}})
assert answer.status_code == 200, answer.text
print([name for name in {RARE!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
