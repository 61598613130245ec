"""What the browser tests share: Chromium, and the homes that the integration tests make."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

sys.path[:0] = [
    str(Path(__file__).parent),
    str(Path(__file__).parents[1] / "integration"),
    str(Path(__file__).parents[1] / "unit" / "dashboard"),
]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BUNDLES = ("Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The machine's Chromium; without one the tests fail, they are never left out."""
    found = [path for name in NAMES if (path := shutil.which(name))]
    found += [str(path) for name in BUNDLES if (path := Path("/Applications") / name).exists()]
    assert found, "Chromium is missing: run `make test-tools`"
    return found[0]


@pytest.fixture(scope="module")
def browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser with an empty profile, closed afterwards."""
    profile = tmp_path_factory.mktemp("profile")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium, headless=True, args=FLAGS, viewport={"width": 1600, "height": 1000}
        )
        context.set_default_timeout(60_000)
        yield context
        context.close()
