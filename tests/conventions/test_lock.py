"""The lock file is whole: installing it with `--no-deps --require-hashes` gives all that is declared, and no host is named."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LEFT_OUT = "dbt-core-experimental-parser"
ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<rest>(?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)


@pytest.fixture(scope="module")
def lock(repository: Path) -> str:
    """The text of the lock file."""
    return (repository / "requirements.lock").read_text("utf-8")


@pytest.fixture(scope="module")
def locked(lock: str) -> dict[str, list[tuple[str, str]]]:
    """Canonical name to the (version, rest of the entry) it is locked to; more than one where Pythons differ."""
    entries: dict[str, list[tuple[str, str]]] = {}
    for match in ENTRY.finditer(lock):
        entries.setdefault(canonicalize_name(match["name"]), []).append((match["version"], match["rest"]))
    return entries


@pytest.fixture(scope="module")
def declared(repository: Path) -> list[Requirement]:
    """What pyproject.toml asks for, all extras included, and what is needed to build the project itself."""
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))
    extras = [line for lines in project["project"]["optional-dependencies"].values() for line in lines]
    return [
        Requirement(line)
        for line in [*project["build-system"]["requires"], *project["project"]["dependencies"], *extras]
    ]


def test_every_declared_dependency_is_locked_to_a_version_it_allows(declared, locked):
    assert len(declared) > 20
    wrong = [
        str(requirement)
        for requirement in declared
        if not any(
            requirement.specifier.contains(version)
            for version, _ in locked.get(canonicalize_name(requirement.name), [])
        )
    ]
    assert wrong == [], "run `make lock`"


def test_every_entry_has_a_hash(locked):
    bare = [name for name, entries in locked.items() for _, rest in entries if "--hash=sha256:" not in rest]
    assert len(locked) > 100
    assert bare == []


def test_the_dbt_parser_is_left_out_and_nothing_else_that_is_needed(locked):
    assert LEFT_OUT not in locked
    missing = {need for name in locked for need in _needs(name) if need not in locked}
    assert missing == {LEFT_OUT}, "without dependencies being resolved, pip installs only what the lock names"


def test_no_line_names_an_index_or_a_host(lock):
    assert [
        line
        for line in lock.splitlines()
        if "://" in line or line.lstrip().startswith(("--index", "--extra", "--find", "-i "))
    ] == []


def test_the_lock_says_how_it_was_made(lock, repository):
    target = (repository / "Makefile").read_text("utf-8").split("\nlock:")[1].split("\n\n")[0]
    options = [word for word in lock.splitlines()[1].split() if word.startswith("--")]
    assert "--generate-hashes" in options
    assert [option for option in options if option not in target] == []


def _needs(name: str) -> set[str]:
    """What an installed package needs on this machine; nothing for one that is locked for other machines only."""
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return set()
    requirements = [Requirement(line) for line in lines]
    return {
        canonicalize_name(requirement.name)
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
