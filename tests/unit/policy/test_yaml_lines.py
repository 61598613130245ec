"""YAML with lines: what is read, and what is refused where."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import PolicyError
from pipelines.policy.yaml_lines import read_yaml


def write(folder: Path, text: str) -> Path:
    file = folder / "some.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_values_are_what_yaml_says(tmp_path: Path) -> None:
    data = read_yaml(write(tmp_path, "a: 1\nb: [x, 2014-06-16]\nc: {d: true, e: null, f: '1'}\n")).data
    assert data == {"a": 1, "b": ["x", date(2014, 6, 16)], "c": {"d": True, "e": None, "f": "1"}}


def test_every_place_has_its_line(tmp_path: Path) -> None:
    document = read_yaml(write(tmp_path, "# first\na:\n  b: 1\n  c:\n    - x\n    - y\n"))
    assert document.lines == {(): 1, ("a",): 2, ("a", "b"): 3, ("a", "c"): 4, ("a", "c", 0): 5, ("a", "c", 1): 6}


def test_a_place_that_is_not_there_has_the_line_of_what_holds_it(tmp_path: Path) -> None:
    document = read_yaml(write(tmp_path, "x: 1\na:\n  b: 1\n"))
    assert document.line_of(("a", "missing", 3)) == 2
    assert document.line_of(("nowhere",)) == 1


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key 'a', first on line 1"),
        ("a:\n  b: 1\n  b: 2\n", 3, "duplicate key 'b', first on line 2"),
        ("a: {b: 1, b: 2}\n", 1, "duplicate key 'b'"),
        ("a: &x 1\nb: *x\n", 2, "aliases are not allowed"),
        ("a: &x [*x]\n", 1, "aliases are not allowed"),
        ("a: 1\n2: b\n", 2, "a key has to be text"),
        ("a: 1\nyes: b\n", 2, "a key has to be text"),
        ("a: 1\n? [x]\n: b\n", 2, "a key has to be text"),
        ("a: 1\nb: [x\n", 3, "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "a value that cannot be read"),
        ("a: 2014-13-45\n", 1, "a value that cannot be read"),
        ("a: 1\n---\nb: 2\n", 2, "not valid YAML"),
        ("a: \x00\n", None, "not valid YAML"),
    ],
)
def test_what_could_be_misread_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int | None, cause: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        read_yaml(write(tmp_path, text))
    assert (caught.value.line, cause in caught.value.cause) == (line, True), caught.value


def test_a_file_that_cannot_be_read_is_a_policy_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"gone\.yml: cannot be read"):
        read_yaml(tmp_path / "gone.yml")


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "some.yml"
    file.write_bytes(b"a: \xff\n")
    with pytest.raises(PolicyError, match="cannot be read"):
        read_yaml(file)


def test_an_empty_file_is_no_data(tmp_path: Path) -> None:
    assert read_yaml(write(tmp_path, "# nothing\n")).data is None
