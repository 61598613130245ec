"""The prebuilt manifest: the same for the same text, and of no machine."""

import json
import shutil

import pytest

from pipelines.warehouse.manifest import write_manifest
from pipelines.warehouse.prebuilt import manifest_path, prebuilt_manifest, seal_manifest, seal_path


@pytest.mark.slow
def test_two_parses_of_the_same_project_are_the_same_bytes_and_name_no_folder(repository, tmp_path):
    copies = [tmp_path / name / "sql" for name in ("one", "another")]
    for copy in copies:
        shutil.copytree(repository / "sql", copy, ignore=shutil.ignore_patterns("target", "logs"))
    first, second = (write_manifest(copy).read_text() for copy in copies)
    assert first == second
    assert str(tmp_path) not in first
    assert "model.partnerstats.partner_daily_usage" in json.loads(first)["nodes"]
    assert prebuilt_manifest(copies[0]).nodes.keys() == json.loads(first)["nodes"].keys()


def test_the_manifest_lies_in_the_target_folder(tmp_path):
    assert manifest_path(tmp_path) == tmp_path / "target" / "manifest.json"


@pytest.mark.parametrize("changed", ["models/marts/partner_daily_usage.sql", "macros/new.sql", "target/manifest.json"])
def test_a_manifest_of_another_text_is_not_used(changed, tmp_path):
    for name in ("dbt_project.yml", "models/marts/partner_daily_usage.sql", "target/manifest.json"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    assert prebuilt_manifest(tmp_path) is None
    seal_manifest(tmp_path)
    (tmp_path / changed).parent.mkdir(exist_ok=True)
    (tmp_path / changed).write_text("something else")
    assert prebuilt_manifest(tmp_path) is None


def test_a_file_that_dbt_writes_is_no_text_of_the_project(tmp_path):
    for name in ("dbt_project.yml", "target/manifest.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    seal_manifest(tmp_path)
    before = seal_path(tmp_path).read_text()
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "dbt.log").write_text("line")
    (tmp_path / ".user.yml").write_text("id: 1")
    seal_manifest(tmp_path)
    assert seal_path(tmp_path).read_text() == before
