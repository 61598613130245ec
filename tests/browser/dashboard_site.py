"""The dashboard served on loopback over the sample, with accounts, headers and limits as partners meet it."""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page
from served import PASSWORD, Served

AXE = Path(__file__).with_name("vendor") / "axe.min.js"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
PATHS = (
    "/", "/contents", "/contents/song-001", "/people", "/reach", "/linked", "/features", "/downloads", "/about", "/privacy",
    "/?period=range&from=2026-10-01&to=2026-10-20", "/?period=day&at=2026-10-05", "/nowhere", "/account",
)  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Site:
    """Where the dashboard is served, and the browser that visits it."""

    address: str
    browser: Browser

    @cached_property
    def session(self) -> Any:
        """The cookie of a reader who signed in once, for every test."""
        context = self.browser.new_context(base_url=self.address)
        sign_in(context.new_page(), "reader")
        state = context.storage_state()
        context.close()
        return state

    @contextmanager
    def visit(self, *, is_signed_in: bool = True, **options: Any) -> Iterator[Page]:
        """Open a page of a reader, at the overview in Korean; it asks nothing of another machine, and no script fails."""
        state = self.session if is_signed_in else None
        context: BrowserContext = self.browser.new_context(base_url=self.address, storage_state=state, **options)
        page, troubles = context.new_page(), []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
        page.on("request", lambda asked: troubles.append(asked.url) if self._is_elsewhere(asked.url) else None)
        if is_signed_in:
            page.goto("/?lang=ko")
        yield page
        context.close()
        assert troubles == []

    def _is_elsewhere(self, url: str) -> bool:
        return not url.startswith((self.address, "data:", "blob:"))


PHONES: dict[str, Callable[[str], str]] = {}
"""What the authenticators of those who sign in show, by the address of the site."""


def sign_in(page: Page, login: str) -> None:
    """Sign in as a person does: with the password, then with the code of the phone."""
    give_password(page, login)
    page.fill("#code", PHONES[urlsplit(page.url).netloc](login))
    page.click("main form button")
    page.wait_for_url(re.compile(r"/$"))


def give_password(page: Page, login: str) -> None:
    """Send the first form alone."""
    page.goto("/sign-in")
    page.fill('input[name="login"]', login)
    page.fill('input[name="password"]', PASSWORD)
    page.click("main form button")
    page.wait_for_url(re.compile(r"/sign-in/code"))


@contextmanager
def serving_app(served: Served) -> Iterator[str]:
    """Serve the application in a thread at a free port of loopback, and yield its address."""
    server = uvicorn.Server(uvicorn.Config(served.app, port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.05)
    place = f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    PHONES[place] = served.code
    try:
        yield f"http://{place}"
    finally:
        server.should_exit = True
        thread.join(30)


def axe_source() -> str:
    """Return axe-core, held against the digest that is written down beside it."""
    source = AXE.read_bytes()
    assert hashlib.sha256(source).hexdigest() in AXE.with_name("README.md").read_text("utf-8")
    return source.decode("utf-8")


def faults_of(page: Page, source: str) -> list[str]:
    """Return what axe-core finds wrong with a page: rule and place."""
    page.evaluate(source)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
