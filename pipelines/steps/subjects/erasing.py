"""A member's request carried out: what may go goes at once and everywhere, and what a law keeps is told with law and day.

The request is written down first. Then, in an order that a crash may cut anywhere: what the policy keeps of who leaves is
sealed, the tombstone is put up, rows leave the registry, days are derived again, the register is told, the request is
answered. Every step does nothing where it was done before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.errors import UsageError
from pipelines.retention.entries import Body, Erased, Withdrawn
from pipelines.rights.requests import Kind, Request
from pipelines.rights.tombstones import Departure, Gone
from pipelines.steps.access import record_access
from pipelines.steps.accounts import end_accounts_of
from pipelines.steps.events import derive_stale_days
from pipelines.steps.linked import derive_linked_days
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.answers import Answer, answer_of, is_to_be_sealed
from pipelines.steps.subjects.finding import Found, Search
from pipelines.steps.subjects.keeping_out import ACCOUNT, tables_of_membership
from pipelines.steps.subjects.landing import remove_copies
from pipelines.steps.subjects.leaving import leaver_of, remove_accounts, seal_leavers
from pipelines.steps.subjects.linked_rows import linked_ids_of_erased, take_linked_rows_out
from pipelines.steps.subjects.person import Person, pseudonyms_of
from pipelines.steps.workspace import Workspace

CLAUSES: Mapping[Kind, str] = {"erased": "rights.refuse", "withdrawn": "rights.withdraw"}
Step = Callable[[str], None]


@dataclass(frozen=True)
class Looked:
    """Where a member was found, every store that was looked at included, and what could not be read."""

    found: list[Found]
    faults: list[str]


def find(workspace: Workspace, person: Person, identification: str) -> Looked:
    """Look for a member everywhere; the access is recorded first. Raises UsageError without an identification."""
    _record(workspace, person, "subject find", identification)
    return _look(workspace, person)


def foretell(workspace: Workspace, person: Person, kind: Kind, identification: str) -> Answer:
    """Return the answer a request would have, and change nothing."""
    _record(workspace, person, f"subject: what a request would do ({kind})", identification)
    return answer_of(workspace, person, _look(workspace, person).found, kind)


def carry_out(
    workspace: Workspace, person: Person, kind: Kind, identification: str, step: Step = lambda _name: None
) -> Answer:
    """Carry out a request for erasure or withdrawal and return its answer. Raises UsageError without an identification.

    A request that was cut short before is finished first. Asked again, there is nothing left to go.
    """
    _record(workspace, person, f"subject {'erase' if kind == 'erased' else 'withdraw'}", identification)
    finish_requests(workspace, step)
    answer = answer_of(workspace, person, _look(workspace, person).found, kind)
    step("looked")
    if is_to_be_sealed(workspace, person):
        # Before anything is written down: without a recipient nothing can be sealed, and then nothing may go.
        _require_recipient(workspace)
    request = workspace.requests.ask(
        Request(
            request_id="",
            kind=kind,
            account_key=person.account_key,
            logins=tuple(sorted(person.logins)),
            linked_ids=tuple(sorted(person.linked_ids)),
            asked_at=workspace.clock.now(),
            role=workspace.settings.role,
            removed=answer.removed,
            kept=answer.kept,
        )
    )
    _carry_out(workspace, request, step)
    return answer


def finish_requests(workspace: Workspace, step: Step = lambda _name: None) -> int:
    """Finish requests that were cut short, and erase again what a restored backup brought back; return how many requests.

    Call it before anything else of a night. Raises as carrying them out does: nothing runs over an open request.
    """
    workspace.requests.sweep()
    still_open = workspace.requests.open()
    for request in still_open:
        _carry_out(workspace, request, step)
    _erase_rows(workspace, {})
    workspace.holds.settle(workspace.today)
    return len(still_open)


def _carry_out(workspace: Workspace, request: Request, step: Step) -> None:
    step("asked")
    leaver = leaver_of(workspace, request.account_key, request.asked_at)
    if leaver is not None and leaver.profile["status"] in ("approved", "withdrawn"):
        seal_leavers(workspace, [leaver])
    step("sealed")
    workspace.tombstones.add_all(_departures(request, leaver.logins if leaver else {}))
    step("tombstones")
    take_linked_rows_out(workspace, request.linked_ids)
    pseudonyms = pseudonyms_of(workspace, request.account_key).values()
    remove_copies(workspace, (request.account_key, *request.logins, *request.linked_ids, *pseudonyms))
    step("landing")
    _erase_rows(workspace, {request.account_key: request.asked_at})
    step("rows")
    end_accounts_of(workspace, (request.account_key, *request.logins))
    step("dashboard accounts")
    derive_linked_days(workspace)
    step("linked events")
    derive_stale_days(workspace)
    step("events")
    _register(workspace, request)
    step("registered")
    workspace.requests.answered(request, workspace.clock.now())
    step("answered")


def _departures(request: Request, ended: Mapping[str, datetime]) -> list[Departure]:
    """Return the tombstones: a login the member gave up before is covered until then, every other until the request.

    Of a withdrawal the lines count as withdrawn; a second tombstone, which names no login, keeps its rows out.
    """
    at, account = request.asked_at, request.account_key
    given_up = {login: min(ended.get(login, at), at) for login in request.logins}
    kind = Gone(request.kind)
    found = [Departure(account, [login], kind, until) for login, until in given_up.items() if until < at]
    found.append(Departure(account, [login for login, until in given_up.items() if until >= at], kind, at))
    return found if kind is Gone.ERASED else [*found, Departure(account, [], Gone.ERASED, at)]


def _erase_rows(workspace: Workspace, gone: Mapping[str, datetime]) -> None:
    """Write every registry table that no law keeps without the rows of `gone` and of everybody erased before."""
    if not gone and not any(stone.kind is Gone.ERASED for stone in workspace.tombstones.all()):
        return
    take_linked_rows_out(workspace, linked_ids_of_erased(workspace))
    last = tables_of_membership(workspace)
    tables = [name for name in workspace.registry.tables() if _may_go(workspace, name)]
    for table in sorted(tables, key=lambda name: last.index(name) if name in last else -1):
        # A crash right after the table changed leaves its former file, in which the member still stands.
        workspace.registry.sweep(table)
        remove_accounts(workspace, table, gone)


def _may_go(workspace: Workspace, table: str) -> bool:
    dataset = workspace.policy.datasets.get(table)
    if dataset is None or ACCOUNT not in dataset.fields:
        return False
    return dataset.period is None or dataset.period.at_least is None


def _register(workspace: Workspace, request: Request) -> None:
    register = open_register(workspace)
    before = workspace.requests.registered_from(request, len(register.entries()), workspace.clock.now())
    body: Body = (Erased if request.kind == "erased" else Withdrawn)(
        policy_version=workspace.policy.version,
        clause=CLAUSES[request.kind],
        approved_by=request.role,
        removed=dict(request.removed),
        kept_by_law=dict(request.kept),
    )
    if body not in [entry.body for entry in register.entries()[before:]]:
        register.append(body, workspace.clock.now())


def _look(workspace: Workspace, person: Person) -> Looked:
    search = Search(workspace, person)
    return Looked(search.all(), search.faults)


def _require_recipient(workspace: Workspace) -> None:
    seal_leavers(workspace, [])
    if workspace.home.state().kind != "demo" and workspace.settings.sealed_recipient is None:
        raise UsageError(
            "PARTNERSTATS_SEALED_RECIPIENT is not set: what is kept of a member who leaves is sealed to the privacy officer's "
            "public key. Nothing was erased"
        )


def _record(workspace: Workspace, person: Person, action: str, identification: str) -> None:
    if not identification.strip():
        raise UsageError("say with --identification how the person was identified (clause rights.identify)")
    record_access(workspace, f"{action}; identified by: {identification.strip()}", subjects=(person.subject,))
