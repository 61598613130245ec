"""What does not fit between the published tables, and between them and the marts that the policy declares."""

from collections.abc import Iterator, Mapping

from pipelines.policy.base import Fault
from pipelines.policy.datasets import Dataset
from pipelines.policy.publication import PARTNER, PartsOf, Publication, PublishedTable

_ONLY_PEOPLE = "people"
"""The measure of bands of people: each person is in one of them, once."""


def publication_faults(
    publication: Publication, datasets: Mapping[str, Dataset], fewest_people: int
) -> Iterator[Fault]:
    """Yield what does not fit between the published tables, and between them and the marts that the policy declares."""
    if publication.threshold < fewest_people:
        yield Fault(("publication", "threshold"), "is lower than fewest_people: small cells would be shown")
    for name, table in publication.tables.items():
        here = ("publication", "tables", name)
        if table.threshold is not None and table.threshold < fewest_people:
            yield Fault((*here, "threshold"), "is lower than fewest_people: small cells would be shown")
        if name not in datasets:
            yield Fault(here, f"unknown dataset {name!r}")
            continue
        yield from _column_faults(here, table, datasets[name])
        yield from _relation_faults(here, table, publication.tables)
        if table.adds_up and set(table.adds_up) != {_ONLY_PEOPLE} and table.amount is None and not table.is_even:
            yield Fault(
                here, "adds up what one person may give most of, and names no `amount` that dominance is judged on"
            )


def _column_faults(here: tuple[str, ...], table: PublishedTable, dataset: Dataset) -> Iterator[Fault]:
    if dataset.stage != "warehouse" or dataset.holds != "aggregates":
        yield Fault(here, "is no mart: only aggregates of the warehouse are published")
    missing = sorted({column for column in table.columns() if column not in dataset.fields})
    if missing:
        yield Fault(here, f"names {missing[0]!r}, which is no field of the dataset")
    grain = {PARTNER, table.period, *table.dimensions}
    if dataset.grain and set(dataset.grain) != grain:
        yield Fault((*here, "dimensions"), "with partner and period they are not the dataset's grain")
    nested = table.nested
    field = dataset.fields.get(nested.dimension) if nested is not None else None
    values = field.values if field is not None else ()
    if nested is not None and values and (unknown := sorted(set(nested.order) - set(values))):
        yield Fault((*here, "nested"), f"{unknown[0]!r} is no value of {nested.dimension!r}")


def _relation_faults(
    here: tuple[str, ...], table: PublishedTable, tables: Mapping[str, PublishedTable]
) -> Iterator[Fault]:
    for place, part in enumerate(table.parts_of):
        total = tables.get(part.table)
        if total is None or total.period != table.period:
            yield Fault((*here, "parts_of", place), f"{part.table!r} is no published table of the same period")
        elif unknown := sorted({*part.measures.values()} - set(total.counted)):
            yield Fault((*here, "parts_of", place), f"{unknown[0]!r} is no measure of {part.table!r}")
        elif unknown := sorted(
            (set(part.people) - set(table.people)) | (set(part.people.values()) - set(total.people))
        ):
            yield Fault((*here, "parts_of", place), f"{unknown[0]!r} counts no people")
        elif not _has_one_total(table, part, total):
            yield Fault((*here, "parts_of", place), f"{part.table!r} has no one row that they add up to")
        elif loose := sorted(_loose(table, part) & {*total.counted, *total.parts}):
            yield Fault(
                (*here, "parts_of", place),
                f"{loose[0]!r} is published in {part.table!r} too, and no sum says how they hang together",
            )
    yield from _finer_faults(here, table, tables)


def _loose(table: PublishedTable, part: PartsOf) -> set[str]:
    """Return the measures of parts that add up to nothing in their total, and count no people: visits to several of its parts."""
    return set(table.measures) - set(table.people) - set(part.measures)


def _has_one_total(table: PublishedTable, part: PartsOf, total: PublishedTable) -> bool:
    """Return whether there is one row of the total's table for each part."""
    if part.under is None:
        return total.dimensions == ()
    return total.dimensions == (part.under,) or (total is table and part.under in total.only)


def _finer_faults(
    here: tuple[str, ...], table: PublishedTable, tables: Mapping[str, PublishedTable]
) -> Iterator[Fault]:
    for key, period, name, value in _finer(table):
        finer = tables.get(name)
        if finer is None or finer.period != period or not _is_made_of(table, finer, value):
            yield Fault((*here, key), f"{name!r} is no published table of {key} with the same dimensions")
        elif missing := sorted(set(table.adds_up) - set(finer.adds_up)):
            yield Fault((*here, key), f"{missing[0]!r} does not add up in {name!r}")
        elif finer.only and value is not None and value not in finer.only:
            yield Fault((*here, key), f"{name!r} has no days of {value!r}")
        elif both := sorted(set(table.parts) & set(table.others) & set(finer.others)):
            yield Fault(
                (*here, key), f"{both[0]!r} is published in {name!r} too, and no sum says how they hang together"
            )


def _is_made_of(table: PublishedTable, finer: PublishedTable, value: str | None) -> bool:
    """Return whether dimensions fit: the same, or in days by weekday or of one value of the first dimension all but that one."""
    is_rest = (value is not None or table.by_weekday) and len(finer.dimensions) == len(table.dimensions) - 1
    return is_rest or (finer.dimensions == table.dimensions and not table.by_weekday)


def _finer(table: PublishedTable) -> Iterator[tuple[str, str, str, str | None]]:
    """Yield key, kind of period and name of each finer table, with the value of the first dimension it is for."""
    if isinstance(table.days, str):
        yield "days", "day", table.days, None
    for value, name in table.days.items() if isinstance(table.days, Mapping) else ():
        yield "days", "day", name, value
    if table.weeks is not None:
        yield "weeks", "week", table.weeks, None
