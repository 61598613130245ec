"""The audit of an open home, and the table of the warehouse that shows it (`retention_status`: no identities)."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from pipelines.policy import Policy
from pipelines.retention.auditing import ALARMS, Holds, Status, judge
from pipelines.retention.states import State
from pipelines.steps.retention.ended_links import ended_link_items
from pipelines.steps.retention.inventory.expected import expected
from pipelines.steps.retention.inventory.stock import Inventory, Runs, inventory, policy_on
from pipelines.steps.workspace import Workspace
from pipelines.warehouse.snapshots import replace_table

TABLE = "retention_status"
_SCHEMA = pa.schema(
    [
        ("dataset", pa.string()), ("stored_as", pa.string()), ("is_known", pa.bool_()), ("anchor_day", pa.date32()),
        ("state", pa.string()), ("items", pa.int64()), ("rows", pa.int64()), ("bytes", pa.int64()),
        ("kept_through_day", pa.date32()), ("ends_day", pa.date32()), ("destroy_by_day", pa.date32()),
        ("days_left", pa.int64()), ("clause", pa.string()), ("audited_day", pa.date32()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Audit:
    """Where everything stands on `today` under a version of the policy; `faults` are what could not be read, in sentences."""

    today: date
    policy: Policy
    statuses: tuple[Status, ...]
    faults: tuple[str, ...]

    def of(self, *states: State) -> list[Status]:
        """Return what stands in one of `states`."""
        return [status for status in self.statuses if status.state in states]

    @property
    def has_passed(self) -> bool:
        """Whether nothing is over- or under-retained, and everything could be read."""
        return not (self.of(*ALARMS) or self.faults)

    def rows(self) -> pa.Table:
        """Return the table `retention_status`, one row a status."""
        columns = zip(*(_row(status, self.today) for status in self.statuses), strict=True)
        given = list(columns) or [()] * len(_SCHEMA)
        return pa.table([pa.array(column, field.type) for column, field in zip(given, _SCHEMA, strict=True)], _SCHEMA)


def audit(
    workspace: Workspace,
    today: date,
    holds: Holds | None = None,
    *,
    runs: Runs | None = None,
    stock: Inventory | None = None,
) -> Audit:
    """Judge everything on disk, rows past their link and what the ledger says should be, under the policy in force on `today`.

    Call it only while holding the home. `holds` are the workspace's if not given, `stock` is an
    inventory taken just now. Raises as `inventory` and `expected` do.
    """
    policy = policy_on(workspace, today)
    stock = stock or inventory(workspace, today, runs)
    missing = [item for item in expected(workspace) if not item.is_present]
    past_link = ended_link_items(workspace)
    judged = judge([*stock.items, *missing, *past_link], policy, today, holds or workspace.holds, members=stock.members)
    return Audit(today, policy, tuple(judged), tuple(stock.faults))


def write_status(workspace: Workspace, found: Audit) -> bool:
    """Put the audit in the place of the table `retention_status`, by the next file and a swap; False without a warehouse."""
    if not workspace.home.warehouse.exists():
        return False
    replace_table(workspace.home.warehouse, workspace.home.staging, TABLE, found.rows())
    return True


def _row(status: Status, today: date) -> tuple[object, ...]:
    return (
        status.dataset,
        status.stored_as.value,
        status.is_known,
        status.anchor,
        status.state.value,
        status.items,
        status.rows,
        status.bytes,
        status.kept_through,
        status.ends,
        status.destroy_by,
        status.days_left,
        status.clause,
        today,
    )
