"""Parameters of exports and of the interface for programs: what cannot be read is refused by name, never guessed."""

from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request

_DAY = len("2026-10-01")


def day_of(request: Request, name: str) -> date | None:
    """Return a day from a parameter, None without it. Raises HTTPException 400 for what is no day."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        if len(text) != _DAY or not text.isascii():
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise HTTPException(400, f"{name}: expected a day as YYYY-MM-DD") from None


def number_of(request: Request, name: str, default: int, *, least: int, most: int) -> int:
    """Return a whole number from a parameter. Raises HTTPException 400 for anything else and outside the limits."""
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10) or not least <= int(text) <= most:
        raise HTTPException(400, f"{name}: expected a whole number from {least} to {most}")
    return int(text)
