"""Where signing in leads: a path of this site, whatever the request says."""

import re

from dashboard.viewer import SIGN_IN

SET_PASSWORD = "/set-password"  # noqa: S105 -- a path
_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path of this site: one slash, no second one, printable, no backslash (browsers read it as a slash)."""


def own_path(text: str) -> str:
    """Return a path of this site that somebody was on the way to, the overview for anything else."""
    return text if _OWN_PATH.fullmatch(text) and not text.startswith((SIGN_IN, SET_PASSWORD)) else "/"
