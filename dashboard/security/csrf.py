"""Tokens against forged requests: derived from the session's own token, and written differently into every page.

The mask keeps a compressed page from telling the token letter by letter (BREACH): see https://www.breachattack.com.
"""

import base64
import binascii
import hmac
import secrets

FIELD, HEADER = "csrf_token", "X-CSRF-Token"
_BYTES = 32


def masked(session_token: str) -> str:
    """Return a token for one page of a session."""
    pad = secrets.token_bytes(_BYTES)
    return base64.urlsafe_b64encode(pad + _mixed(pad, _own(session_token))).decode().rstrip("=")


def is_own(given: str, session_token: str) -> bool:
    """Say whether a token that came with a request is one of the session's."""
    try:
        raw = base64.urlsafe_b64decode(given.encode("ascii") + b"=" * (-len(given) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return False
    if len(raw) != 2 * _BYTES:
        return False
    return secrets.compare_digest(_mixed(raw[:_BYTES], raw[_BYTES:]), _own(session_token))


def _own(session_token: str) -> bytes:
    return hmac.digest(session_token.encode("utf-8", "surrogatepass"), b"partnerstats/csrf", "sha256")


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
