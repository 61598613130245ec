"""dbt's own page about the warehouse, from the prebuilt manifest: `python -m pipelines.warehouse.docs` writes it and serves it.

It lies in `docs/dbt/` and is served on loopback until Ctrl-C, or with `--no-serve` not at all. It describes models, columns and
lineage; no data and no count of rows is in it. As dbt ships it, the page has a tracker of visits: its addresses are taken out,
and the browser is told to fetch nothing from anywhere.
"""

import argparse
import contextlib
import json
import sys
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

from pipelines.errors import PartnerstatsError, UsageError
from pipelines.settings import REPOSITORY, load_settings
from pipelines.storage.atomic import write_text
from pipelines.warehouse.prebuilt import manifest_path
from pipelines.warehouse.semantics import load_semantics, measured_sentence

PAGES = REPOSITORY / "docs" / "dbt"
LOOPBACK, PORT = "127.0.0.1", 8081
TRACKERS = ("d1fc8wv8zag5ca.cloudfront.net", "fishtownanalytics.sinter-collect.com", "fuzzed.getdbt.com")
FETCH_NOTHING = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; connect-src 'none'; form-action 'none'; base-uri 'none'"
)
_EMPTY_CATALOG: dict[str, object] = {"metadata": {}, "nodes": {}, "sources": {}, "errors": None}
_MANIFEST, _CATALOG = '"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"'


def write_docs(sql_folder: Path, folder: Path) -> Path:
    """Write the page with the manifest inside it, so that it opens from the disk without a server; return its path.

    Raises UsageError when the manifest was not built, or dbt's page is not the one known here.
    """
    manifest = manifest_path(sql_folder)
    if not manifest.exists():
        raise UsageError(f"{manifest.name} was not built: run `make setup`")
    page = files("dbt.task.docs").joinpath("index.html").read_text(encoding="utf-8")
    if any(page.count(place) != 1 for place in ("<head>", _MANIFEST, _CATALOG)):
        raise UsageError("dbt's page has changed: pipelines/warehouse/docs.py has to be read against it")
    for tracker in TRACKERS:
        page = page.replace(tracker, "nowhere.invalid")
    page = page.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{FETCH_NOTHING}">')
    page = page.replace(_CATALOG, _in_script(_EMPTY_CATALOG))
    described = _with_measures(json.loads(manifest.read_text(encoding="utf-8")), sql_folder)
    page = page.replace(_MANIFEST, _in_script(_untracked(described)))
    target = folder / "index.html"
    write_text(target, page, mode=0o644)
    return target


def _with_measures(manifest: dict[str, Any], sql_folder: Path) -> dict[str, Any]:
    """Return the manifest with what each measure is after the description of every column of a mart that has its name."""
    measures = load_semantics(sql_folder).measures
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["path"].startswith("marts/"):
            for name, column in node["columns"].items():
                if name in measures:
                    column["description"] += f"\n\n{measured_sentence(measures[name])}"
    return manifest


def _untracked(manifest: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    return {**manifest, "metadata": {**manifest["metadata"], "send_anonymous_usage_stats": False}}


def _in_script(document: object) -> str:
    """Return JSON in which no text can end the page's script."""
    return json.dumps(document, ensure_ascii=False).replace("</", "<\\/")


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and lists no requests: who read what is nobody's business."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def server_of(folder: Path, port: int) -> ThreadingHTTPServer:
    """Return a server of the files in `folder`, bound to loopback (port 0: any free one). Raises UsageError when it is taken."""
    try:
        return ThreadingHTTPServer((LOOPBACK, port), partial(_Quiet, directory=str(folder)))
    except OSError as cause:
        raise UsageError(f'port {port} cannot be had: make docs ARGS="--port N" takes another') from cause


def main(arguments: Sequence[str]) -> None:
    """Write the page, say where it is, and serve it until Ctrl-C unless told not to."""
    parser = argparse.ArgumentParser(prog="make docs", description="Write dbt's page and serve it on loopback.")
    parser.add_argument(
        "--port", type=int, default=PORT, help="on loopback; 0 takes any that is free (default: %(default)s)"
    )
    parser.add_argument("--no-serve", action="store_true", help="only write it")
    parser.add_argument("--folder", type=Path, default=PAGES, help="where to write it (default: docs/dbt)")
    asked = parser.parse_args(arguments)
    page = write_docs(load_settings().sql, asked.folder)
    sys.stdout.write(f"{page}\n")
    if asked.no_serve:
        return
    with server_of(asked.folder, asked.port) as server, contextlib.suppress(KeyboardInterrupt):
        sys.stdout.write(f"http://{LOOPBACK}:{server.server_port}/ until Ctrl-C\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except PartnerstatsError as stopped:
        sys.exit(str(stopped))
