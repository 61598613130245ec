"""The person a request is about: what the registry knows of the account, and the digests and pseudonyms made of it again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import UsageError
from pipelines.privacy.pseudonyms import Pseudonymiser, Purpose
from pipelines.registry.tables import MEMBERS
from pipelines.steps.subjects.keeping_out import ACCOUNT, members_there
from pipelines.steps.workspace import Workspace

_CONTACTS = ("contact_phone", "contact_email", "business_number", "company_phone")
_NOBODY = "no member of the registry has this login; give --account, and --login as well where it is known"


@dataclass(frozen=True)
class Person:
    """A member: nothing here is ever printed, logged or kept in the clear. `contacts` are what was given to reach them."""

    account_key: str = field(repr=False)
    subject: str
    logins: frozenset[str] = field(repr=False)
    linked_ids: frozenset[str] = field(repr=False)
    contacts: frozenset[str] = field(repr=False)
    is_member: bool
    """Whether the registry has the account."""

    @property
    def texts(self) -> Collection[str]:
        """What names the person wherever it stands in the clear."""
        return {self.account_key, *self.logins, *self.linked_ids, *self.contacts}

    def pseudonyms(self, workspace: Workspace) -> dict[str, str]:
        """Return the person's pseudonyms by the column of events that may hold them, made again from the key."""
        return pseudonyms_of(workspace, self.account_key)

    def digests(self, workspace: Workspace) -> set[str]:
        """Return the keyed digests that may name the person: in the sealed store, in tombstones, in access records."""
        subjects = workspace.subjects
        logins = subjects.tombstones_of_logins(sorted(self.logins))
        return {self.subject, subjects.tombstone_of_account(self.account_key), *logins}


def pseudonyms_of(workspace: Workspace, account_key: str) -> dict[str, str]:
    """Return the pseudonyms of an account by the column of events that may hold them, made again from the key."""
    pseudonymiser = Pseudonymiser(workspace.keyring.pseudonym_key().secret)
    purposes = {
        "member_pseudonym": Purpose.MEMBER,
        "visitor_pseudonym": Purpose.VISITOR,
        "person_pseudonym": Purpose.PERSON,
        "linked_member_pseudonym": Purpose.LINKED_MEMBER,
    }
    value = f"member:{account_key}"
    return {column: pseudonymiser.pseudonyms(purpose, [value])[0] for column, purpose in purposes.items()}


def person_of(workspace: Workspace, login: str | None, account: str | None) -> Person:
    """Return the person with this login or account; with both, the login is one the account had.

    Raises UsageError, which repeats neither, when the login is nobody's or of several accounts.
    """
    if not login and not account:
        raise UsageError("say who it is: --login or --account")
    members = _rows(workspace, MEMBERS)
    key = account or _account_of(members, str(login))
    mine = [] if members is None else members.filter(pc.equal(members[ACCOUNT], key)).to_pylist()
    links = _rows(workspace, "linked_accounts")
    linked = [] if links is None else links.filter(pc.equal(links[ACCOUNT], key))["melon_member_id"].to_pylist()
    return Person(
        account_key=key,
        subject=workspace.subjects.subject_digest(key),
        logins=frozenset({row["login_id"] for row in mine} | ({login} if login else set())),
        linked_ids=frozenset(value for value in linked if value),
        contacts=frozenset(row[name] for row in mine for name in _CONTACTS if row.get(name)),
        is_member=bool(mine),
    )


def _account_of(members: pa.Table | None, login: str) -> str:
    if members is None:
        raise UsageError(_NOBODY)
    for rows in (members_there(members), members):
        found: Sequence[str] = pc.unique(rows.filter(pc.equal(rows["login_id"], login))[ACCOUNT]).to_pylist()
        if len(found) > 1:
            raise UsageError("several members have this login; give --account")
        if found:
            return found[0]
    raise UsageError(_NOBODY)


def _rows(workspace: Workspace, table: str) -> pa.Table | None:
    return workspace.registry.load(table) if workspace.registry.pointer(table) is not None else None
