"""Small charts for an asset's page: bars as an SVG picture inside the text, nothing loaded from anywhere.

Written by hand, since a drawing library would be a heavy guest for thirty bars, and its pictures too long: Dagster shows a
text of MOST_CHARACTERS at once and a longer one only after a click.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

MOST_BARS, WIDTH, HEIGHT = 30, 420, 99
MOST_CHARACTERS = 999
_SAFE_IN_MARKDOWN = "/:=',;*!.-"
_COLOURS = {"steelblue": "blue 파랑", "orange": "orange 주황", "seagreen": "green 초록", "crimson": "red 빨강"}


@dataclass(frozen=True)
class Series:
    """Values of one kind, one a bar, and their colour, one of four; of several series the values are stacked."""

    name: str
    colour: str
    values: Sequence[float]


def chart(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """Return Markdown that shows stacked bars: what they are above, the first and last of `labels` below.

    Every series has one value, not negative, for each label; the last MOST_BARS are shown, and `title` may be of a few words.
    Raises ValueError when a value is missing, KeyError for another colour.
    """
    if any(len(one.values) != len(labels) for one in series):
        raise ValueError("a chart needs one value of each series for each label")
    labels = labels[-MOST_BARS:]
    shown = [Series(one.name, one.colour, one.values[-MOST_BARS:]) for one in series]
    totals = [sum(values) for values in zip(*(one.values for one in shown), strict=True)]
    key = ", ".join(f"{one.name} ({_COLOURS[one.colour]}) {sum(one.values):,.0f}" for one in shown)
    days = f"{labels[0]} – {labels[-1]}, " if labels else ""
    return (
        f"{title}: {key}\n\n![{title}](data:image/svg+xml,{quote(bars(shown), safe=_SAFE_IN_MARKDOWN)})\n\n"
        f"{days}↑ {max(totals, default=0):,.0f}"
    )


def days_chart(name: str, counts: Mapping[date, int]) -> str:
    """Return the picture of what `name` says, counted by day, over the latest days."""
    latest = sorted(counts.items())[-MOST_BARS:]
    rows = Series(name, "steelblue", [count for _, count in latest])
    return chart("Days / 날짜", [day.isoformat() for day, _ in latest], [rows])


def bars(series: Sequence[Series]) -> str:
    """Return `series` as SVG, the last values at the right end and the highest total as high as the picture."""
    totals = [sum(values) for values in zip(*(one.values for one in series), strict=True)]
    top = max(totals, default=0) or 1
    feet = [0.0] * len(totals)
    paths = []
    for one in series:
        heads = [foot + value for foot, value in zip(feet, one.values, strict=True)]
        lines = "".join(
            f"M{MOST_BARS - len(totals) + place},{_depth(foot, top)}V{_depth(head, top)}"
            for place, (foot, head) in enumerate(zip(feet, heads, strict=True))
            if head > foot
        )
        paths += [f"<path stroke='{one.colour}' d='{lines}'/>"] if lines else []
        feet = heads
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}' preserveAspectRatio='none' "
        f"viewBox='-.5 0 {MOST_BARS} {HEIGHT}' stroke-width='.8'>{''.join(paths)}</svg>"
    )


def _depth(value: float, top: float) -> int:
    """Return how far below the picture's upper edge `value` lies."""
    return round(HEIGHT - HEIGHT * value / top)
