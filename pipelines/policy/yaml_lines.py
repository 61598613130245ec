"""YAML that remembers the line of every value, so that a fault is reported where it stands.

Only what the policy needs: mappings with text keys, sequences and plain scalars of one document. Duplicate keys and
aliases are refused, because a reader would see one value and the program another.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import yaml

from pipelines.errors import PolicyError

Loc = tuple[str | int, ...]
"""The way to a value: mapping keys and sequence indices from the root."""

# libyaml's parser where PyYAML was built with it: the same nodes and marks, several times faster.
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
    return parse_yaml(file, read_content(file))


def read_content(file: Path) -> bytes:
    """Return the bytes of `file`. Raises PolicyError when it is unreadable."""
    try:
        return file.read_bytes()
    except OSError as cause:
        raise PolicyError(file, None, f"cannot be read ({type(cause).__name__})") from cause


def parse_yaml(file: Path, content: bytes) -> LinedYaml:
    """Return what `content`, the bytes of `file`, says. Raises PolicyError as `read_yaml` does."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as cause:
        raise PolicyError(file, None, f"cannot be read ({type(cause).__name__})") from cause
    builder = _Builder(file)
    try:
        builder.refuse_aliases(text)
        root = yaml.compose(text, Loader=_PARSER)
    except yaml.MarkedYAMLError as cause:
        raise PolicyError(file, _line(cause.problem_mark), f"not valid YAML: {cause.problem}") from cause
    except yaml.YAMLError as cause:
        raise PolicyError(file, None, "not valid YAML: a character that may not stand in it") from cause
    data = None if root is None else builder.build(root, ())
    return LinedYaml(file, data, builder.lines, hashlib.sha256(content).hexdigest())


class _Builder:
    """Turns nodes into data and notes the line of each place."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines: dict[Loc, int] = {(): 1}
        self._scalars = yaml.SafeLoader("")

    def refuse_aliases(self, text: str) -> None:
        for event in yaml.parse(text, Loader=_PARSER):
            if isinstance(event, yaml.AliasEvent):
                raise PolicyError(self.file, _line(event.start_mark), "aliases are not allowed")

    def build(self, node: yaml.Node, loc: Loc) -> object:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*loc, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _item(self, node: yaml.Node, loc: Loc) -> object:
        self.lines[loc] = node.start_mark.line + 1
        return self.build(node, loc)

    def _mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[str, object]:
        mapping: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                raise PolicyError(self.file, _line(key_node.start_mark), "a key has to be text")
            if key in mapping:
                first = self.lines[(*loc, key)]
                raise PolicyError(
                    self.file, _line(key_node.start_mark), f"duplicate key {key!r}, first on line {first}"
                )
            self.lines[(*loc, key)] = key_node.start_mark.line + 1
            mapping[key] = self.build(value_node, (*loc, key))
        return mapping

    def _scalar(self, node: yaml.Node) -> object:
        """Return text, number, boolean, date or None by YAML's own rules; anything with another tag is refused."""
        try:
            value: object = self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as cause:
            raise PolicyError(self.file, _line(node.start_mark), "a value that cannot be read") from cause
        return value


class _Mark(Protocol):
    @property
    def line(self) -> int: ...


def _line(mark: _Mark | None) -> int | None:
    return mark.line + 1 if mark is not None else None
