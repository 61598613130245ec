"""A night whose Dagster records lie in a real PostgreSQL server, by the example as it stands."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

pytestmark = pytest.mark.slow

PROGRAM = Path(sys.executable).with_name("partnerstats")


def tool(name: str) -> str:
    """Return where Debian or the PATH has one of PostgreSQL's programs."""
    found = shutil.which(name) or next(map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None)
    assert found, f"{name} is missing; `make test` installs PostgreSQL"
    return found


def as_server_user(*command: str | Path) -> None:
    """Run a program of the server; PostgreSQL refuses to be root, so root steps down to the user Debian made for it."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*prefix, *map(str, command)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def server() -> Iterator[dict[str, str]]:
    """A server of this test's own on loopback; the settings that the example reads."""
    with tempfile.TemporaryDirectory(prefix="partnerstats-postgresql-") as folder:
        yield from _served(Path(folder))


def _served(folder: Path) -> Iterator[dict[str, str]]:
    folder.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    password = folder / "password"
    password.write_text("a test's password\n")
    password.chmod(0o644)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = str(listener.getsockname()[1])
    data, sockets = folder / "data", folder
    as_server_user(tool("initdb"), "-D", data, "-U", "dagster", "-A", "scram-sha-256", f"--pwfile={password}")
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {sockets} -c fsync=off"
    as_server_user(tool("pg_ctl"), "-D", data, "-l", folder / "log", "-w", "-o", options, "start")
    try:
        yield {
            "PARTNERSTATS_PG_HOST": "127.0.0.1",
            "PARTNERSTATS_PG_PORT": port,
            "PARTNERSTATS_PG_USER": "dagster",
            "PARTNERSTATS_PG_PASSWORD": "a test's password",
            "PARTNERSTATS_PG_DATABASE": "postgres",
        }
    finally:
        as_server_user(tool("pg_ctl"), "-D", data, "-m", "immediate", "stop")


def test_a_nights_run_is_recorded_in_postgresql(server: dict[str, str], repository: Path, tmp_path: Path):
    home = tmp_path / "home"
    demo = [PROGRAM, "demo", "--home", home, "--days", "1", "--requests-per-day", "100"]
    subprocess.run(demo, check=True, capture_output=True)
    shutil.copy(repository / "docs/examples/dagster.postgresql.yaml", home / "dagster" / "dagster.yaml")
    done = subprocess.run(
        [PROGRAM, "nightly", "--home", home], capture_output=True, text=True, check=False, env={**os.environ, **server}
    )
    assert done.returncode == 0, done.stderr
    connection = psycopg2.connect(
        host="127.0.0.1",
        port=server["PARTNERSTATS_PG_PORT"],
        user="dagster",
        password=server["PARTNERSTATS_PG_PASSWORD"],
        dbname="postgres",
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT status FROM runs")
        assert cursor.fetchall() == [("SUCCESS",)]
        cursor.execute("SELECT count(*) FROM event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION'")
        assert cursor.fetchone()[0] > 5
    connection.close()
    assert not list((home / "dagster").rglob("*.db")), "nothing of Dagster's lies in SQLite"
