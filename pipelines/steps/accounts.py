"""Accounts of the dashboard over a workspace: made and ended by operators, and what the night does about them."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass

from pipelines.accounts.account import Account, AccountRole
from pipelines.accounts.changes import Invited, disable, enable, end, invite, send_link
from pipelines.accounts.store import DATASET
from pipelines.clock import seoul_day
from pipelines.errors import UsageError
from pipelines.privacy.access_records import Access
from pipelines.retention.entries import NIGHTLY, Destroyed, Method, Rotated
from pipelines.retention.items import Kind
from pipelines.steps.access import record_access
from pipelines.steps.publishing.publishing import FileNames, registered_partners
from pipelines.steps.retention.register import open_register
from pipelines.steps.workspace import Workspace


@dataclass(frozen=True)
class TakenOver:
    """What a night did about accounts: records it took over, sessions that were over, accounts entered as ended."""

    records: int = 0
    sessions: int = 0
    ended: int = 0


@dataclass(frozen=True)
class RotatedKeys:
    """How many accounts stand under new keys of the dashboard's keyring, and how many former keys were destroyed."""

    accounts: int = 0
    keys_destroyed: int = 0


def add_account(workspace: Workspace, login: str, role: AccountRole, partner: str | None) -> Invited:
    """Make an account and return it with its one-time link. Raises UsageError for a partner the registry does not have."""
    named = None if partner is None else (partner, _file_of(workspace, partner))
    record_access(workspace, f"dashboard account added ({role})")
    return invite(workspace.accounts, login, role, named)


def list_accounts(workspace: Workspace) -> list[Account]:
    """Return every account; the access is recorded first."""
    record_access(workspace, "dashboard accounts listed")
    return workspace.accounts.store.all() if workspace.has_accounts else []


def reset_account(workspace: Workspace, login: str, *, ends_factor: bool = False) -> Invited:
    """Give an account a new one-time link in place of its password and sessions, and of its second factor if that is lost.

    Raises UsageError without such an account, and for one that is disabled.
    """
    record_access(workspace, f"dashboard account given a link{', its second factor ended' if ends_factor else ''}")
    account = _account(workspace, login)
    if account.is_disabled:
        raise UsageError("the account is disabled; `partnerstats account enable` lets it in again")
    return send_link(workspace.accounts, account, ends_factor=ends_factor)


def disable_account(workspace: Workspace, login: str) -> Account:
    """Disable an account at once. Raises UsageError without one."""
    record_access(workspace, "dashboard account disabled")
    return disable(workspace.accounts, _account(workspace, login))


def enable_account(workspace: Workspace, login: str) -> Invited:
    """Let a disabled account in again, through a new link. Raises UsageError without one."""
    record_access(workspace, "dashboard account enabled")
    return enable(workspace.accounts, _account(workspace, login))


def end_account(workspace: Workspace, login: str) -> None:
    """Destroy an account, its key first, and enter that in the register of destructions. Raises UsageError without one."""
    record_access(workspace, "dashboard account ended")
    end(workspace.accounts, _account(workspace, login))
    enter_ended(workspace, workspace.settings.role)


def end_accounts_of(workspace: Workspace, names: Collection[str]) -> int:
    """End the accounts whose login is one of `names` and return how many: who is erased keeps no way in."""
    if not workspace.has_accounts:
        return 0
    found = accounts_of(workspace, names)
    for account in found:
        end(workspace.accounts, account)
    return len(found)


def accounts_of(workspace: Workspace, names: Collection[str]) -> list[Account]:
    """Return the accounts whose login is one of `names`."""
    if not workspace.has_accounts:
        return []
    found = (workspace.accounts.store.find(name) for name in sorted(names))
    return list({account.account_id: account for account in found if account is not None}.values())


def take_over(workspace: Workspace) -> TakenOver:
    """Take the dashboard's records into the access records, and let what is over go; call it only while holding the home.

    What a crash cut short is gone on with: a record that is there already is not taken a second time.
    """
    if not workspace.has_accounts:
        return TakenOver()
    accounts, known = workspace.accounts, _Known(workspace)
    accounts.store.settle()
    sessions = accounts.sessions.purge(workspace.clock.now())
    accounts.pending.purge(workspace.clock.now())
    records = accounts.records.hand_over(known.take, workspace.today)
    return TakenOver(records, sessions, enter_ended(workspace, NIGHTLY))


def rotate_dashboard(workspace: Workspace) -> RotatedKeys:
    """Write accounts anew under new keys, take the dashboard's records over, and destroy the former keys of both.

    Call it only while holding the home; the dashboard goes on meanwhile. Interrupted, it is finished by the next call; the next
    night destroys keys that open nothing any more. Entered in the register of destructions.
    """
    if not workspace.has_accounts:
        return RotatedKeys()
    accounts = workspace.accounts
    accounts.store.settle()
    known = _Known(workspace)
    keys = accounts.records.hand_over_and_renew(known.take, workspace.today)
    moved = accounts.store.seal_anew()
    told = {"what": "dashboard-keys", "moved": moved, "of": moved, "clause": "secure.encryption"}
    body = {"policy_version": workspace.policy.version, **told, "approved_by": workspace.settings.role}
    open_register(workspace).append(Rotated.model_validate(body), workspace.clock.now())
    return RotatedKeys(moved, keys + moved)


def enter_ended(workspace: Workspace, approved_by: str) -> int:
    """Enter the accounts that ended in the register of destructions and return how many."""
    ended = workspace.accounts.ended.all()
    if ended:
        ids = [account_id for account_id, _ in ended]
        entry = Destroyed(
            policy_version=workspace.policy.version,
            dataset=DATASET,
            stored_as=Kind.FILE,
            days=tuple(sorted({seoul_day(at) for _, at in ended})),
            files=len(ended),
            keys=len(ended),
            clause=workspace.policy.dataset(DATASET).clause,
            method=Method.KEY_THEN_FILE,
            plan=hashlib.sha256(json.dumps(ids).encode()).hexdigest(),
            approved_by=approved_by,
        )
        open_register(workspace).append(entry, workspace.clock.now())
        workspace.accounts.ended.remove(ids)
    return len(ended)


class _Known:
    """The access records, asked once a month whether they have a record already."""

    def __init__(self, workspace: Workspace) -> None:
        self._records = workspace.access_records
        self._of: dict[object, set[Access]] = {}

    def take(self, access: Access) -> None:
        month = seoul_day(access.accessed_at).replace(day=1)
        if month not in self._of:
            there = month in self._records.known_months()
            self._of[month] = set(self._records.read(month)) if there else set()
        if access not in self._of[month]:
            self._records.add(access)


def _account(workspace: Workspace, login: str) -> Account:
    found = workspace.accounts.store.find(login) if workspace.has_accounts else None
    if found is None:
        raise UsageError("there is no account with this login")
    return found


def _file_of(workspace: Workspace, partner: str) -> str:
    if partner not in registered_partners(workspace):
        raise UsageError("the registry has no such partner: partners are named as in its partner_id")
    return FileNames(workspace.keyring.subject_key()).of(partner)
