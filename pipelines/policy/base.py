"""What all models of the policy share: strictness, names and the way a fault is stated."""

from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints

from pipelines.policy.yaml_lines import Loc

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""A name that may become a column, table or route name."""

SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
"""A name that may become a folder's name."""

ClauseId = Annotated[str, StringConstraints(pattern=r"^[a-z]+(\.[a-z0-9]+(-[a-z0-9]+)*)?$")]

Sentence = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class StrictModel(BaseModel):
    """A frozen model in which an undeclared key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Fault(NamedTuple):
    """Something wrong between parts that are right by themselves: where it stands, and why it cannot be."""

    loc: Loc
    cause: str
    is_absence: bool = False
    """Something is missing: the place is only that of what should hold it."""
