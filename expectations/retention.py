"""Nothing outlives its period and nothing goes before its time: up to three checks for each dataset that has one.

They are derived from the policy, and judged after everything else of a night: what a night destroys is gone by then.
"""

from collections.abc import Collection

from expectations.model import Check
from expectations.running import run
from pipelines.policy import Policy
from pipelines.steps.gate import record_results
from pipelines.steps.metrics.retention import FAULTS, retention
from pipelines.steps.results import CheckResult
from pipelines.steps.retention.auditing import TABLE, Audit
from pipelines.steps.retention.inventory.expected import watched
from pipelines.steps.retention.inventory.places import dated
from pipelines.steps.workspace import Workspace

FRAME = "retention"
OVER, UNDER, DUE = "over_retained", "under_retained", "due"
READ_IN_FULL = "retention_is_read_in_full"


def retention_checks(policy: Policy, assets: Collection[str]) -> tuple[Check, ...]:
    """Return the checks of every dataset with a period, on its own asset where `assets` has one, else on the audit's.

    A check that nothing on disk could make fail is not made: nothing is past a period without an end, and nothing is missed
    of what no floor orders kept.
    """
    ending, owed, checks = dated(policy), watched(policy), [_read_in_full()]
    for name, dataset in policy.datasets.items():
        if dataset.period is not None:
            where = name if name in assets else TABLE
            checks += _ceiling(name, dataset.period.clause, where) if name in ending else []
            checks += _floor(name, dataset.period.clause, where) if name in owed else []
    return tuple(checks)


def judge_retention(workspace: Workspace, found: Audit, assets: Collection[str]) -> list[CheckResult]:
    """Run every check of retention on an audit just made; return and record the results."""
    results = run(retention_checks(found.policy, assets), {FRAME: retention(found)})
    record_results(workspace.home, workspace.clock, results)
    return results


def _ceiling(name: str, clause: str, asset: str) -> list[Check]:
    return [
        Check(
            name=f"{name}_not_over_retained",
            asset=asset,
            frame=FRAME,
            column=f"{name}_{OVER}",
            clause=clause,
            sentence=f"Nothing of {name} is on disk past its period and the days of grace.",
            sentence_ko=f"{name}: 보존 기간과 유예일을 넘겨 남아 있는 것이 없습니다.",
            blocks=False,
        ),
        Check(
            name=f"{name}_nothing_due",
            asset=asset,
            frame=FRAME,
            column=f"{name}_{DUE}",
            clause=clause,
            sentence=f"Nothing of {name} waits to be destroyed: its period is over and the days of grace run.",
            sentence_ko=f"{name}: 보존 기간이 끝나 유예일 안에 파기를 기다리는 것이 없습니다.",
            severity="warning",
            blocks=False,
        ),
    ]


def _floor(name: str, clause: str, asset: str) -> list[Check]:
    return [
        Check(
            name=f"{name}_not_under_retained",
            asset=asset,
            frame=FRAME,
            column=f"{name}_{UNDER}",
            clause=clause,
            sentence=f"Nothing of {name} that has to be kept still is missing.",
            sentence_ko=f"{name}: 아직 보존해야 하는 것 중 없어진 것이 없습니다.",
            blocks=False,
        ),
    ]


def _read_in_full() -> Check:
    return Check(
        name=READ_IN_FULL,
        asset=TABLE,
        frame=FRAME,
        column=FAULTS,
        clause="destroy.prompt",
        sentence="Everything on disk could be read for the audit.",
        sentence_ko="감사에 필요한 모든 것을 읽을 수 있었습니다.",
        blocks=False,
    )
