"""YAML that remembers the line of every value, so that a fault is reported where it stands.

Only what the policy needs: mappings with text keys, sequences and plain scalars of one document. Duplicate keys and
aliases are refused, because a reader would see one value and the program another.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipelines.errors import PolicyError

Loc = tuple[str | int, ...]
"""The way to a value: mapping keys and sequence indices from the root."""


@dataclass(frozen=True)
class LinedYaml:
    """A parsed file: its data, the line (1-based) of each place in it, and the SHA-256 of its bytes as hex."""

    file: Path
    data: object
    lines: Mapping[Loc, int]
    sha256: str

    def line_of(self, loc: Loc) -> int:
        """Return the line of the deepest place on the way `loc` that stands in the file."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines[loc]

    def refuse(self, loc: Loc, cause: str) -> PolicyError:
        """Return the error that says `cause` at the line of `loc`."""
        return PolicyError(self.file, self.line_of(loc), cause)


def read_yaml(file: Path) -> LinedYaml:
    """Read `file`. Raises PolicyError with the line for syntax errors, duplicate keys, aliases and unreadable files."""
    try:
        content = file.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        raise PolicyError(file, None, f"cannot be read ({type(cause).__name__})") from cause
    try:
        _refuse_aliases(file, text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        lines: dict[Loc, int] = {(): 1}
        data = _build(file, root, (), lines) if root is not None else None
    except yaml.MarkedYAMLError as cause:
        line = cause.problem_mark.line + 1 if cause.problem_mark else None
        raise PolicyError(file, line, f"not valid YAML: {cause.problem}") from cause
    except (yaml.YAMLError, ValueError) as cause:
        raise PolicyError(file, None, f"not valid YAML ({type(cause).__name__})") from cause
    return LinedYaml(file, data, lines, hashlib.sha256(content).hexdigest())


def _refuse_aliases(file: Path, text: str) -> None:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise PolicyError(file, event.start_mark.line + 1, "aliases are not allowed")


def _build(file: Path, node: yaml.Node, loc: Loc, lines: dict[Loc, int]) -> object:
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(file, node, loc, lines)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            lines[(*loc, index)] = item.start_mark.line + 1
            items.append(_build(file, item, (*loc, index), lines))
        return items
    return _scalar(file, node)


def _build_mapping(file: Path, node: yaml.MappingNode, loc: Loc, lines: dict[Loc, int]) -> dict[str, object]:
    mapping: dict[str, object] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = _scalar(file, key_node) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str):
            raise PolicyError(file, line, "a key has to be text")
        if key in mapping:
            raise PolicyError(file, line, f"duplicate key {key!r}, first on line {lines[(*loc, key)]}")
        lines[(*loc, key)] = line
        mapping[key] = _build(file, value_node, (*loc, key), lines)
    return mapping


def _scalar(file: Path, node: yaml.Node) -> object:
    """Return text, number, boolean, date or None by YAML's own rules; other tags are refused."""
    try:
        loader = yaml.SafeLoader("")
        value: object = loader.construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError) as cause:
        raise PolicyError(file, node.start_mark.line + 1, "a value that cannot be read") from cause
    return value
