"""Great Expectations judges frames of metrics: booleans come out, nothing is printed, and what is missing is loud."""

import os

import pandas as pd
import pytest

from expectations import running
from expectations.model import Check
from expectations.running import run, validate
from pipelines.errors import DamagedError

TELLTALE = 7_654_321


def _check(name="nothing_is_wrong", column="faults", **given):
    return Check(
        name=name,
        asset="events",
        frame="days",
        column=column,
        clause="keep.visits",
        sentence="Nothing is wrong.",
        sentence_ko="아무 문제가 없습니다.",
        **given,
    )


def _passed(frame, **given):
    return [result.passed for result in run([_check(**given)], {"days": frame})]


@pytest.mark.parametrize(
    ("faults", "passes"), [([0], True), ([0, 0], True), ([1], False), ([0, 1], False), ([-1], False), ([], True)]
)
def test_a_check_holds_when_no_row_has_a_fault(faults, passes):
    assert _passed(pd.DataFrame({"faults": faults}, dtype="int64")) == [passes]


@pytest.mark.parametrize(("share", "passes"), [(0.1, True), (0.1000001, False)])
def test_a_limit_belongs_to_what_is_allowed(share, passes):
    limits = {"min_value": 0, "max_value": 0.1}
    assert _passed(pd.DataFrame({"faults": [share]}), arguments=limits, severity="warning") == [passes]


def test_results_come_in_the_order_of_the_checks_and_count_the_faults():
    frames = {"days": pd.DataFrame({"faults": [2, 3], "others": [0, 0]})}
    results = run([_check("first"), _check("second", "others")], frames)
    assert [(result.name, result.passed, result.observed) for result in results] == [
        ("first", False, 5),
        ("second", True, 0),
    ]


@pytest.mark.parametrize("values", [[None], [0, None], [float("nan")]])
def test_a_null_metric_is_an_error_and_no_pass(values):
    with pytest.raises(DamagedError, match="days are incomplete: faults"):
        _passed(pd.DataFrame({"faults": values}))


def test_a_missing_column_is_an_error():
    with pytest.raises(DamagedError, match="days are incomplete: faults"):
        _passed(pd.DataFrame({"others": [0]}))


def test_a_missing_frame_is_an_error():
    with pytest.raises(KeyError):
        run([_check()], {})


def test_a_verdict_quotes_no_value_of_the_frame():
    frame = pd.DataFrame({"faults": [0, TELLTALE]})
    verdict = validate([_check()], "days", frame)
    assert verdict.success is False
    assert str(TELLTALE) not in str(verdict.to_json_dict())


@pytest.mark.parametrize("result_format", ["BASIC", "SUMMARY", "COMPLETE"])
def test_any_other_result_format_would_quote_values(monkeypatch, result_format):
    monkeypatch.setattr(running, "RESULT_FORMAT", result_format)
    verdict = validate([_check()], "days", pd.DataFrame({"faults": [0, TELLTALE]}))
    assert str(TELLTALE) in str(verdict.to_json_dict())


def test_judging_prints_nothing_and_shows_no_progress_bar(capfd):
    _passed(pd.DataFrame({"faults": list(range(2_000))}))
    assert capfd.readouterr() == ("", "")


def test_telemetry_is_off_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv("GX_ANALYTICS_ENABLED", "true")
    _passed(pd.DataFrame({"faults": [0]}))
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
