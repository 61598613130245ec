"""The dashboard as it is served: its own process, the nginx example as it stands in front, a browser's way through TLS."""

import http.cookiejar
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.accounts.account import AccountRole
from pipelines.accounts.changes import invite
from pipelines.accounts.opening import Accounts
from pipelines.accounts.second_factor import code_at
from pipelines.clock import SystemClock
from pipelines.home import Home
from pipelines.policy import load_policy

pytestmark = pytest.mark.slow
LOGIN, PASSWORD = "canary.login", "seven lamps over the harbour"


@dataclass
class Served:
    """Where nginx listens, the one-time link's path, the process, and its log."""

    port: int
    link: str
    process: subprocess.Popen[bytes]
    log: Path

    def opener(self) -> urllib.request.OpenerDirector:
        """Return a browser that keeps cookies and follows nothing."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_arguments):
                return None

        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        return urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), jar, Stay())

    def ask(self, opener, path: str, form: dict[str, str] | None = None, **headers: str):
        """Ask for a path of the site; return status, headers and body."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(f"https://stats.example:{self.port}{path}", data=data, headers=headers)
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def until_up(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail("the server did not come up")


@pytest.fixture(scope="module")
def served(repository: Path) -> Iterator[Served]:
    """A home with an invited reader, served behind nginx."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patched:
        folder = Path(name)
        home, keys = folder / "home", folder / "dashboard-keys"
        policy = load_policy(repository / "policy", datetime.now(UTC).date())
        accounts = Accounts.open(Home(home), keys, policy, SystemClock())
        token = invite(accounts, LOGIN, AccountRole.PARTNER_READER, ("P1", "a" * 64), "en").token
        port, own = free_port(), free_port()
        environment = {
            "PATH": os.defpath, "PARTNERSTATS_DASHBOARD_HOME": str(home), "PARTNERSTATS_DASHBOARD_KEYS": str(keys),
            "PARTNERSTATS_DASHBOARD_IS_TLS": "true", "PARTNERSTATS_DASHBOARD_PORT": str(own),
        }  # fmt: skip
        log = folder / "log"
        with log.open("wb") as errors:
            dashboard = subprocess.Popen(
                [sys.executable, "-m", "dashboard"], cwd=repository, env=environment, stderr=errors, stdout=errors
            )
        nginx = _nginx(repository, folder, own, port)
        try:
            until_up(own, dashboard)
            until_up(port, nginx)
            patched.setattr(socket, "getaddrinfo", _to_loopback(socket.getaddrinfo))
            yield Served(port, f"/set-password/{token}", dashboard, log)
        finally:
            for process in (nginx, dashboard):
                process.terminate()
                process.wait(timeout=20)


def _nginx(repository: Path, folder: Path, own: int, port: int) -> subprocess.Popen[bytes]:
    """Start nginx with the example, this test's ports and files in the place of the operator's."""
    key, certificate = folder / "dashboard.key", folder / "dashboard.crt"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "1",
    ]
    subprocess.run(
        [*command, "-subj", "/CN=stats.example", "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    text = (repository / "docs" / "examples" / "dashboard-nginx.conf").read_text("utf-8")
    replaced = {
        "http://127.0.0.1:8250": f"http://127.0.0.1:{own}",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "/etc/partnerstats/": f"{folder}/",
        "/run/partnerstats/": f"{folder}/",
        "/var/log/partnerstats/": f"{folder}/",
    }
    for old, new in replaced.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / "nginx.conf").write_text(text)
    return subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-p", folder, "-g", "daemon off;"])


def _to_loopback(real):
    """Let the site's name mean this machine."""

    def found(host, *arguments, **named):
        return real("127.0.0.1" if host == "stats.example" else host, *arguments, **named)

    return found


def first_code(page: str) -> dict[str, str]:
    """Return the form that sets up the second factor which a page shows, as its person fills it in."""
    secret = re.search(r'<code class="once">([A-Z2-7-]+)<', page)[1].replace("-", "")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return {"csrf_token": token, "code": code_at(secret, datetime.now(UTC))}


def test_from_the_one_time_link_over_the_session_to_signing_out(served):
    opener = served.opener()
    assert served.ask(opener, "/")[0] == 303
    status, headers, _ = served.ask(opener, served.link, {"new": PASSWORD, "again": PASSWORD})
    assert (status, headers["location"]) == (303, "/sign-in/set-up?lang=en")
    assert re.fullmatch(r"__Host-partnerstats=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", headers["set-cookie"])
    assert served.ask(opener, "/account")[0] == 303
    assert served.ask(opener, "/sign-in/set-up", first_code(served.ask(opener, "/sign-in/set-up")[2]))[0] == 200
    status, headers, page = served.ask(opener, "/account")
    assert (status, LOGIN in page) == (200, True)
    assert headers["strict-transport-security"].startswith("max-age=")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    assert served.ask(opener, "/sign-out", {"csrf_token": token}, Origin="https://evil.example")[0] == 403
    own = f"https://stats.example:{served.port}"
    assert served.ask(opener, "/sign-out", {"csrf_token": token}, Origin=own)[0] == 303
    assert served.ask(opener, "/account")[0] == 303


def test_health_is_there_and_readiness_says_that_nothing_was_published(served):
    opener = served.opener()
    assert served.ask(opener, "/health")[0] == 200
    assert served.ask(opener, "/ready")[0] == 503


def test_a_name_that_is_not_the_sites_gets_no_answer(served):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"https://127.0.0.1:{served.port}/", context=context, timeout=10)


def test_the_log_is_lines_of_json_that_name_nobody(served):
    served.ask(
        served.opener(), "/sign-in", {"login": LOGIN, "password": "wrong-canary"}, **{"X-Forwarded-For": "203.0.113.77"}
    )
    lines = [json.loads(line) for line in served.log.read_text("utf-8").splitlines()]
    assert any(line.get("route") == "/sign-in" and line["status"] == 401 for line in lines)
    text = json.dumps(lines)
    assert not [word for word in (LOGIN, "wrong-canary", "203.0.113.77", served.link[14:]) if word in text]


def test_it_ends_when_it_is_told_to(served):
    """The last one: a stop answers what runs and is done."""
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=20) in (0, -signal.SIGTERM)
