"""Judge what is stored: measure, run the suites, keep the results where the gate and `status` find them."""

from collections.abc import Sequence

from expectations.retention import judge_retention
from expectations.running import run
from expectations.suites import WITHIN_THEIR_ASSETS, all_checks
from pipelines.steps.gate import record_results
from pipelines.steps.metrics import frames
from pipelines.steps.metrics.scope import Only
from pipelines.steps.results import CheckResult
from pipelines.steps.retention.auditing import audit
from pipelines.steps.retention.inventory.stock import Runs
from pipelines.steps.workspace import Workspace


def judge(workspace: Workspace, assets: Sequence[str] | None = None, only: Only = None) -> list[CheckResult]:
    """Run the checks that speak of `assets` (all checks when None) on stored data; return and record the results.

    `only` limits what goes day by day to those days: a night judges what it changed, `check` judges everything.
    """
    checks = [check for check in all_checks() if assets is None or check.asset in assets]
    measured = frames(workspace, dict.fromkeys(check.frame for check in checks), only)
    results = run(checks, measured)
    record_results(workspace.home, workspace.clock, results, only)
    return results


def judge_everything(workspace: Workspace, runs: Runs | None) -> list[CheckResult]:
    """Run the checks of the suites and those of retention on all that is stored; return and record the results.

    `runs` lists those of the orchestrator, None where there is none. dbt's tests are not among them: they run on what is built,
    before it is swapped in.
    """
    found = audit(workspace, workspace.today, runs=runs)
    return [*judge(workspace), *judge_retention(workspace, found, WITHIN_THEIR_ASSETS)]
