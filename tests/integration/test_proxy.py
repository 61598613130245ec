"""The nginx example as it stands: TLS, a password, and behind it a UI in which nobody can start anything."""

import base64
import json
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROGRAM = Path(sys.executable).with_name("partnerstats")
USER, PASSWORD = "analyst", "a test's password"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def asked(url: str, *, password: str | None = PASSWORD, query: str | None = None) -> tuple[int, str]:
    """Ask `url` over TLS, without checking the test's own certificate; return status and body."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    request = urllib.request.Request(url, data=json.dumps({"query": query}).encode() if query else None)  # noqa: S310
    request.add_header("Content-Type", "application/json")
    if password is not None:
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{USER}:{password}".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def until_up(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail("the server did not come up")


def configured(example: str, folder: Path, ui_port: int, port: int) -> str:
    """Return the example with this test's ports and files in the place of the operator's."""
    replaced = {
        "http://127.0.0.1:3000": f"http://127.0.0.1:{ui_port}",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/partnerstats/": f"{folder}/",
        "/run/partnerstats/": f"{folder}/",
        "/var/log/partnerstats/": f"{folder}/",
    }
    for operators, tests in replaced.items():
        assert operators in example
        example = example.replace(operators, tests)
    return example


@pytest.fixture(scope="module")
def proxied(repository: Path) -> Iterator[str]:
    """The read-only UI behind nginx, both on loopback; its address."""
    with tempfile.TemporaryDirectory(prefix="partnerstats-proxy-") as folder:
        yield from _proxied(repository, Path(folder))


def _proxied(repository: Path, folder: Path) -> Iterator[str]:
    ui_port, port = free_port(), free_port()
    key, certificate = folder / "ui.key", folder / "ui.crt"
    subject = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    made = ["openssl", "req", *subject, "-keyout", key, "-out", certificate]
    subprocess.run(made, check=True, capture_output=True)
    hashed = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], check=True, capture_output=True, text=True).stdout
    (folder / "ui.htpasswd").write_text(f"{USER}:{hashed.strip()}\n")
    # nginx reads the password file as its own unprivileged user.
    folder.chmod(0o755)
    (folder / "nginx.conf").write_text(
        configured((repository / "docs/examples/nginx.conf").read_text(), folder, ui_port, port)
    )
    command = [PROGRAM, "ui", "--read-only", "--home", folder / "home", "--port", str(ui_port)]
    with (
        (folder / "ui.log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as ui,
        subprocess.Popen(
            ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"],
            env={"PATH": "/usr/sbin:/usr/bin:/opt/homebrew/bin:/usr/local/bin"},
            stderr=log,
        ) as nginx,
    ):
        try:
            until_up(port, nginx)
            until_up(ui_port, ui)
            yield f"https://127.0.0.1:{port}"
        finally:
            nginx.terminate()
            ui.terminate()


def test_nobody_without_a_password_sees_anything(proxied: str):
    for password in (None, "wrong"):
        status, body = asked(f"{proxied}/graphql", password=password, query="{version}")
        assert status == 401
        assert "version" not in body


def test_an_analyst_sees_the_jobs(proxied: str):
    status, body = asked(
        f"{proxied}/graphql", query="{repositoriesOrError{... on RepositoryConnection{nodes{jobs{name}}}}}"
    )
    assert status == 200
    assert '"nightly"' in body
    assert asked(proxied)[0] == 200


WHERE = 'repositoryLocationName:"partnerstats",repositoryName:"__repository__"'
MUTATIONS = {
    "launchRun": f'executionParams:{{selector:{{{WHERE},jobName:"nightly"}}}}',
    "launchPartitionBackfill": 'backfillParams:{assetSelection:[{path:["events"]}],partitionNames:["2026-03-05"]}',
    "startSensor": f'sensorSelector:{{{WHERE},sensorName:"arrivals"}}',
    "terminateRun": 'runId:"00000000-0000-0000-0000-000000000000"',
    "deletePipelineRun": 'runId:"00000000-0000-0000-0000-000000000000"',
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_an_analyst_cannot_start_stop_or_delete_anything(proxied: str, mutation: str):
    query = f"mutation{{{mutation}({MUTATIONS[mutation]}){{__typename}}}}"
    status, body = asked(f"{proxied}/graphql", query=query)
    assert status == 200
    assert json.loads(body)["data"][mutation]["__typename"] == "UnauthorizedError"
