"""Pages from templates: the reader's language and theme, links that keep them, static files by their digest.

What every template may use is made here and nowhere else. Text that comes from data or a request is escaped by Jinja; what links
say goes through `urlencode`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dashboard import words
from dashboard.assets import Assets
from dashboard.texts import DEFAULT, LANGUAGES, Texts, load_texts
from dashboard.viewer import Language, viewer_of

TEMPLATES = Path(__file__).with_name("templates")
THEMES = ("light", "dark")
KEPT = ("lang", "theme", "period", "at", "from", "to", "compare")
"""Parameters that links within the application hand on."""


@dataclass(frozen=True)
class Rendering:
    """One environment of templates for each language, and the static files."""

    environments: Mapping[Language, Environment]
    texts: Mapping[Language, Texts]
    assets: Assets

    def prepare(self) -> None:
        """Compile every template, so that the first readers do not wait for it."""
        for environment in self.environments.values():
            for name in environment.list_templates():
                environment.get_template(name)


def make_rendering() -> Rendering:
    """Read the catalogs and static files, and prepare the templates; templates are read when first used."""
    texts = load_texts()
    return Rendering({language: _environment(found) for language, found in texts.items()}, texts, Assets.load())


def rendering_of(request: Request) -> Rendering:
    """Return the application's rendering."""
    return cast("Rendering", request.app.state.rendering)


def language_of(request: Request) -> Language:
    """Return the reader's language: what the link says, else what the account says, else Korean."""
    wished = request.query_params.get("lang")
    for language in LANGUAGES:
        if language == wished:
            return language
    viewer = viewer_of(request)
    return viewer.language if viewer is not None else DEFAULT


def texts_of(request: Request) -> Texts:
    """Return the texts of the reader's language."""
    return rendering_of(request).texts[language_of(request)]


def link(request: Request, path: str, **changed: str | None) -> str:
    """Return the link to a page with what links keep, and `changed` on top; None takes a parameter away."""
    query = {name: request.query_params[name] for name in KEPT if request.query_params.get(name)}
    query.update({name.rstrip("_"): text for name, text in changed.items() if text is not None})
    for name in [name.rstrip("_") for name, text in changed.items() if text is None]:
        query.pop(name, None)
    return f"{path}?{urlencode(query)}" if query else path


def render(
    request: Request, template: str, context: Mapping[str, Any] | None = None, status_code: int = 200
) -> HTMLResponse:
    """Return a page in the reader's language. It is never stored on the way or by the browser."""
    language, own = language_of(request), rendering_of(request)
    theme = request.query_params.get("theme")
    given = {
        "texts": own.texts[language],
        "language": language,
        "theme": theme if theme in THEMES else "",
        "viewer": viewer_of(request),
        "path": request.url.path,
        "link": lambda path, **changed: link(request, path, **changed),
        "asset": own.assets.link,
        "words": words,
        "release": None,
        **(context or {}),
    }
    page = own.environments[language].get_template(template).render(given)
    return page_response(page, status_code)


def page_response(page: str | bytes, status_code: int = 200) -> HTMLResponse:
    """Answer with a page, which nobody on the way stores."""
    return HTMLResponse(page, status_code, headers={"Cache-Control": "no-store", "Vary": "HX-Request"})


def _environment(texts: Texts) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment
