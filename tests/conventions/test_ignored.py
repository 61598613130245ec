"""The default home, its keys and the officer's private key lie in the checkout, and no `git add` takes them along."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.rights.sealing_box import officer_folder
from pipelines.settings import Settings


def _is_ignored(repository: Path, folder: Path, name: str) -> bool:
    """Ask git, by the .gitignore alone, in a repository of its own."""
    shutil.copy(repository / ".gitignore", folder / ".gitignore")
    git = shutil.which("git")
    assert git is not None
    subprocess.run([git, "init", "-q", str(folder)], check=True)
    asked = [git, "-C", str(folder), "check-ignore", "-q", "--no-index", f"{name}/file.txt"]
    return subprocess.run(asked, check=False).returncode == 0


@pytest.mark.parametrize("what", ["home", "keys", "officer", "pipelines"])
def test_what_a_default_home_makes_beside_itself_is_not_committed(repository, tmp_path, monkeypatch, what):
    monkeypatch.delenv("PARTNERSTATS_HOME", raising=False)
    monkeypatch.delenv("PARTNERSTATS_KEYS", raising=False)
    settings = Settings()
    names = {
        "home": settings.home.name,
        "keys": settings.key_folder.name,
        "officer": officer_folder(settings.key_folder).name,
        "pipelines": "pipelines",
    }
    assert _is_ignored(repository, tmp_path, names[what]) == (what != "pipelines")
