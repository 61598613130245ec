"""What has to hold between the parts of a policy, each of which is right by itself.

Every rule yields its faults with the place they stand at; `loading` turns them into errors with file and line.
"""

from collections.abc import Collection, Iterator

from pipelines.policy.base import Fault
from pipelines.policy.datasets import Dataset
from pipelines.policy.models import STATISTICS, Policy
from pipelines.policy.place_faults import place_faults
from pipelines.policy.publication_faults import publication_faults
from pipelines.policy.yaml_lines import Loc


def policy_faults(policy: Policy) -> Iterator[Fault]:
    """Yield everything in `policy` that does not fit together."""
    yield from _notice_faults(policy)
    yield from _clause_faults(policy)
    yield from _role_faults(policy)
    for name, dataset in policy.datasets.items():
        yield from _field_faults(policy, ("datasets", name), dataset)
        if dataset.period is not None:
            yield from place_faults(("datasets", name, "period"), dataset.period, dataset)
    if policy.publication is not None:
        yield from publication_faults(policy.publication, policy.datasets, policy.fewest_people)


def _notice_faults(policy: Policy) -> Iterator[Fault]:
    """Clause notice.change: announced 7 days ahead, 30 for important changes."""
    days = policy.notice.important_days if policy.important_change else policy.notice.days
    ahead = (policy.effective - policy.announced).days
    if ahead < days:
        yield Fault(("effective",), f"takes effect {ahead} days after it was announced; the notice is {days} days")


def _clause_faults(policy: Policy) -> Iterator[Fault]:
    for loc, clause in _clause_references(policy):
        yield from _unknown(loc, "clause", (clause,), policy.clauses)


def _clause_references(policy: Policy) -> Iterator[tuple[Loc, str]]:
    yield from _references_of_parts(policy)
    for section in ("purposes", "roles", "processors"):
        for name, entry in getattr(policy, section).items():
            yield (section, name, "clause"), entry.clause
    for name, dataset in policy.datasets.items():
        yield ("datasets", name, "clause"), dataset.clause
        if dataset.period is not None:
            yield ("datasets", name, "period", "clause"), dataset.period.clause
            for value, clause in dataset.period.ended_when.values.items() if dataset.period.ended_when else ():
                yield ("datasets", name, "period", "ended_when", "values", value), clause
        for field_name, field in dataset.fields.items():
            yield ("datasets", name, "fields", field_name, "clause"), field.clause


def _references_of_parts(policy: Policy) -> Iterator[tuple[Loc, str]]:
    for name in ("notice", "retention", "publication", "robots", "accounts"):
        if (part := getattr(policy, name)) is not None:
            yield (name, "clause"), part.clause
    if policy.accounts is not None:
        yield ("accounts", "cookie", "clause"), policy.accounts.cookie.clause


def _role_faults(policy: Policy) -> Iterator[Fault]:
    for name, clause in policy.clauses.items():
        if clause.attestation is not None:
            owner = clause.attestation.owner
            yield from _unknown(("clauses", name, "attestation", "owner"), "role", (owner,), policy.roles)
    for name, contact in policy.contacts.items():
        if contact.role is not None:
            yield from _unknown(("contacts", name, "role"), "role", (contact.role,), policy.roles)
    for name, dataset in policy.datasets.items():
        yield from _unknown(("datasets", name, "readers"), "role", dataset.readers, policy.roles)


def _field_faults(policy: Policy, loc: Loc, dataset: Dataset) -> Iterator[Fault]:
    for name, field in dataset.fields.items():
        here = (*loc, "fields", name)
        yield from _unknown((*here, "purposes"), "purpose", field.purposes, policy.purposes)
        yield from _unknown((*here, "member_types"), "member type", field.member_types, policy.member_types)
        if field.action == "drop" and STATISTICS in field.purposes:
            yield Fault((*here, "action"), "a field that is dropped cannot serve the statistics purpose")
        for category, words in policy.sensitive.items():
            if any(_betrays(name, word) for word in words):
                yield Fault(here, f"names the sensitive category {category!r}, which is never collected")


def _betrays(name: str, word: str) -> bool:
    return f"_{word}_" in f"_{name}_"


def _unknown(loc: Loc, kind: str, names: Collection[str], known: Collection[str]) -> Iterator[Fault]:
    for name in names:
        if name not in known:
            yield Fault(loc, f"unknown {kind} {name!r}")
