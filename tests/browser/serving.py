"""A home whose UI is served on loopback, as `partnerstats ui` does it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page
from support.finished import Finished, environment

from pipelines.runs import LOCATION

RUNS = """query($tags: [ExecutionTag!]) { runsOrError(filter: {tags: $tags}) { ... on Runs {
  results { runId status parentRunId assetSelection { path } tags { key value } } } } }"""
ENDED = ("SUCCESS", "FAILURE", "CANCELED")


@dataclass(frozen=True)
class Served:
    """A home whose UI is served at `address`."""

    home: Finished
    address: str

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Ask the UI's own interface, as its pages do."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.address}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- loopback
            return json.load(answer)["data"]

    def is_up(self) -> bool:
        """Say whether the server answers and has loaded the definitions."""
        query = "{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus } } } }"
        try:
            entries = self.ask(query)["workspaceOrError"]["locationEntries"]
        except (urllib.error.URLError, OSError):
            return False
        return entries == [{"name": LOCATION, "loadStatus": "LOADED"}]

    def runs(self, **tags: str) -> list[dict[str, Any]]:
        """Return the runs with these tags (`sensor_name` for `dagster/sensor_name`), the newest first."""
        wanted = [{"key": f"dagster/{name}", "value": value} for name, value in tags.items()]
        return self.ask(RUNS, tags=wanted)["runsOrError"]["results"]


@contextmanager
def serving(home: Finished, *options: str) -> Iterator[Served]:
    """Run `partnerstats ui` on `home` at a free port of loopback; stop it as Ctrl-C does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("partnerstats"), "ui", "--home", home.home, "--port", str(port), *options]
    with (home.home.parent / "ui.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment(), stdout=log, stderr=log, start_new_session=True, cwd=home.home.parent
        )
    place = Served(home, f"http://127.0.0.1:{port}")
    try:
        wait_until(place.is_up, 180)
        yield place
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def quiet_page(browser: BrowserContext) -> Iterator[Page]:
    """Open a page that notes every request to another machine; there must be none."""
    opened, elsewhere = browser.new_page(), []
    opened.on("request", lambda request: elsewhere.append(request.url) if _is_elsewhere(request.url) else None)
    yield opened
    opened.close()
    assert elsewhere == []


def wait_until(happens: Callable[[], object], seconds: float) -> None:
    """Wait until `happens` says so; fail after `seconds`."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it took too long"
        time.sleep(1)


def _is_elsewhere(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))
