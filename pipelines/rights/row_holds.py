"""Which holds keep a row or a line: the names that stand in it are digested and looked up."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.rights.hold import Hold, On
from pipelines.rights.subjects import SubjectDigests


class RowHolds:
    """The holds on members and partners, asked of rows and lines. Each value is digested once."""

    def __init__(self, holds: Sequence[Hold], digests: SubjectDigests) -> None:
        """Take the active holds."""
        self.holds = [hold for hold in holds if hold.on is not On.DATASET]
        self._digests = digests

    def of_row(self, row: Mapping[str, Any]) -> list[Hold]:
        """Return the holds on a registry row: on its account, or on the partner it names."""
        account, partner = row.get("account_key"), row.get("partner_id")
        subject = self._digests.subject_digest(account) if self.holds and account is not None else None
        return [
            hold
            for hold in self.holds
            if subject in hold.subjects or (partner is not None and hold.partner_id == partner)
        ]

    def of_logins(self, logins: Sequence[str]) -> dict[str, list[Hold]]:
        """Return the holds on each of `logins` that has one."""
        digests = self._digests.tombstones_of_logins(logins) if self.holds else []
        found = {
            login: [h for h in self.holds if digest in h.logins] for login, digest in zip(logins, digests, strict=False)
        }
        return {login: holds for login, holds in found.items() if holds}

    def of_names(self, names: Sequence[str]) -> dict[str, list[Hold]]:
        """Return the holds on each of `names` that has one, be it an account, a login or an ID of a linked service."""
        found = {**self.of_logins(names)}
        for name, holds in self.of_linked_ids(names).items():
            found[name] = [*found.get(name, []), *holds]
        for name in names if self.holds else ():
            if holds := [hold for hold in self.holds if self._digests.subject_digest(name) in hold.subjects]:
                found[name] = [*found.get(name, []), *holds]
        return found

    def of_linked_ids(self, ids: Sequence[str]) -> dict[str, list[Hold]]:
        """Return the holds on each member ID of a linked service that has one."""
        digests = [self._digests.linked_id_digest(value) for value in ids] if self.holds else []
        found = {
            value: [h for h in self.holds if digest in h.linked_ids]
            for value, digest in zip(ids, digests, strict=False)
        }
        return {value: holds for value, holds in found.items() if holds}
