"""Pages that were made before. A release never changes: the same question to the same file of it has the same page as answer.

Everything a page is made from is in its question, the partner's file first of all; who asks comes into it only as the question
says (`Question.viewer`), so that a kept page holds nothing of an account. The token of the session's forms is put into each
copy anew. Kept in memory alone, compressed, the ones not asked for longest forgotten first.
"""

import secrets
import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass

from markupsafe import escape
from starlette.requests import Request

from dashboard.viewer import Language, Role, Viewer

_TOKEN = secrets.token_urlsafe(32)
"""Stands in a page where the token of a session's forms goes; nobody can ask for text that holds it."""
_ONE_COSTS = 1024
"""Bytes that a page takes beside its text."""


@dataclass(frozen=True)
class Question:
    """What a page is made from, besides the policy and the texts, which are read once."""

    release: str
    partner_file: str
    partner_id: str
    role: Role
    language: Language
    site: str
    """Scheme and host as the reader's browser has them: pages tell programs where to ask."""
    path: str
    query: tuple[tuple[str, str], ...]

    @property
    def viewer(self) -> Viewer:
        """Whom the page is made for: a reader of the partner, without an account."""
        return Viewer("", self.role, self.partner_id, self.partner_file, self.language, _TOKEN)

    def alone(self, request: Request) -> Request:
        """Return a request that says what the question says and nothing else of the one it came with: no cookie, no account."""
        host = [(name, value) for name, value in request.scope["headers"] if name == b"host"]
        return Request({**request.scope, "headers": host, "client": None, "state": {"viewer": self.viewer}})

    @property
    def bytes(self) -> int:
        """How much its own text takes."""
        return len(self.site) + len(self.path) + sum(len(name) + len(value) for name, value in self.query)


def question_of(request: Request, release: str, viewer: Viewer) -> Question:
    """Return what a request of a partner's reader asks of a release."""
    return Question(
        release,
        str(viewer.partner_file),
        str(viewer.partner_id),
        viewer.role,
        viewer.language,
        str(request.base_url),
        request.url.path,
        tuple(request.query_params.multi_items()),
    )


class Kept:
    """The last pages made, by question; safe to use from several threads."""

    def __init__(self, most_bytes: int) -> None:
        """Take how much memory they may use."""
        self._most, self._bytes = most_bytes, 0
        self._pages: OrderedDict[Question, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, question: Question, csrf_token: str) -> bytes | None:
        """Return the page made for a question, with the token of whose browser it goes to; None when there is none."""
        with self._lock:
            found = self._pages.get(question)
            if found is None:
                return None
            self._pages.move_to_end(question)
        return _for(zlib.decompress(found), csrf_token)

    def keep(self, question: Question, page: bytes, csrf_token: str) -> bytes:
        """Keep a page that was made for `question.viewer`, and return it with the token of whose browser it goes to."""
        packed = zlib.compress(page, 1)
        with self._lock:
            former = self._pages.pop(question, None)
            self._bytes += _cost(question, packed) - (0 if former is None else _cost(question, former))
            self._pages[question] = packed
            while self._bytes > self._most:
                self._bytes -= _cost(*self._pages.popitem(last=False))
        return _for(page, csrf_token)

    def __len__(self) -> int:
        """Return how many pages are kept."""
        return len(self._pages)


def _for(page: bytes, csrf_token: str) -> bytes:
    return page.replace(_TOKEN.encode(), str(escape(csrf_token)).encode())


def _cost(question: Question, packed: bytes) -> int:
    return len(packed) + question.bytes + _ONE_COSTS
