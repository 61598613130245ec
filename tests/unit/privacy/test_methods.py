"""Methods are the known ones or OTHER."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.privacy.methods import KNOWN_METHODS, reduce_method, reduce_methods


@pytest.mark.parametrize("method", sorted(KNOWN_METHODS))
def test_a_known_method_stays(method: str) -> None:
    assert reduce_method(method) == reduce_method(method.encode()) == method


@pytest.mark.parametrize("method", [None, "", "get", "GET ", "KIM-MINSU", b"\xff\x00", "PROPFIND"])
def test_anything_else_is_other(method: str | bytes | None) -> None:
    assert reduce_method(method) == "OTHER"


@given(
    st.lists(st.one_of(st.none(), st.binary(max_size=9), st.text(max_size=9), st.sampled_from(sorted(KNOWN_METHODS))))
)
def test_any_methods_give_known_words_in_order(methods: list[str | bytes | None]) -> None:
    reduced = reduce_methods(methods)
    assert reduced.null_count == 0
    assert len(reduced) == len(methods)
    assert set(reduced.to_pylist()) <= KNOWN_METHODS | {"OTHER"}
