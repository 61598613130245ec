"""Which days the warehouse has to build, by the events and the models there are now."""

from datetime import date

from pipelines.steps.day_files import built_from
from pipelines.steps.workspace import OpenHome
from pipelines.warehouse.day_records import built_days, models_digest
from pipelines.warehouse.rebuilding import MODELS, days_to_rebuild


def present_rests(opened: OpenHome) -> dict[date, dict[str, str]]:
    """Return, for each day with events, what its figures would rest on now: the events of each kind, and the models' text."""
    models = models_digest(opened.settings.sql)
    return {day: {**kinds, MODELS: models} for day, kinds in built_from(opened.home.events).items()}


def unbuilt_days(opened: OpenHome) -> list[date]:
    """Return the days to rebuild: those whose events or models are not the ones they were built from, and their neighbours.

    A day whose events are gone, or that lies beside one, is never rebuilt: see `pipelines.warehouse.rebuilding`.
    """
    return days_to_rebuild(built_days(opened.home.warehouse), present_rests(opened))
