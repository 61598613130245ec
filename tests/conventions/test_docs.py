"""Documents say what is: commands exist, decisions are linked, both READMEs agree, the changelog has this version."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.core
import typer.main

from pipelines.cli.app import app

COMMAND = re.compile(r"partnerstats ([a-z][a-z-]*)\b")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)")
README_FILES = ("README.md", "README.ko.md")
LONGEST_DECISION_LINES = 60


def _commands(text: str) -> set[str]:
    """Commands that stand in code; prose may say `partnerstats is`."""
    code = re.findall(r"```sh\n(.*?)```|`([^`\n]+)`", text, re.DOTALL)
    return {name for block in code for part in block for name in COMMAND.findall(part)}


@pytest.fixture(scope="module")
def known_commands() -> dict[str, str]:
    """The commands of the console script, by name, with their help line."""
    commands = typer.main.get_command(app).commands
    return {name: command.get_short_help_str(200) for name, command in commands.items()}


@pytest.mark.parametrize("name", README_FILES)
def test_the_readme_names_every_command_and_no_other(repository, known_commands, name):
    assert _commands((repository / name).read_text("utf-8")) == set(known_commands)


@pytest.mark.parametrize("page", ["docs/runbook.md", "docs/architecture.md", "CHANGELOG.md"])
def test_a_page_names_no_command_that_does_not_exist(repository, known_commands, page):
    assert _commands((repository / page).read_text("utf-8")) <= set(known_commands)


def test_every_command_says_what_it_does(known_commands):
    assert [name for name, help_line in known_commands.items() if len(help_line) < 10] == []


def _leaves(command: object, path: str) -> Iterator[tuple[str, typer.core.TyperCommand]]:
    """Yield every command with its words, those of groups included."""
    for name, below in getattr(command, "commands", {"": None}).items():
        yield from _leaves(below, f"{path} {name}") if below else [(path, command)]


def test_what_cannot_be_called_bare_shows_in_its_help_how_it_is_called():
    needy = {
        path: command.help
        for path, command in _leaves(typer.main.get_command(app), "partnerstats")
        if any(parameter.required for parameter in command.params)
    }
    assert len(needy) > 10
    assert [path for path, text in needy.items() if f"For example: {path} " not in text] == []


def test_both_readmes_list_the_same_commands_tables_and_folders_in_the_same_order(repository):
    tables = [
        re.findall(r"^\| `([^`]+)`", (repository / name).read_text("utf-8"), re.MULTILINE) for name in README_FILES
    ]
    assert len(tables[0]) > 15
    assert tables[0] == tables[1]


def test_both_readmes_show_the_same_shell_commands(repository):
    shown = []
    for name in README_FILES:
        blocks = re.findall(r"```sh\n(.*?)```", (repository / name).read_text("utf-8"), re.DOTALL)
        shown.append([line.split("#")[0].strip() for block in blocks for line in block.splitlines()])
    assert shown[0] == shown[1] != []


def test_every_make_target_a_page_names_exists(repository):
    targets = set(re.findall(r"^([a-z-]+):", (repository / "Makefile").read_text("utf-8"), re.MULTILINE))
    pages = [repository / name for name in README_FILES] + sorted((repository / "docs").rglob("*.md"))
    named = {target for page in pages for target in re.findall(r"`make ([a-z-]+)", page.read_text("utf-8"))}
    assert named
    assert named <= targets


def test_every_decision_is_linked_from_the_index_and_numbered_once(repository):
    folder = repository / "docs" / "decisions"
    pages = {page.name for page in folder.glob("*.md")} - {"README.md"}
    linked = LINK.findall((folder / "README.md").read_text("utf-8"))
    assert set(linked) == pages
    assert len(linked) == len(set(linked))
    numbers = [page[:4] for page in sorted(pages)]
    assert numbers == [f"{number:04d}" for number in range(1, len(pages) + 1)]


def test_every_decision_is_short_and_tells_context_decision_consequences_and_measurement(repository):
    for page in sorted((repository / "docs" / "decisions").glob("0*.md")):
        text = page.read_text("utf-8")
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "How it was measured"], page.name
        assert re.match(rf"# {int(page.name[:4])}\. \S", text), page.name
        assert len(text.splitlines()) <= LONGEST_DECISION_LINES, page.name


def test_no_page_links_to_a_file_that_is_not_there(repository):
    pages = [*(repository / name for name in (*README_FILES, "CHANGELOG.md")), *(repository / "docs").rglob("*.md")]
    dead = {
        f"{page.relative_to(repository)}: {target}"
        for page in pages
        for target in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / target).exists()
    }
    assert dead == set()


def test_the_changelog_begins_with_the_version_of_the_project(repository):
    version = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    headings = re.findall(
        r"^## (\S+) - \d{4}-\d\d-\d\d$", (repository / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert headings[0] == version


def test_a_command_in_prose_is_no_command_and_one_in_code_is():
    assert _commands(
        "partnerstats is software. Run `partnerstats demo --days 3` or\n```sh\npartnerstats sql x\n```"
    ) == {
        "demo",
        "sql",
    }


def test_the_picture_of_the_flow_follows_light_and_dark(repository: Path):
    picture = (repository / "docs" / "flow.svg").read_text("utf-8")
    assert "prefers-color-scheme: dark" in picture
    assert "<title" in picture
    assert "<desc" in picture
