"""Reasons in Korean: every fixed one of a line, those with a column's name, and any other as it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.reasons import in_korean
from pipelines.weblogs.reasons import Reason


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_of_a_line_is_told_in_korean(reason):
    assert in_korean(reason) != reason


RAISED = ("InputError", "FaultError", "DamagedFileError", "CorruptFileError", "DecompressionBombError")
NOT_A_REASON = (
    # Messages of a file that is left where it lies, of a database or of a store: none is kept as a reason.
    "changed while it was read", "no such file", "cannot be read (", "was never imported", "cannot be read: ",
)  # fmt: skip


def _reasons(repository: Path) -> Iterator[str]:
    """Yield each fixed text that code raises as a fault of a file or row; `7` stands for what is put into it."""
    for folder in ("tabular", "records", "weblogs"):
        for path in sorted((repository / "pipelines" / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    place = {"RawRow": 2}.get(node.func.id, 0 if node.func.id in RAISED else len(node.args))
                    yield from (text for arg in node.args[place : place + 1] for text in _texts(arg))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "7" for part in node.values]
        text = "".join(map(str, parts))
        # What is raised with a file's name in front is kept without it; a column's name stays.
        yield text.removeprefix("7: ") if text.startswith("7: ") and _is_of_a_file(node) else text


def _is_of_a_file(node: ast.JoinedStr) -> bool:
    first = node.values[0]
    return isinstance(first, ast.FormattedValue) and ast.unparse(first.value) in {"path.name", "self.name"}


def test_every_reason_that_code_gives_for_a_row_or_a_file_is_told_in_korean(repository):
    found = {text for text in _reasons(repository) if not any(part in text for part in NOT_A_REASON)}
    assert len(found) > 15
    assert {text for text in found - {"7"} if in_korean(text) == text} == set()


@pytest.mark.parametrize("reason", ["past-period", "completed-later", "another number of fields than the header"])
def test_rules_that_the_program_itself_has_are_told_in_korean(reason):
    assert in_korean(reason) != reason


@pytest.mark.parametrize(
    ("reason", "korean"),
    [
        ("joined_at: missing", "joined_at: 값 없음"),
        ("joined_at: not a value of type instant", "joined_at: instant 형식의 값이 아님"),
        ("missing", "missing"),
        ("decompresses to more than 200 times its size", "압축을 풀면 크기의 200배를 넘음"),
        (
            "xz files are not read; deliver it plain or as gzip, zstd or bzip2",
            "xz 파일은 읽지 않음(그대로 또는 gzip, zstd, bzip2로 전달)",
        ),
        ("health_check", "health_check"),
    ],
)
def test_names_of_columns_and_rules_stay_as_they_are(reason, korean):
    assert in_korean(reason) == korean
