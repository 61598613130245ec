"""Layers point one way: the contracts of `.importlinter` hold, and would notice a breach."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = ("pipelines", "assets", "expectations", "dashboard")
DOMAIN = (
    "policy", "storage", "tabular", "privacy", "disclosure", "releases", "weblogs", "registry", "records", "warehouse", "demo",
    "retention", "rights", "accounts", "steps", "attack",
)  # fmt: skip


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def copied_tree(repository: Path, tmp_path: Path) -> Path:
    """A copy of the packages and their contracts, free to be spoilt."""
    for package in PACKAGES:
        shutil.copytree(repository / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(repository / ".importlinter", tmp_path)
    return tmp_path


def test_layers_point_one_way(repository):
    outcome = _lint(repository)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize(
    ("module", "planted", "contract"),
    [
        ("pipelines/errors.py", "import pipelines.storage.atomic", "Layers point one way"),
        ("pipelines/storage/atomic.py", "import pipelines.cli.app", "Layers point one way"),
        ("pipelines/registry/__init__.py", "import pipelines.weblogs", "Layers point one way"),
        ("pipelines/privacy/__init__.py", "import dagster", "The domain packages know no orchestrator"),
        ("pipelines/steps/__init__.py", "import great_expectations", "The domain packages know no orchestrator"),
        ("pipelines/demo/__init__.py", "import dbt", "Only the warehouse knows dbt"),
        ("pipelines/attack/__init__.py", "import pipelines.disclosure", "The attack and the suppression share nothing"),
        ("pipelines/disclosure/__init__.py", "import pipelines.attack", "The attack and the suppression share nothing"),
        ("pipelines/unplaced.py", "", "Layers point one way"),
        ("dashboard/viewer.py", "import pipelines.weblogs", "The dashboard reaches no record of a person"),
        ("dashboard/unplaced.py", "", "The dashboard's layers point one way"),
        ("pipelines/steps/__init__.py", "import dashboard.viewer", "Nothing but the commands knows the dashboard"),
    ],
)
def test_a_planted_import_breaks_its_contract(copied_tree, module, planted, contract):
    file = copied_tree / module
    before = file.read_text("utf-8") if file.exists() else '"""A module without a floor."""\n'
    file.write_text(f"{before}\n{planted}\n", "utf-8")
    outcome = _lint(copied_tree)
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    broken = [line for line in outcome.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(line.startswith(contract) for line in broken)


def test_every_domain_package_is_below_dagster(repository):
    contract = (repository / ".importlinter").read_text("utf-8").split("[importlinter:contract:below-dagster]")[1]
    named = contract.split("forbidden_modules")[0]
    missing = [package for package in DOMAIN if f"pipelines.{package}\n" not in named]
    assert missing == []
    folders = {path.parent.name for path in (repository / "pipelines").glob("*/__init__.py")}
    assert folders == {*DOMAIN, "cli"}, (
        "a package that is neither domain nor interface: place it in .importlinter and here"
    )
