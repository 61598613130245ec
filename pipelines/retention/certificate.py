"""A certificate of destruction for a period: what the register says of it, ready to be printed and signed.

`certify` gathers, a pure function; `render` makes one HTML page of it, in Korean, English or both side by side, without
scripts and without anything loaded from elsewhere.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

import jinja2

from pipelines.clock import SEOUL, seoul_day
from pipelines.errors import UsageError
from pipelines.policy import Policy
from pipelines.retention.certificate_words import WORDS
from pipelines.retention.entries import (
    Begun,
    Body,
    Destroyed,
    Erased,
    Replayed,
    Restored,
    Rotated,
    Verified,
    Withdrawn,
)
from pipelines.retention.examination import Verification
from pipelines.retention.register import Recorded, tree_of

Language = Literal["ko", "en", "both"]
TEMPLATE = "certificate.html"


@dataclass(frozen=True)
class Amount:
    """What was destroyed of a dataset by one method under one clause, over the period."""

    dataset: str
    method: str
    clause: str
    days: tuple[date, ...]
    files: int
    rows: int
    bytes: int
    keys: int


@dataclass(frozen=True)
class Execution:
    """A plan: when it began, who approved it, how many entries it made, and what the verifications of it found."""

    plan: str
    begun_at: datetime | None
    approved_by: str
    entries: int
    verifications: tuple[bool, ...]

    @property
    def result(self) -> str:
        """`passed` or `failed` as the last verification says, `mended` when it passed after one failed, `open` without any."""
        if not self.verifications:
            return "open"
        if not self.verifications[-1]:
            return "failed"
        return "passed" if all(self.verifications) else "mended"


@dataclass(frozen=True)
class Proof:
    """The period's entries as neighbours in the tree: the hash of each, and the audit paths of the first and the last."""

    first: int
    leaves: tuple[str, ...]
    first_path: tuple[str, ...]
    last_path: tuple[str, ...]


@dataclass(frozen=True)
class Certificate:
    """Everything that is printed; days are Asia/Seoul days, both ends included."""

    first_day: date
    last_day: date
    issued_at: datetime
    policy_version: str
    amounts: tuple[Amount, ...]
    executions: tuple[Execution, ...]
    entries: tuple[Recorded, ...]
    proof: Proof | None
    """None when nothing was entered in the period."""
    size: int
    root: str
    digest: str

    def of_kind(self, *kinds: type[Body]) -> list[Recorded]:
        """Return the entries of these kinds."""
        return [entry for entry in self.entries if isinstance(entry.body, kinds)]

    def results(self) -> dict[str, int]:
        """Return how many plans have which result; see `Execution.result`."""
        return dict(Counter(execution.result for execution in self.executions))

    def clauses(self) -> list[str]:
        """Return the clauses the entries name, in alphabetical order."""
        return sorted({clause for entry in self.entries if (clause := getattr(entry.body, "clause", None))})


def certify(
    entries: Sequence[Recorded],
    verification: Verification,
    policy: Policy,
    first_day: date,
    last_day: date,
    at: datetime,
) -> Certificate:
    """Gather the certificate of a period from all `entries` of a register that holds.

    Raises UsageError when the period ends before it begins or after the day of issue.
    """
    if last_day < first_day:
        raise UsageError(f"the period ends before it begins: {first_day} to {last_day}")
    if last_day > seoul_day(at):
        raise UsageError(f"the period is not over: {last_day} is after {seoul_day(at)}")
    chosen = [entry for entry in entries if first_day <= seoul_day(entry.at) <= last_day]
    return Certificate(
        first_day=first_day,
        last_day=last_day,
        issued_at=at,
        policy_version=policy.version,
        amounts=_amounts(chosen),
        executions=_executions(chosen, entries),
        entries=tuple(chosen),
        proof=_proof(entries, chosen),
        size=verification.size,
        root=verification.root,
        digest=verification.digest,
    )


def render(certificate: Certificate, policy: Policy, language: Language = "both") -> str:
    """Return the certificate as one HTML page in A4; `policy` gives the words of datasets, clauses and roles."""
    languages = ("ko", "en") if language == "both" else (language,)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"ranges": day_ranges, "local": _local, "grouped": _grouped}
    kinds = {"erasures": (Erased, Withdrawn), "rotations": (Rotated,), "replays": (Replayed,), "restored": (Restored,)}
    return environment.get_template(TEMPLATE).render(
        certificate=certificate,
        languages=languages,
        words=WORDS,
        dataset=lambda name: _said(policy.datasets, name, "description"),
        clause=lambda name: _said(policy.clauses, name, "says"),
        officer=_said(policy.contacts, "chief_officer", "title"),
        verifications=certificate.of_kind(Verified),
        **{name: certificate.of_kind(*bodies) for name, bodies in kinds.items()},
    )


def day_ranges(days: Sequence[date]) -> list[str]:
    """Return ascending days as runs: `2026-08-01 – 2026-08-03`, a single day by itself."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [f"{run[0]} – {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]


def _amounts(entries: Sequence[Recorded]) -> tuple[Amount, ...]:
    bodies = [entry.body for entry in entries if isinstance(entry.body, Destroyed)]
    groups: dict[tuple[str, str, str], list[Destroyed]] = {}
    for body in bodies:
        groups.setdefault((body.dataset, body.method.value, body.clause), []).append(body)
    return tuple(
        Amount(
            *names,
            days=tuple(sorted({day for body in group for day in body.days})),
            files=sum(body.files for body in group),
            rows=sum(body.rows for body in group),
            bytes=sum(body.bytes for body in group),
            keys=sum(body.keys for body in group),
        )
        for names, group in sorted(groups.items())
    )


def _executions(chosen: Sequence[Recorded], entries: Sequence[Recorded]) -> tuple[Execution, ...]:
    """A plan's verification counts whenever it was made, its beginning too: an execution may run over midnight."""
    plans = dict.fromkeys(entry.body.plan for entry in chosen if isinstance(entry.body, Begun | Destroyed))
    return tuple(_execution(plan, entries) for plan in plans)


def _execution(plan: str, entries: Sequence[Recorded]) -> Execution:
    begun = next((entry for entry in entries if isinstance(entry.body, Begun) and entry.body.plan == plan), None)
    made = [entry.body for entry in entries if isinstance(entry.body, Destroyed) and entry.body.plan == plan]
    approved_by = begun.body.approved_by if begun and isinstance(begun.body, Begun) else made[0].approved_by
    results = [e.body.has_passed for e in entries if isinstance(e.body, Verified) and e.body.plan == plan]
    return Execution(plan, begun.at if begun else None, approved_by, len(made), tuple(results))


def _proof(entries: Sequence[Recorded], chosen: Sequence[Recorded]) -> Proof | None:
    if not chosen:
        return None
    tree, first, last = tree_of(entries), chosen[0].seq - 1, chosen[-1].seq - 1
    return Proof(
        first=first,
        leaves=tuple(entry.leaf.hex() for entry in entries[first : last + 1]),
        first_path=tuple(node.hex() for node in tree.audit_path(first)),
        last_path=tuple(node.hex() for node in tree.audit_path(last)),
    )


def _said(declared: Mapping[str, object], name: str, attribute: str) -> dict[str, str]:
    """Return the words of `name` in both languages; the name itself where this version of the policy has it no more."""
    found = declared.get(name)
    suffix = {"en": attribute, "ko": f"{attribute}_ko"}
    return {language: str(getattr(found, field, name)) for language, field in suffix.items()}


def _local(instant: datetime) -> str:
    return instant.astimezone(SEOUL).strftime("%Y-%m-%d %H:%M:%S") + " KST"


def _grouped(number: int) -> str:
    return f"{number:,}"
