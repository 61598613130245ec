"""What each measure of the statistics is: `sql/semantics.yml`, typed; dbt's pages and the dashboard read it here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.errors import UsageError

_FILE = "semantics.yml"


class _Described(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: str
    unit_ko: str
    definition: str
    definition_ko: str


class Measure(_Described):
    """A column that measures: its definition and unit in English and Korean, over what it adds up, and what to mind."""

    adds_up: tuple[Literal["time", "values"], ...]
    says: str
    """Words that the description of every column of the name holds."""
    caveat: str = ""
    caveat_ko: str = ""


class Quotient(_Described):
    """A measure that is worked out of two stored ones and not stored, since it does not add up and they do."""

    dividend: str
    divisor: str


class Semantics(BaseModel):
    """Every measure by its column's name, and what is derived of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measures: Mapping[str, Measure]
    derived: Mapping[str, Quotient]


def load_semantics(sql_folder: Path) -> Semantics:
    """Return what `semantics.yml` in `sql_folder` says. Raises UsageError when it is not there or says something else."""
    try:
        return Semantics.model_validate(yaml.safe_load((sql_folder / _FILE).read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as cause:
        raise UsageError(f"{_FILE}: does not describe the measures ({type(cause).__name__})") from cause


def told(measure: Measure | Quotient, *, is_korean: bool) -> tuple[str, str]:
    """Return a measure's definition and what to mind (nothing of a quotient), in Korean or in English."""
    if isinstance(measure, Quotient):
        return (measure.definition_ko if is_korean else measure.definition, "")
    return (measure.definition_ko, measure.caveat_ko) if is_korean else (measure.definition, measure.caveat)


def measured_sentence(measure: Measure) -> str:
    """Return what a column's description leaves out: definition, unit, sums and caveat, English then Korean."""
    sums = {"time": "days to weeks and months", "values": "the values of a dimension"}
    over = " and over ".join(sums[each] for each in measure.adds_up)
    adds_up = f"Adds up over {over}." if over else "Does not add up."
    english = f"{measure.definition} In {measure.unit}. {adds_up} {measure.caveat}"
    return f"{english.strip()}\n\n{measure.definition_ko} 단위: {measure.unit_ko}. {measure.caveat_ko}".strip()
