"""What a request asks of a partner's file: one release from its first line to its last, one period, in the reader's language."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import cast

from starlette.requests import Request

from dashboard.figures.reading import Figures, Opened
from dashboard.figures.usage import Usage, usage_of
from dashboard.periods import Choice, Period, choose
from dashboard.settings import DashboardSettings
from dashboard.shelf import Release, Shelf
from dashboard.texts import Texts
from dashboard.viewer import viewer_of
from pipelines.errors import DamagedError

RELEASE_HEADER = "X-Release"
"""A part of a page says here which release the page shows, so that the part comes from the same one."""


class ReleaseGoneError(Exception):
    """The page shows a release that is no longer there: it has to be read anew."""


@dataclass(frozen=True)
class Asked:
    """A partner's figures of one release, and the period that the request chose."""

    request: Request
    texts: Texts
    figures: Figures
    published: Release
    choice: Choice

    @property
    def release(self) -> str:
        """The id of the release."""
        return self.published.id

    @property
    def period(self) -> Period:
        """The period that is shown."""
        return self.choice.period

    @cached_property
    def compared(self) -> Period | None:
        """The period it is held against, if that closed as a whole; None also when the reader wants none."""
        wished = self.choice.compared()
        return wished if wished is not None and self.figures.closed.is_whole(wished) else None

    @cached_property
    def usage(self) -> Usage:
        """The figures of the period."""
        return usage_of(self.figures, self.period)

    @cached_property
    def usage_compared(self) -> Usage:
        """The figures of the period it is held against, none without one."""
        return usage_of(self.figures, self.compared) if self.compared is not None else Usage({})

    @cached_property
    def month(self) -> Period | None:
        """The month that speaks for the period where figures exist by month only; None before the first month closed."""
        return self.figures.closed.around("month", self.period.last)


def settings_of(request: Request) -> DashboardSettings:
    """Return the application's settings."""
    return cast("DashboardSettings", request.app.state.settings)


@contextmanager
def opened(request: Request) -> Iterator[tuple[Release, Figures] | None]:
    """Offer the viewer's own file of the release of this request; None when nothing was published for the partner yet.

    Raises ReleaseGoneError when the page that asks shows a release that went, DamagedError as the shelf does.
    """
    release = _release(request)
    viewer = viewer_of(request)
    name = viewer.partner_file if viewer is not None else None
    if release is None or name is None or not release.has(name):
        yield None
        return
    request.state.release = release.id
    figures = Figures(partial(_opened, release, name))
    try:
        yield release, figures
    finally:
        figures.close()


def _opened(release: Release, partner_file: str) -> Opened:
    connection = release.open(partner_file)
    if connection is None:
        raise DamagedError("a partner's file went while it was asked for")
    return Opened(connection, release.columns(connection), release.answers(partner_file))


@contextmanager
def asked(request: Request, texts: Texts) -> Iterator[Asked | None]:
    """Offer as `opened` does and choose the period; None also when no period closed yet."""
    with opened(request) as found:
        yield None if found is None else ask(request, texts, *found)


def ask(request: Request, texts: Texts, release: Release, figures: Figures) -> Asked | None:
    """Return the figures with the period that a request chooses, None when no period closed yet."""
    choice = choose(request.query_params, figures.closed, settings_of(request).longest_range_days)
    return None if choice is None else Asked(request, texts, figures, release, choice)


def _release(request: Request) -> Release | None:
    shelf = cast("Shelf", request.app.state.shelf)
    shown = request.headers.get(RELEASE_HEADER)
    if shown is None or request.headers.get("HX-Request") != "true":
        return shelf.current()
    release = shelf.release(shown)
    if release is None:
        raise ReleaseGoneError
    return release
