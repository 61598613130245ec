"""Of which days and periods the warehouse's figures may still be held against each other, or against the events."""

from datetime import date

from pipelines.steps.unbuilt import present_rests
from pipelines.steps.workspace import Workspace
from pipelines.warehouse.day_records import built_days
from pipelines.warehouse.rebuilding import EVENTS, outdated_days, standing_days, whole_periods


def emptied_days(workspace: Workspace) -> list[date]:
    """Return the days built whose web events are gone: cells that rested on few people may have gone with them."""
    present = present_rests(workspace)
    return sorted(day for day in built_days(workspace.home.warehouse) if EVENTS not in present.get(day, {}))


def days_without_their_events(workspace: Workspace) -> frozenset[date]:
    """Return the days whose figures stand although their events are gone or tell others by now."""
    return outdated_days(built_days(workspace.home.warehouse), present_rests(workspace))


def whole_days(workspace: Workspace) -> list[date]:
    """Return the days built whose figures do not stand: what they are made of is all there, and was counted together."""
    built = built_days(workspace.home.warehouse)
    return sorted(built.keys() - standing_days(built, present_rests(workspace)))


def whole(workspace: Workspace, period: str) -> list[date]:
    """Return the first days of the weeks or months whose figures rest on the same events as those of all their days."""
    return list(whole_periods(period, built_days(workspace.home.warehouse), present_rests(workspace)))
