"""Small charts for an asset's page: bars as an SVG picture inside the text, a few kilobytes, nothing loaded from anywhere.

Written by hand, since a drawing library would be a heavy guest for thirty bars.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 160, 8, 22, 18
MOST_BYTES = 50_000
"""What a chart may take of Dagster's log, where it stays for as long as its run."""


@dataclass(frozen=True)
class Series:
    """Values of one kind, one a bar, and their colour; of several series the values are stacked."""

    name: str
    colour: str
    values: Sequence[float]


def bars(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """Return stacked bars as SVG: `title` with the highest total above, the first and last of `labels` below.

    Every series has one value, not negative, for each label. Raises ValueError when it has not.
    """
    if any(len(one.values) != len(labels) for one in series):
        raise ValueError("a chart needs one value of each series for each label")
    totals = [sum(one.values[place] for one in series) for place in range(len(labels))]
    top = max(totals, default=0)
    key = "  ".join(f"{one.name} {sum(one.values):,.0f}" for one in series)
    shapes = [_text(LEFT, 14, f"{title} - {key} - most: {top:,.0f}")]
    width = (WIDTH - 2 * LEFT) / max(len(labels), 1)
    for place, label in enumerate(labels):
        shapes += _bar(LEFT + place * width, width * 0.8, label, [(one, one.values[place]) for one in series], top)
    if labels:
        shapes.append(_text(LEFT, HEIGHT - 4, labels[0]))
        shapes.append(_text(WIDTH - LEFT, HEIGHT - 4, labels[-1], anchor="end"))
    body = "".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">'
        f'<title>{escape(title)}</title><rect width="100%" height="100%" fill="#fff"/>{body}</svg>'
    )


def picture(title: str, svg: str) -> str:
    """Return Markdown that shows `svg`. Raises ValueError for one of more than MOST_BYTES."""
    data = base64.b64encode(svg.encode()).decode()
    if len(data) > MOST_BYTES:
        raise ValueError(f"a chart of {len(data)} bytes is too large for a log")
    return f"![{title}](data:image/svg+xml;base64,{data})"


def _bar(left: float, width: float, label: str, parts: Sequence[tuple[Series, float]], top: float) -> list[str]:
    shapes, foot = [], float(HEIGHT - BOTTOM)
    for series, value in parts:
        height = (HEIGHT - TOP - BOTTOM) * value / top if top else 0.0
        foot -= height
        told = escape(f"{label}: {series.name} {value:,.0f}")
        if height:
            shapes.append(
                f'<rect x="{left:.1f}" y="{foot:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{series.colour}">'
                f"<title>{told}</title></rect>"
            )
    return shapes


def _text(left: float, foot: float, text: str, anchor: str = "start") -> str:
    return (
        f'<text x="{left}" y="{foot}" font-family="sans-serif" font-size="11" fill="#333" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )
