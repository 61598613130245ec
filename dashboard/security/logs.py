"""Logs in lines of JSON, without an identity: no address, login, cookie, query, form, or path as it was asked for."""

import json
import logging
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

REQUESTS = "partnerstats.dashboard"
_TOLD = ("request_id", "method", "route", "status", "milliseconds", "release", "fault")


class JsonLines(logging.Formatter):
    """Formats a record as one line. Of an exception it tells types and places, and no value."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "from": record.name}
        line |= {name: value for name in _TOLD if (value := getattr(record, name, None)) is not None}
        if record.name != REQUESTS:
            line["says"] = _said(record)
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = places_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)


def _said(record: logging.LogRecord) -> str:
    """Return what the server says without what it says it of; of an exception logged as a message only its type."""
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    return record.msg.split("%")[0].strip() if record.args else record.msg


def places_of(cause: BaseException) -> list[str]:
    """Return the types of an exception and its causes, and where it was raised: nothing that it says."""
    found: list[str] = []
    at: BaseException | None = cause
    while at is not None and len(found) < 8:
        frames = traceback.extract_tb(at.__traceback__)[-3:]
        places = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))
        found.append(f"{type(at).__name__} at {places}")
        at = at.__cause__ or at.__context__
    return found


def logging_config() -> Mapping[str, Any]:
    """Return the configuration for the server: everything to stderr in lines of JSON, the server's own access log off."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": f"{__name__}.JsonLines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "loggers": {
            REQUESTS: {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            "uvicorn": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
