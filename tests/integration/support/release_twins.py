"""Twins of the check on what partners see: a release is made, and then what is stored of it is changed."""

from collections.abc import Callable
from pathlib import Path

from support.corruption import Corruption, flip_a_bit
from support.twin import Twin

from pipelines.releases.making import REFUSED
from pipelines.releases.published import MANIFEST, POINTER, Published
from pipelines.releases.verifying import is_current_as_published, is_latest_refused
from pipelines.steps.publishing.publishing import publish_release
from pipelines.steps.workspace import Workspace

ONCE_CLOSED = "2026-03-09T02:00:00+09:00"
"""When the days of the finished home are closed."""
Change = Callable[[Workspace, Path], None]


def _released(change: Change) -> Corruption:
    """Publish what is due once the days closed, see that all is well, and `change` the home or the folder of the release."""

    def corrupt(workspace: Workspace) -> None:
        later = Workspace.open(workspace.settings.model_copy(update={"clock": ONCE_CLOSED}))
        done = publish_release(later).outcome
        assert done.status == "published" and done.release is not None
        published = Published(later.home.published)
        assert is_current_as_published(published, later.ledger) and not is_latest_refused(later.ledger)
        change(later, published.folder / done.release)

    return corrupt


def _file(change: Callable[[Path], None]) -> Change:
    def changed(_workspace: Workspace, folder: Path) -> None:
        path = min(folder.glob("*.duckdb"))
        path.chmod(0o600)
        change(path)

    return changed


def _refused(workspace: Workspace, _folder: Path) -> None:
    body = {"release": "2026-03-10-0002", "policy_version": workspace.policy.version, "leaks": []}
    workspace.ledger.append(REFUSED, body, workspace.clock.now())


def _point(text: str) -> Change:
    return lambda workspace, _folder: (workspace.home.published / POINTER).write_text(text, "utf-8") and None


def _manifest(_workspace: Workspace, folder: Path) -> None:
    path = folder / MANIFEST
    path.write_text(path.read_text("utf-8").replace('"left": 0', '"left": 1'), "utf-8")


_NAME = "releases_passed_the_gate"
RELEASE_TWINS = (
    Twin(_NAME, "the gate refused the release after it", _released(_refused)),
    Twin(_NAME, "one bit of a partner's file", _released(_file(flip_a_bit))),
    Twin(_NAME, "a partner's file is gone", _released(_file(lambda path: path.unlink()))),
    Twin(
        _NAME,
        "a file that was never published",
        _released(lambda _w, folder: (folder / "x.duckdb").write_bytes(b"") and None),
    ),
    Twin(_NAME, "another manifest", _released(_manifest)),
    Twin(_NAME, "a pointer to nothing", _released(_point("2026-03-09-0009\n"))),
    Twin(_NAME, "no pointer", _released(lambda workspace, _folder: (workspace.home.published / POINTER).unlink())),
)
