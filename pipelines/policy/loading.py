"""Reading the files below `policy/`: typed values, or a PolicyError with file and line."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipelines.errors import PolicyError
from pipelines.policy.base import Fault
from pipelines.policy.consistency import policy_faults
from pipelines.policy.models import Policy
from pipelines.policy.routes import Routes, route_faults
from pipelines.policy.sources import Sources
from pipelines.policy.yaml_lines import LinedYaml, parse_yaml, read_content, read_yaml

ModelT = TypeVar("ModelT", bound=BaseModel)

_VERSION_FILE = re.compile(r"\d{4}-\d{2}-\d{2}\.yml")


def load_policy(folder: Path, on: date) -> Policy:
    """Return the version in force on the Asia/Seoul day `on`.

    Every version in `folder` is read, also one announced for later: a wrong one is refused before it takes effect.
    Raises PolicyError with file and line for a wrong version, and when none is in force on that day.
    """
    versions = [load_policy_file(file) for file in sorted(folder.glob("*.yml")) if _VERSION_FILE.fullmatch(file.name)]
    in_force = [version for version in versions if version.effective <= on]
    if not in_force:
        raise PolicyError(folder, None, f"no version of the policy is in force on {on.isoformat()}")
    return max(in_force, key=lambda version: version.effective)


def load_policy_file(file: Path) -> Policy:
    """Return the version in `file`, named after the day it takes effect. Raises PolicyError with file and line."""
    policy = _load(file, Policy, policy_faults)
    if policy.effective.isoformat() != file.stem:
        raise read_yaml(file).refuse(("effective",), "the file is not named after the day its version takes effect")
    return policy


def load_sources(path: Path) -> Sources:
    """Return the log sources declared in `path`. Raises PolicyError with file and line."""
    return _load(path, Sources)


def load_routes(path: Path) -> Routes:
    """Return the route map in `path`. Raises PolicyError with file and line."""
    return _load(path, Routes, route_faults)


def _load(file: Path, model: type[ModelT], check: Callable[[ModelT], Iterable[Fault]] | None = None) -> ModelT:
    value: ModelT = _valid(file, read_content(file), model, check)
    return value


@lru_cache(maxsize=32)
def _valid(
    file: Path, content: bytes, model: type[ModelT], check: Callable[[ModelT], Iterable[Fault]] | None
) -> ModelT:
    """Return what `content` declares; the same bytes of the same file are judged once a process, as the models are frozen."""
    document = parse_yaml(file, content)
    try:
        value = model.model_validate(document.data, context={"sha256": document.sha256})
    except ValidationError as cause:
        faults = [_from_pydantic(error["loc"], error["type"], error["msg"]) for error in cause.errors()]
        raise _refuse(document, faults) from cause
    if check is not None and (faults := list(check(value))):
        raise _refuse(document, faults)
    return value


def _from_pydantic(loc: tuple[int | str, ...], kind: str, message: str) -> Fault:
    name = loc[-1] if loc else "the file"
    causes = {"extra_forbidden": f"unknown key {name!r}", "missing": f"{name!r} is missing"}
    place = loc[:-1] if loc and loc[-1] == "[key]" else loc
    said = message.removeprefix("Value error, ")
    named = causes.get(kind) or f"{'.'.join(map(str, place)) or 'the file'}: {said}"
    return Fault(place, named, is_absence=kind == "missing")


def _refuse(document: LinedYaml, faults: list[Fault]) -> PolicyError:
    """Return the error of the fault that stands first in the file, and how many more there are.

    What is missing comes last: a misspelt key is better told by what stands there.
    """
    first, *rest = sorted(faults, key=lambda fault: (fault.is_absence, document.line_of(fault.loc)))
    more = f" (and {len(rest)} more)" if rest else ""
    return document.refuse(first.loc, first.cause + more)
