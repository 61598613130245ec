"""How dbt's words become ours: no value of the data in a message, tests told from models."""

from types import SimpleNamespace

import pytest

from pipelines.errors import CheckFailedError
from pipelines.warehouse.dbt import DbtFailedError, DbtProject, DbtResult, NodeResult, _cause, _raise_failures, run_dbt


def node(name, resource_type, status):
    return NodeResult(f"{resource_type}.{name}", name, resource_type, status, 0.1, None, "cause")


def test_a_cause_that_speaks_of_the_sql_or_counts_rows_is_kept():
    for where in ("", "Runtime Error\n  ", "Runtime Error in model m (models/m.sql)\n  "):
        assert _cause(f'{where}Binder Error: column "no_such" not found') == 'Binder Error: column "no_such" not found'
    assert "enforced contract" in _cause("Compilation Error in model m (m.sql)\n This model has an enforced contract")
    assert _cause("Got 1 result, configured to fail if != 0") == "Got 1 result, configured to fail if != 0"


@pytest.mark.parametrize(
    "message",
    [
        "Runtime Error in model m (models/m.sql)\n  Conversion Error: Could not convert string 'secret-value' to INT64",
        "Constraint Error: Duplicate key secret-value",
        "Invalid Input Error secret-value",
        "secret-value: something",
        "Conversion Error: secret-value Binder Error: secret-value",
        "Runtime Error in model m (models/m.sql)\n  secret-value Parser Error",
        None,
    ],
)
def test_a_cause_that_may_quote_a_value_is_cut(message):
    assert "secret-value" not in _cause(message)


def test_the_kind_of_an_error_over_data_is_told():
    assert _cause("Runtime Error in model m (m.sql)\n Conversion Error: 'secret-value'") == "Conversion Error"


def test_a_failed_test_is_a_failed_check_and_a_failed_model_is_not():
    done = SimpleNamespace(exception=None, success=False)
    with pytest.raises(CheckFailedError, match="adds_up"):
        _raise_failures(DbtResult((node("adds_up", "test", "fail"), node("m", "model", "skipped"))), done)
    with pytest.raises(DbtFailedError, match="m"):
        _raise_failures(DbtResult((node("m", "model", "error"), node("adds_up", "test", "fail"))), done)
    with pytest.raises(DbtFailedError, match="could not be run: adds_up"):
        _raise_failures(DbtResult((node("adds_up", "test", "error"),)), done)
    _raise_failures(DbtResult((node("m", "model", "success"),)), SimpleNamespace(exception=None, success=True))


@pytest.mark.slow
def test_a_project_that_dbt_cannot_read_is_refused_with_its_cause(tmp_path):
    with pytest.raises(DbtFailedError, match="dbt stopped"):
        run_dbt(["parse"], project=DbtProject(tmp_path, tmp_path / "warehouse.duckdb", tmp_path / "target"))
