"""The dashboard over a sample of releases, with whom a test wants signed in."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parent))

from dashboard_app import app_for
from dashboard_sample import reader_of, write_release

from dashboard.viewer import Viewer


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a release of the sample; never written to."""
    home = tmp_path_factory.mktemp("dashboard") / "home"
    write_release(home)
    return home


@pytest.fixture
def client_of(sample_home: Path) -> Callable[[Viewer | None], TestClient]:
    """Return a browser of whom a test wants signed in; errors are answers, not exceptions."""
    return lambda viewer=None: TestClient(
        app_for(sample_home, viewer), raise_server_exceptions=False, follow_redirects=False
    )


@pytest.fixture
def client(client_of: Callable[[Viewer | None], TestClient]) -> TestClient:
    """A browser of a reader of `p-001`."""
    return client_of(reader_of())
