"""Nothing in the repository, today or in its history, names one machine's folders or a package registry's host."""

import re
import subprocess
from pathlib import Path

import pytest

# Written with character classes so that this file does not hold what it looks for.
PATHS = r"(?:^|[^A-Za-z0-9_.])/(?:w[o]rk|f[a]rm|r[o]ot|U[s]ers)/"
HOSTS = r"p[y]pi[.]org|p[y]thonhosted[.]|r[e]gistry[.]npm|d[e]b[.]debian|a[r]chive[.]ubuntu"
MACHINE = re.compile(f"{PATHS}|{HOSTS}")


def _git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout.decode("utf-8", "replace")


def _found(text: str) -> list[str]:
    return [line[:160] for line in text.splitlines() if MACHINE.search(line)]


def test_no_tracked_file_names_a_machine_or_a_registry(repository):
    names = [name for name in _git(repository, "ls-files", "-z").split("\0") if name]
    assert "pyproject.toml" in names
    files = {name: repository / name for name in names if (repository / name).is_file()}
    found = {name: _found(file.read_bytes().decode("utf-8", "replace")) for name, file in files.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_no_commit_added_one_or_speaks_of_one(repository):
    history = _git(repository, "log", "--patch", "--unified=0", "--no-color", "--no-ext-diff", "--format=%B")
    assert history, "the clone has no history to look at"
    assert (
        _found("\n".join(line[1:] if line[:1] == "+" else line for line in history.splitlines() if line[:1] != "-"))
        == []
    )


@pytest.mark.parametrize(
    "line",
    ["cd /wo" + "rk/main", "open('/ro" + "ot/.ssh')", "https://py" + "pi.org/simple", "files.pythonho" + "sted.org"],
)
def test_a_planted_line_is_found(line):
    assert _found(f"first\n{line}\nlast") == [line]


@pytest.mark.parametrize("line", ["landing/work/file", "../shared/data", "a/workbench/b"])
def test_an_innocent_line_is_not(line):
    assert _found(line) == []
