"""Loading the definitions reads `policy/` and the prebuilt manifest, and nothing else of the repository or a home."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

READS = """
import json, os, sys
read = set()
below = os.path.realpath(sys.argv[1]) + os.sep

def hear(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        path = os.path.realpath(arguments[0])
        if path.startswith(below) and not path.endswith((".py", ".pyc", ".so")) and "site-packages" not in path:
            read.add(path.removeprefix(below))

sys.path.insert(0, sys.argv[1])
sys.addaudithook(hear)
from pipelines.definitions import defs
from dagster._core.definitions.definitions_load_context import DefinitionsLoadContext, DefinitionsLoadType
loaded = defs(DefinitionsLoadContext(DefinitionsLoadType.INITIALIZATION)) if callable(defs) else defs
assert loaded.get_repository_def().has_job("nightly")
print(json.dumps(sorted(read)))
"""


def _reads(root: Path, home: Path) -> list[str]:
    command = [sys.executable, "-B", "-c", READS, str(root)]
    environment = {"PATH": "/usr/bin:/bin", "PARTNERSTATS_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "yes"}
    outcome = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=180
    )
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    return json.loads(outcome.stdout.splitlines()[-1])


@pytest.mark.slow
def test_loading_the_definitions_reads_only_the_policy_and_the_manifest(repository, tmp_path):
    home = tmp_path / "home"
    reads = _reads(repository, home)
    assert "sql/target/manifest.json" in reads
    assert [name for name in reads if not name.startswith(("policy/", ".venv/"))] == ["sql/target/manifest.json"]
    assert not home.exists()


@pytest.mark.slow
def test_a_read_of_anything_else_is_noticed(repository, tmp_path):
    for name in ("pipelines", "assets", "expectations", "policy", "sql"):
        shutil.copytree(repository / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    module = tmp_path / "pipelines" / "jobs.py"
    module.write_text(module.read_text("utf-8") + "\nopen('sql/dbt_project.yml').close()\n", "utf-8")
    assert "sql/dbt_project.yml" in _reads(tmp_path, tmp_path / "home")
