"""Every command that opens a home with its keys records an access, or says here why it need not."""

import ast
from pathlib import Path

import pytest

RECORDED_BY_A_STEP = {
    ("account", "_opened"): "pipelines/steps/accounts.py",
    ("count", "count"): "pipelines/steps/counting.py",
    ("dashboard", "_demo_accounts"): "pipelines/steps/accounts.py",
    ("hold", "_opened"): "pipelines/steps/subjects/holds.py",
    ("keys", "destroy_command"): "pipelines/steps/retention/key_destruction.py",
    ("retention_register", "restore"): "pipelines/steps/retention/register.py",
    ("subject", "_opened"): "pipelines/steps/subjects/erasing.py",
}
"""Who is concerned, or what, is known only there: the module that records it."""
SHOWS_NOBODY = {
    ("keys", "status"): "lists names and periods of keys and opens nothing that they seal",
    ("publish", "export"): "copies aggregates that came through the gate",
    ("publish", "why"): "reads the states of rows that the gate remembers, no figure of a hidden one",
    ("retention_audit", "audit_command"): "counts items and days",
    ("retention_plan", "plan_command"): "counts items and days, and destroys nothing",
    ("retention_verify", "verify_command"): "compares keyed digests and counts what it found",
}
"""Commands without a record, with the reason."""


def _opening(folder: Path) -> dict[tuple[str, str], bool]:
    """Return each function of the commands that opens a workspace, and whether it records an access itself."""
    found = {}
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and "Workspace.open" in (calls := _calls(node)):
                found[path.stem, node.name] = "record_access" in calls
    return found


def _calls(node: ast.AST) -> set[str]:
    return {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}


def test_every_command_that_opens_a_home_records_it_or_is_on_a_list(repository):
    opening = _opening(repository / "pipelines" / "cli")
    assert len(opening) >= 8
    assert {name for name, records in opening.items() if not records} == {*RECORDED_BY_A_STEP, *SHOWS_NOBODY}


@pytest.mark.parametrize("path", RECORDED_BY_A_STEP.values())
def test_what_a_step_is_said_to_record_it_records(repository, path):
    assert "record_access" in _calls(ast.parse((repository / path).read_text("utf-8")))
