"""What frozen time breaks, and that it does not break here. Each would hang or lie without what is done about it.

What can hang runs in a process of its own with a limit of time; the same is run without the remedy, to show that the hazard is one.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import freezegun.config
import orjson
import pytest
from freezegun import freeze_time

from emulator.encoding import to_json
from emulator.http.codec import http_date
from emulator.store.codec import from_json
from emulator.store.codec import to_json as to_document
from emulator.testing import freezing

START = datetime(2051, 3, 2, 9, 0, tzinfo=UTC)
# What is well ends at once; what hangs is ended.
LIMIT_SECONDS, HANGS_SECONDS = 60, 4

# The plugin does this at pytest's start, before freezegun has been imported by anybody.
SPARED = "from emulator.testing import freezing\nfreezing.spare()\n"
FREEZE = "import sys, freezegun\ndef freeze(**how): return freezegun.freeze_time('2051-03-02T09:00:00Z', **how)\n"


def run(code: str, limit: float = LIMIT_SECONDS) -> str:
    """Run a program; returns what it printed, or "hangs"."""
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return "hangs"
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# ── waiting, and the log ───────────────────────────────────────────────────────────────────────────────────────────────

# Each prints "well" where it is, and hangs or prints "lied" under plain freezegun.
WAITS = {
    "sqlalchemy.util.queue": """
        from sqlalchemy import create_engine, exc
        from sqlalchemy.pool import QueuePool
        pool = create_engine("sqlite://", poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.2)
        with freeze(), pool.connect():
            try:
                pool.connect()
            except exc.TimeoutError:
                print("well")
    """,
    "concurrent": """
        from concurrent import futures
        never = futures.Future()
        with freeze():
            assert len(futures.wait([never], timeout=0.1).not_done) == 1
            for wait in (lambda: never.result(timeout=0.1), lambda: list(futures.as_completed([never], timeout=0.1))):
                try:
                    wait()
                except TimeoutError:
                    continue
                print("lied")
            print("well")
    """,
    "subprocess": """
        import subprocess
        with freeze():
            try:
                subprocess.run([sys.executable, "-c", "import time; time.sleep(2)"], timeout=0.2, capture_output=True)
                print("lied")
            except subprocess.TimeoutExpired:
                print("well")
    """,
    "psycopg": """
        import psycopg, socket
        deaf = socket.create_server(("127.0.0.1", 0))
        with freeze():
            try:
                psycopg.connect(f"host=127.0.0.1 port={deaf.getsockname()[1]} connect_timeout=2")
            except psycopg.OperationalError:
                print("well")
    """,
    "logging": """
        import logging, time
        true = time.time()
        with freeze():
            print("well" if abs(logging.makeLogRecord({}).created - true) < 3600 else "lied")
    """,
}


@pytest.mark.parametrize("name", WAITS)
def test_what_waits_or_writes_logs_sees_true_time(name: str) -> None:
    code = FREEZE + textwrap.dedent(WAITS[name])
    assert run(SPARED + code) == "well"
    assert run(code, HANGS_SECONDS) in ("hangs", "lied"), "plain freezegun is no hazard here any more: drop it from the list"


def test_each_of_them_is_on_the_list() -> None:
    assert set(WAITS) == set(freezing.SEES_TRUE_TIME)


def test_the_list_is_extended_whether_freezegun_comes_before_or_after() -> None:
    extended = "print(sorted(set(freezegun.config.settings.default_ignore_list) & set(freezing.SEES_TRUE_TIME)))"
    wanted = str(sorted(freezing.SEES_TRUE_TIME))
    assert run(f"{SPARED}import freezegun\n{extended}") == wanted
    assert run(f"import freezegun\n{SPARED}{extended}") == wanted
    assert run(f"{SPARED}import freezegun.config\n{extended}") == wanted
    assert run(f"{SPARED}{SPARED}import freezegun\n{extended}\nprint(len(freezegun.config.settings.default_ignore_list))").startswith(
        wanted
    )


def test_nobody_imports_freezegun_for_it_or_is_left_behind_on_the_import_path() -> None:
    assert run(f"import sys\n{SPARED}print('freezegun' in sys.modules)") == "False"
    left = "print([finder for finder in sys.meta_path if type(finder).__module__.startswith('emulator')])"
    assert run(f"import sys\n{SPARED}import freezegun\n{left}") == "[]"
    assert run(f"{SPARED}import inspect, freezegun\nprint('DEFAULT_IGNORE_LIST' in inspect.getsource(freezegun.config))") == "True"


def test_without_freezegun_nothing_happens() -> None:
    code = """
        import sys
        sys.modules["freezegun"] = None
        from emulator.testing import freezing
        freezing.spare()
        try:
            import freezegun
        except ImportError:
            print("none")
    """
    assert run(textwrap.dedent(code)) == "none"


def test_the_plugin_has_extended_the_list_in_this_very_run() -> None:
    assert set(freezing.SEES_TRUE_TIME) <= set(freezegun.config.settings.default_ignore_list)
    with freeze_time(START):
        assert logging.makeLogRecord({}).created < START.timestamp()


# ── threads ────────────────────────────────────────────────────────────────────────────────────────────────────────────

OVERLAP = """
    import threading
    from datetime import datetime
    true = [datetime]  # in a list, where freezegun does not find it
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()

    def first():
        with freeze():
            first_in.set()
            second_in.wait(5)
        first_out.set()

    def second():
        first_in.wait(5)
        with freeze():
            second_in.set()
            first_out.wait(5)

    threads = [threading.Thread(target=target) for target in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("whole" if datetime is true[0] else "broken")
"""


def test_freezes_that_overlap_in_threads_break_datetime_for_good() -> None:
    """That is why nothing of the emulator ever starts one (test_live.py looks at a server whose sandboxes travel)."""
    assert run(FREEZE + textwrap.dedent(OVERLAP)) == "broken"


def test_no_file_of_the_package_starts_a_freeze() -> None:
    spec = importlib.util.find_spec("emulator")
    assert spec is not None
    assert spec.origin is not None
    sources = list(Path(spec.origin).parent.rglob("*.py"))
    assert len(sources) > 50
    for source in sources:
        code = source.read_text(encoding="utf-8")
        assert "import freezegun" not in code, source
        assert "from freezegun" not in code, source


UNFREEZING = """
    import threading
    from emulator.clock import wall_now
    faults, over = [], threading.Event()

    def look():
        while not over.is_set():
            try:
                wall_now()
            except Exception as fault:
                faults.append(repr(fault))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    sys.setswitchinterval(1e-5)
    for _ in range(60):
        with freeze():
            pass
    over.set()
    for thread in threads:
        thread.join()
    print(sorted(set(faults)) or "well")
"""


def test_looking_at_the_wall_while_another_thread_ends_a_freeze_is_no_fault() -> None:
    """Its clock is gone before the true one is back; whoever looks in between would get an IndexError, and his client a 500."""
    assert run(FREEZE + textwrap.dedent(UNFREEZING)) == "well"


# ── types ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

LIFE = """
    def live(client, seed):
        made = client.post("/_emulator/sandboxes", json={"seed": seed, "world": "small"}).get_json()
        path = f"/_emulator/sandboxes/{made['id']}"
        for person in made["accounts"]:
            for what in ("orders", "disputes", "stores", "mailbox"):
                answer = client.get(f"/v1/{what}", headers={"Authorization": f"Bearer {person['token']}"})
                assert answer.status_code == 200, answer.text
        moved = client.post(f"{path}/clock/advance", json={"by": "P30D"}).get_json()
        assert len(moved["fired"]) > 5, moved
        assert client.get(f"{path}/audit").get_json()["ok"]
        assert client.get(f"{path}/timeline?limit=1000").status_code == 200
        world = client.get(f"{path}/export").get_json()
        copy = client.post("/_emulator/sandboxes/import", json=world)
        assert copy.status_code == 201, copy.text
        return [line["rule"] for line in moved["fired"]]
"""
BORN_FROZEN = """
    with freeze():
        from emulator import create_app
        client = create_app().test_client()
        inside = live(client, "born")
    outside = live(client, "free")
    with freeze():
        again = live(client, "again")
    print("well" if len(inside) == len(again) and outside else "lied")
"""


def test_a_package_first_imported_inside_a_freeze_works_then_and_afterwards() -> None:
    """Its type hints name freezegun's datetime then, and msgspec keeps for good how it reads a class."""
    assert run(FREEZE + textwrap.dedent(LIFE) + textwrap.dedent(BORN_FROZEN)) == "well"


def test_a_frozen_instant_has_the_same_form_in_json_as_a_true_one() -> None:
    with freeze_time(START):
        frozen = datetime.now(UTC)
        assert type(frozen).__module__ == "freezegun.api"
    with pytest.raises(TypeError):
        orjson.dumps(frozen, option=orjson.OPT_UTC_Z)
    assert to_json({"at": frozen}) == to_json({"at": START})
    assert to_document({"at": frozen}) == to_document({"at": START})
    assert http_date(frozen) == http_date(START)
    assert json.loads(to_json([frozen])) == from_json(to_document([frozen])) == ["2051-03-02T09:00:00Z"]


def test_what_is_read_of_a_frozen_instant_is_the_same_instant() -> None:
    with freeze_time(START):
        document: Any = {"at": datetime.now(UTC) + timedelta(days=1)}
    assert from_json(to_document(document)) == {"at": "2051-03-03T09:00:00Z"}
