"""The policy as one typed value: one version of it, in force from a day on."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Annotated, Final

from pydantic import Field as Constraint
from pydantic import PrivateAttr, model_validator

from pipelines.errors import UsageError
from pipelines.policy.accounts import AccountRules
from pipelines.policy.base import ClauseId, Name, Sentence, StrictModel
from pipelines.policy.clauses import Clause, Contact, Described, Notice, Processor, Purpose, Role
from pipelines.policy.datasets import Dataset, Field
from pipelines.policy.publication import Publication

STATISTICS: Final = "statistics"
"""The purpose the pipeline derives data for, as `fields_for` takes it; a dropped field cannot serve it."""


class NightlyLimits(StrictModel):
    """What the nightly run destroys on its own; anything beyond waits for a person."""

    most_days: Annotated[int, Constraint(ge=1)]
    """Days of data of one dataset destroyed at once."""
    most_row_share: Annotated[float, Constraint(gt=0, le=1)]
    """Part of a table's rows destroyed at once, where that is more than `few_rows`."""
    few_rows: Annotated[int, Constraint(ge=0)]
    oldest_days: Annotated[int, Constraint(ge=0)]
    """How far beyond its ceiling an item may be."""
    plan_expires_hours: Annotated[int, Constraint(ge=1)]
    clause: ClauseId

    def allows_days(self, days: int) -> bool:
        """Say whether a night may destroy that many days of data of one dataset on its own."""
        return days <= self.most_days

    def allows_rows(self, rows: int, of: int) -> bool:
        """Say whether a night may destroy `rows` of the `of` rows of a table on its own."""
        return rows <= self.few_rows or rows <= self.most_row_share * of

    def allows_age(self, ends: date, today: date) -> bool:
        """Say whether what `ends` is the last day of is not too far beyond its ceiling for a night to destroy on its own."""
        return (today - ends).days <= self.oldest_days


class Robots(StrictModel):
    """What a visitor who is no member does on a day and source to be taken for a robot; a day is judged whole."""

    rate_page_views: Annotated[int, Constraint(ge=2)]
    """Page views within `rate_seconds`."""
    rate_seconds: Annotated[int, Constraint(ge=1)]
    breadth_pages: Annotated[int, Constraint(ge=2)]
    """Different pages, where it fetched fewer than one file per `page_views_per_file`."""
    page_views_per_file: Annotated[int, Constraint(ge=1)]
    no_files_page_views: Annotated[int, Constraint(ge=2)]
    """Page views without any file."""
    files_percent: Annotated[int, Constraint(ge=1, le=100)]
    """Part of a source's visitors of the day that fetch files; where fewer do, its log does not tell of files."""
    clause: ClauseId

    def as_variables(self) -> dict[str, int]:
        """Return the limits by the names that the SQL text gives them."""
        return self.model_dump(exclude={"clause"})


class Policy(StrictModel):
    """A version of the policy; `load_policy` makes it and has checked that its parts fit together."""

    version: Sentence
    effective: date
    announced: date
    important_change: bool
    notice: Notice
    minimum_age: Annotated[int, Constraint(gt=0)]
    fewest_people: Annotated[int, Constraint(gt=1)]
    """A cell on fewer distinct people is small: it is not shown, and goes with its events."""
    destroy_within_days: Annotated[int, Constraint(ge=0)]
    retention: NightlyLimits
    robots: Robots | None = None
    """None: robots are told by their user agents alone."""
    publication: Publication | None = None
    """None: nothing is published."""
    accounts: AccountRules | None = None
    """None: the dashboard has no accounts, and nobody signs in."""
    contacts: Mapping[Name, Contact]
    roles: Mapping[Name, Role]
    purposes: Mapping[Name, Purpose]
    member_types: Mapping[Name, Described]
    channels: Mapping[Name, Described]
    processors: Mapping[Name, Processor]
    sensitive: Mapping[Name, tuple[Name, ...]]
    """Categories never collected, each with the words that betray one in a field's name."""
    clauses: Mapping[ClauseId, Clause]
    datasets: Mapping[Name, Dataset]
    _digest: str = PrivateAttr(default="")

    @model_validator(mode="before")
    @classmethod
    def _fill_in_what_holds_for_all(cls, data: object) -> object:
        """Give every period the common grace and every field the member types and nullability it leaves unsaid."""
        if not isinstance(data, dict):
            return data
        filled = deepcopy(data)
        for dataset in _mappings(filled.get("datasets")):
            if isinstance(period := dataset.get("period"), dict):
                period.setdefault("destroy_within_days", filled.get("destroy_within_days"))
            for field in _mappings(dataset.get("fields")):
                field.setdefault("member_types", list(filled.get("member_types") or ()))
                field.setdefault("nullable", not field.get("required", False))
        return filled

    def model_post_init(self, context: object) -> None:
        """Take the digest of the file's bytes from the loader's context."""
        if isinstance(context, Mapping):
            self._digest = str(context["sha256"])

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes of the file this policy was read from, as hex."""
        return self._digest

    @property
    def planned(self) -> tuple[str, ...]:
        """Ids of the clauses nothing enforces yet, in the file's order."""
        return tuple(name for name, clause in self.clauses.items() if clause.enforced_by == "planned")

    def dataset(self, name: str) -> Dataset:
        """Return the dataset `name`. Raises UsageError when the policy declares none of that name."""
        if name not in self.datasets:
            raise UsageError(f"policy {self.version} declares no dataset {name!r}")
        return self.datasets[name]

    def fields_for(self, dataset: str, purpose: str) -> dict[str, Field]:
        """Return the fields of `dataset` that may serve `purpose`, in order; for `statistics` none of them is dropped.

        Raises UsageError for unknown names.
        """
        if purpose not in self.purposes:
            raise UsageError(f"policy {self.version} declares no purpose {purpose!r}")
        return {name: field for name, field in self.dataset(dataset).fields.items() if purpose in field.purposes}


def _mappings(value: object) -> list[dict[str, object]]:
    return [entry for entry in value.values() if isinstance(entry, dict)] if isinstance(value, dict) else []
