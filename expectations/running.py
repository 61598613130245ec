"""The one place that runs Great Expectations: frames of metrics in, booleans out.

`BOOLEAN_ONLY` keeps values out of results; the frames hold counts and names of the policy, never a person's row.
"""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from expectations.model import Check
from pipelines.errors import DamagedError
from pipelines.steps.results import CheckResult

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationSuiteValidationResult

RESULT_FORMAT = "BOOLEAN_ONLY"
"""Any other one copies offending values into the result."""


def run(checks: Sequence[Check], frames: "Mapping[str, pd.DataFrame]") -> list[CheckResult]:
    """Judge `checks` on `frames` (by name), in the order given. A frame that is missing fails loudly (KeyError).

    Raises DamagedError when a frame lacks a column or holds a null, which Great Expectations would pass over.
    """
    outcome: dict[str, bool] = {}
    for name in dict.fromkeys(check.frame for check in checks):
        outcome.update(_judge([check for check in checks if check.frame == name], name, frames[name]))
    return [_result(check, outcome[check.name], frames[check.frame]) for check in checks]


def _judge(checks: Sequence[Check], name: str, frame: "pd.DataFrame") -> dict[str, bool]:
    unusable = [check.column for check in checks if check.column not in frame or frame[check.column].isna().any()]
    if unusable:
        raise DamagedError(f"the metrics of {name} are incomplete: {', '.join(sorted(set(unusable)))}")
    results = validate(checks, name, frame).results
    return {result.expectation_config.meta["name"]: bool(result.success) for result in results}


def validate(checks: Sequence[Check], name: str, frame: "pd.DataFrame") -> "ExpectationSuiteValidationResult":
    """Return Great Expectations' own verdict on `checks` of one frame: booleans, and no value of the frame."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx  # noqa: PLC0415 -- takes seconds to import
    import great_expectations.expectations as kinds  # noqa: PLC0415
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    suite = gx.ExpectationSuite(name=name)
    for check in checks:
        kind = getattr(kinds, check.expectation)
        suite.add_expectation(kind(column=check.column, meta={"name": check.name}, **check.arguments))
    whole = context.data_sources.add_pandas(name).add_dataframe_asset(name).add_batch_definition_whole_dataframe(name)
    return whole.get_batch({"dataframe": frame}).validate(suite, result_format=RESULT_FORMAT)


def _result(check: Check, passed: bool, frame: "pd.DataFrame") -> CheckResult:
    counts = check.arguments == {"min_value": 0, "max_value": 0}
    return CheckResult(
        name=check.name,
        asset=check.asset,
        clause=check.clause,
        severity=check.severity,
        is_privacy=check.is_privacy,
        sentence=check.sentence,
        sentence_ko=check.sentence_ko,
        passed=passed,
        observed=int(frame[check.column].sum()) if counts and len(frame) else None,
    )
