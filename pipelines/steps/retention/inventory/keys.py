"""Data keys: one that opens something there lives as long as that; one that opens nothing has outlived its purpose."""

from collections.abc import Iterator
from datetime import date, timedelta

from pipelines.clock import seoul_day
from pipelines.privacy.keyring import KeyInfo
from pipelines.retention.items import Item, Kind
from pipelines.steps.retention.inventory.places import KEY_DATASET, KEYS
from pipelines.steps.retention.inventory.view import View


def key_items(view: View) -> Iterator[Item]:
    """Yield every data key of the keyring; ask when all else was looked at, since that says which are used."""
    period = view.workspace.policy.dataset(KEY_DATASET).period
    grace = timedelta(days=period.destroy_within_days if period else 0)
    for info in view.keys:
        anchor = _anchor(info, view, grace)
        yield Item(KEY_DATASET, Kind.KEY, f"{KEYS}{info.name}", anchor, count=1, key=info.name)


_SETTLED_BY_HOLDS = frozenset({"holds", "held_lines"})
"""Datasets whose keys come and go with their holds, before and after there is anything they open."""


def _anchor(info: KeyInfo, view: View, grace: timedelta) -> date | None:
    """Return the day the purpose of a key ended; None while it opens something and its day has not come.

    A key's name says the last day of grace, whatever it opens. One without anything to open ended when its file was written
    under another one; else when it was made, since a crash came between.
    """
    has_ended = info.destroy_by is not None and info.destroy_by - grace < view.today
    ended = info.destroy_by - grace if has_ended and info.destroy_by else None
    if info.name in view.used or info.dataset in _SETTLED_BY_HOLDS:
        return ended
    orphaned = info.superseded_on or seoul_day(info.made_at)
    return min(day for day in (ended, orphaned, view.today) if day is not None)
