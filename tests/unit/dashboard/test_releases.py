"""A release that comes while partners read: nobody meets an error, and no page is of two."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import cycle, islice

import pytest
from dashboard_app import app_for
from dashboard_sample import LAST, NEXT_RELEASE, RELEASE, reader_of, visits_in, write_release
from starlette.testclient import TestClient

READERS, CLICKS = 20, 4
FIRST = date(2026, 10, 1)
PATHS = ("/", "/people", "/?period=range&from=2026-10-07&to=2026-10-31", "/exports/overview/figures.csv?lang=en")
SHOWN = {RELEASE: 1, NEXT_RELEASE: 7}
"""By how much the figures of each release are multiplied."""


@pytest.mark.slow
def test_a_release_that_comes_while_twenty_readers_click_gives_no_error_and_no_mixed_page(tmp_path):
    for release, times in SHOWN.items():
        write_release(tmp_path, release, FIRST, ["p-001"], times)
    pointer = tmp_path / "published" / "current"
    pointer.write_text(f"{RELEASE}\n", "utf-8")
    app = app_for(tmp_path, reader_of())

    def click(reader: int) -> list[tuple[str, str]]:
        browser = TestClient(app, raise_server_exceptions=False)
        seen = []
        for number, path in enumerate(islice(cycle(PATHS), reader, reader + CLICKS)):
            if reader == 0 and number == CLICKS // 2:
                fresh = pointer.with_name("current.new")
                fresh.write_text(f"{NEXT_RELEASE}\n", "utf-8")
                fresh.replace(pointer)
            answer = browser.get(path)
            assert answer.status_code == 200, path
            seen.append((path, answer.text))
        return seen

    with ThreadPoolExecutor(READERS) as readers:
        pages = [page for seen in readers.map(click, range(READERS)) for page in seen]
    assert len(pages) == READERS * CLICKS
    releases = {_release_of(path, text) for path, text in pages}
    assert releases == set(SHOWN)


def _release_of(path: str, text: str) -> str:
    """Return of which release a page is, by its figures; by its own word it is of the same one."""
    first = date(2026, 10, 7) if "range" in path else FIRST
    visits = {release: times * visits_in(first, LAST) for release, times in SHOWN.items()}
    told = {release for release, number in visits.items() if f"{number:,}" in text or f",{number}," in text}
    assert len(told) == 1, path
    (release,) = told
    assert [other for other in SHOWN if other in text] == ([] if ".csv" in path else [release])
    return release
