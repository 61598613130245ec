"""What has to hold between the places a period names and the fields of its dataset."""

from collections.abc import Iterator

from pipelines.policy.base import Fault
from pipelines.policy.datasets import Dataset
from pipelines.policy.periods import Period
from pipelines.policy.yaml_lines import Loc


def place_faults(loc: Loc, period: Period, dataset: Dataset) -> Iterator[Fault]:
    """Yield what is wrong with the places of `period`, which stands at `loc`."""
    for key, name in period.day_fields():
        yield from _field_faults((*loc, key), name, dataset, ("date", "instant"))
    for key, name in period.text_fields():
        yield from _field_faults((*loc, key), name, dataset, ("text",))
    yield from _value_faults(loc, period, dataset)
    yield from _needs(loc, period)


def _field_faults(loc: Loc, name: str, dataset: Dataset, types: tuple[str, ...]) -> Iterator[Fault]:
    field = dataset.fields.get(name)
    if field is None:
        yield Fault(loc, f"names {name!r}, which is no field of the dataset")
    elif field.type not in types:
        yield Fault(loc, f"names {name!r}, which is no {' or '.join(types)}")
    elif dataset.stage == "registry" and field.action == "drop":
        yield Fault(loc, f"names {name!r}, which is dropped as it is read")


def _value_faults(loc: Loc, period: Period, dataset: Dataset) -> Iterator[Fault]:
    if period.ended_when is None or period.ended_when.field not in dataset.fields:
        return
    allowed = dataset.fields[period.ended_when.field].values
    for value in period.ended_when.values:
        if value not in allowed:
            yield Fault(
                (*loc, "ended_when", "values", value), f"{period.ended_when.field} never has the value {value!r}"
            )


def _needs(loc: Loc, period: Period) -> Iterator[Fault]:
    """A place without what gives it a sense, or the other way round."""
    is_recorded = period.at_most.text == "as_recorded"
    if is_recorded != (period.ends_field is not None):
        yield Fault((*loc, "at_most"), "as_recorded needs an ends_field, and no other ceiling has one")
    if period.ended_fields and not period.or_earlier:
        yield Fault((*loc, "ended_fields"), "no event of or_earlier ends the period")
    if period.open_end is not None and not (is_recorded and period.member_field):
        yield Fault((*loc, "open_end"), "open_end needs as_recorded and a member_field")
    if "membership_ended" in period.or_earlier and period.member_field is None:
        yield Fault((*loc, "or_earlier"), "membership_ended needs a member_field")
