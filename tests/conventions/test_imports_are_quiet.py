"""Importing a module of the domain touches no file, no network, no environment and starts nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = Path(__file__).with_name("import_probe.py")
DOMAIN = (
    "policy", "storage", "privacy", "disclosure", "releases", "weblogs", "registry", "warehouse", "demo",
    "retention", "rights", "steps"
)  # fmt: skip
CORE = ("errors", "clock", "settings", "home")


def _probe(root: Path, package: str) -> dict[str, list[str]]:
    command = [sys.executable, "-B", str(PROBE), str(root), package]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=root)
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    return json.loads(outcome.stdout)


@pytest.mark.parametrize("name", [*CORE, *DOMAIN])
def test_importing_a_domain_module_is_quiet(repository, name):
    seen = _probe(repository, f"pipelines.{name}")
    assert f"pipelines.{name}" in seen["imported"]
    assert seen["noise"] == []


def test_importing_the_dashboard_is_quiet(repository):
    seen = _probe(repository, "dashboard")
    assert "dashboard.viewer" in seen["imported"]
    assert seen["noise"] == []


def test_a_probe_of_a_package_imports_all_its_modules(repository):
    files = (repository / "pipelines" / "storage").rglob("*.py")
    assert len(_probe(repository, "pipelines.storage")["imported"]) == len(list(files))


@pytest.mark.parametrize(
    ("noise", "code"),
    [
        ("open", "open('planted.txt').close()"),
        ("open", "from pathlib import Path\nPath('made.txt').write_text('x')"),
        ("socket.connect", "import socket\nsocket.socket().connect_ex(('127.0.0.1', 9))"),
        ("os.putenv", "import os\nos.environ['PLANTED'] = 'x'"),
        ("environment", "import os\nos.environ.get('PLANTED')"),
        ("environment", "import os\nos.getenv('PLANTED')"),
        ("environment", "import os\n'PLANTED' in os.environ"),
        ("subprocess.Popen", "import subprocess\nsubprocess.run(['true'])"),
        ("os.mkdir", "import os\nos.mkdir('made')"),
    ],
)
def test_a_planted_module_that_is_not_quiet_is_heard(tmp_path, noise, code):
    package = tmp_path / "planted"
    package.mkdir()
    (tmp_path / "planted.txt").write_text("x")
    (package / "__init__.py").write_text("")
    assert _probe(tmp_path, "planted")["noise"] == []
    (package / "loud.py").write_text(code + "\n")
    assert any(line.startswith(noise) for line in _probe(tmp_path, "planted")["noise"])
