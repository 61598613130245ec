"""Broken lines are broken, and stay one line."""

import re

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.demo.rendering import break_line, choose_broken

LINE = (
    b'192.0.2.1 - - [20/May/2015:00:00:03 +0900] "GET / HTTP/1.1" 200 12 "-" "Mozilla/5.0 (sample)" "pc_member=demo"\n'
)
SHAPE = re.compile(rb'\S+ - - \[\d\d/[A-Z][a-z]{2}/\d{4}:[^]]+\] "[^"]*" \d+ (?:\d+|-) "[^"]*" "[^"]*" "[^"]*"\n')


@given(st.integers(1, 2**31 - 1))
@example(1)
@example(2**31 - 2)
def test_a_broken_line_is_one_line_that_nobody_can_read(number):
    broken = break_line(LINE, number)
    assert SHAPE.fullmatch(LINE)
    assert not SHAPE.fullmatch(broken)
    assert len(broken) > 1
    assert broken.index(b"\n") == len(broken) - 1


def test_each_mishap_happens():
    kinds = {bytes(break_line(LINE, number))[:3] for number in (4, 5, 6, 7)}
    assert len(kinds) == 3
    assert any(b"\0" in break_line(LINE, number) for number in range(4, 8))
    assert any(b"[920/May" in break_line(LINE, number) for number in range(4, 8))


def test_at_least_one_line_of_a_file_breaks_and_never_many():
    for seed in range(20):
        assert 1 <= np.count_nonzero(choose_broken(np.random.default_rng(seed), 300)) <= 5
