"""CSV of an export: no cell is taken for a formula, numbers are unharmed, and what was written can be read back."""

import csv
import io
import json
from datetime import date

import pytest

from pipelines.releases.spreadsheets import bared, csv_bytes, guarded

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
FORMULAS = (
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1+1)", "\t=1+1", "\r=1+1", "\n=1+1", "\0=1+1", "＝1+1", "＋1", "－1",
    "＠SUM(1)", '=HYPERLINK("https://example.com","x")', "=1\r\n=2", "-5", "=", "'=1+1", "''=1+1", '","=1+1',
)  # fmt: skip
PLAIN = ("", "'", "'twas", "album-1", "1=1", "a@b", " =1", "음악", '"=1"', "a,b", "x\r\ny", "NULL")


@pytest.fixture(scope="session")
def naughty(real_data):
    """Strings that broke programs."""
    return json.loads((real_data / "payloads" / "blns.json").read_text("utf-8"))


def read(content):
    """Read CSV as a BI tool does."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def test_no_cell_begins_as_a_formula_does_and_every_text_comes_back(naughty):
    texts = [*FORMULAS, *PLAIN, *naughty]
    header, *rows = read(csv_bytes(["content_id", "page_views"], [(text, -1) for text in texts]))
    assert (header, len(rows)) == (["content_id", "page_views"], len(texts))
    assert [cell for cell, _ in rows if cell.startswith(STARTS)] == []
    assert [bared(cell) for cell, _ in rows] == texts
    assert {number for _, number in rows} == {"-1"}


@pytest.mark.parametrize("text", PLAIN)
def test_a_text_that_is_no_formula_is_as_it_was(text):
    assert guarded(text) == text


@pytest.mark.parametrize("start", STARTS)
def test_one_apostrophe_is_added_and_not_a_tab(start):
    assert guarded(f"{start}1") == f"'{start}1"
    assert guarded(start) == f"'{start}"


def test_the_bytes_are_as_the_standard_says():
    row = (None, "", "a,b", 'say "x"', "two\r\nlines", -7, -0.5, True, date(2026, 11, 2))
    content = csv_bytes(["first", "second"], [row])
    assert content == (b'\xef\xbb\xbffirst,second\r\n,"","a,b","say ""x""","two\r\nlines",-7,-0.5,true,2026-11-02\r\n')
