"""Checks as Dagster shows them: specs from the suites, results beside the asset they speak of."""

from collections.abc import Iterable

import dagster as dg

from expectations.model import Check
from expectations.suites import checks_of
from pipelines.steps.results import CheckResult


def check_specs(asset: str) -> list[dg.AssetCheckSpec]:
    """Return the check specs of `asset`; errors block what follows in the same run, the gate in code does so in every run."""
    return [spec_of(check) for check in checks_of(asset)]


def spec_of(check: Check) -> dg.AssetCheckSpec:
    """Return Dagster's form of one check: what it says in English and Korean, and its clause."""
    return dg.AssetCheckSpec(
        name=check.name,
        asset=check.asset,
        description=f"{check.sentence}\n\n{check.sentence_ko}",
        blocking=check.severity == "error" and check.blocks,
        metadata={"clause": check.clause},
    )


def check_results(results: Iterable[CheckResult], asset: str | None = None) -> list[dg.AssetCheckResult]:
    """Return Dagster's form of `results`, of one asset or of all: sentences, clauses and counts, never a value."""
    return [
        dg.AssetCheckResult(
            asset_key=result.asset,
            check_name=result.name,
            passed=result.passed,
            severity=dg.AssetCheckSeverity.ERROR if result.severity == "error" else dg.AssetCheckSeverity.WARN,
            description=f"{result.sentence}\n\n{result.sentence_ko}",
            metadata={"clause": result.clause} | ({"faults": result.observed} if result.observed is not None else {}),
        )
        for result in results
        if asset is None or result.asset == asset
    ]
