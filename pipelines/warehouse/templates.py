"""Renders SQL text under sql/ with the project's macros, outside of dbt, so that there is one text per idea and engine.

Only what the macros use of dbt is stood in for: `adapter.dispatch`, `return`, `var` and `modules.datetime`.
"""

import datetime
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

import jinja2

from pipelines.errors import UsageError

_MACROS = "macros"


def render_sql(
    sql_folder: Path, name: str, *, engine: str = "duckdb", variables: Mapping[str, object] | None = None
) -> str:
    """Return the SQL of the file `name` (relative to `sql_folder`) with the project's macros in their form for `engine`.

    `variables` answers `var(...)`. Raises UsageError, naming the file, for a missing file, a wrong syntax, an unknown
    name, or a variable or a variant that is not there.
    """
    environment = _environment(sql_folder, engine, variables or {})
    try:
        environment.globals.update(_macros(environment, sql_folder))
        return environment.get_template(name).render()
    except jinja2.TemplateNotFound as cause:
        raise UsageError(f"no such SQL text: {cause.name}") from cause
    except jinja2.TemplateSyntaxError as cause:
        raise UsageError(f"{cause.name}:{cause.lineno}: {cause.message}") from cause
    except jinja2.UndefinedError as cause:
        raise UsageError(f"{name}: {cause.message}") from cause


def _environment(sql_folder: Path, engine: str, variables: Mapping[str, object]) -> jinja2.Environment:
    environment = _bare(sql_folder)

    def dispatch(macro: str, package: str | None = None) -> Any:  # noqa: ANN401 - dbt's signature
        for prefix in (engine, "default"):
            if f"{prefix}__{macro}" in environment.globals:
                return environment.globals[f"{prefix}__{macro}"]
        raise jinja2.UndefinedError(f"macro {macro} has no variant for {engine}")

    def var(variable: str, *default: object) -> object:
        if variable in variables:
            return variables[variable]
        if default:
            return default[0]
        raise jinja2.UndefinedError(f"variable {variable} is not given")

    environment.globals.update(
        {
            "adapter": SimpleNamespace(dispatch=dispatch),
            "return": lambda value: value,
            "var": var,
            "modules": SimpleNamespace(datetime=datetime),
        }
    )
    return environment


def _bare(sql_folder: Path | None = None) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(sql_folder) if sql_folder else None,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.do"],
        autoescape=False,  # noqa: S701 - SQL, and no value of the data goes through it
        keep_trailing_newline=True,
    )


@lru_cache(maxsize=128)
def _compiled(text: str, name: str | None = None) -> CodeType:
    """Return the code of a text, which depends on nothing but the text and its name."""
    return _bare().compile(text, name=name, filename=name)


def _macros(environment: jinja2.Environment, sql_folder: Path) -> dict[str, Any]:
    """Return every macro of the project, by name. They are compiled as one text, so that each sees all others."""
    files = sorted((sql_folder / _MACROS).rglob("*.sql"))
    texts = {file.relative_to(sql_folder).as_posix(): file.read_text(encoding="utf-8") for file in files}
    for name, text in texts.items():
        # Alone first: an error then names its own file and line. Jinja lets go of the name otherwise.
        _compiled(text, name)
    code = _compiled("\n".join(texts.values()))
    module = environment.template_class.from_code(environment, code, environment.globals).module
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}
