"""Static files: read once, served compressed from memory under the digest of their content, so that browsers may keep them."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).with_name("static")
SERVED = (".css", ".js", ".svg", ".png", ".ico", ".webmanifest")
PREFIX = "/static"
_DIGITS = 12
_COMPRESSED = (".css", ".js", ".svg")
_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """A file's content, the same compressed (None for what is so already), and its media type."""

    content: bytes
    compressed: bytes | None
    media_type: str


@dataclass(frozen=True)
class Assets:
    """The static files by name, and one digest over all of them."""

    files: Mapping[str, Asset]
    digest: str

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Assets":
        """Read and compress every file of `folder` that is served."""
        files = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in sorted(folder.rglob("*"))
            if path.suffix in SERVED
        }
        whole = hashlib.sha256()
        for name, asset in files.items():
            whole.update(name.encode() + b"\0" + hashlib.sha256(asset.content).digest())
        return cls(files, whole.hexdigest()[:_DIGITS])

    def link(self, name: str) -> str:
        """Return where a file is served. Raises KeyError for one that is not there, so that no page names it."""
        if name not in self.files:
            raise KeyError(name)
        return f"{PREFIX}/{self.digest}/{name}"

    async def serve(self, request: Request) -> Response:
        """Answer with a file; one under a former digest is the present file, which is not kept."""
        found = self.files.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        is_current = request.path_params["digest"] == self.digest
        headers = {"Cache-Control": _A_YEAR if is_current else "no-cache", "Vary": "Accept-Encoding"}
        if found.compressed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            return Response(
                found.compressed, media_type=found.media_type, headers=headers | {"Content-Encoding": "gzip"}
            )
        return Response(found.content, media_type=found.media_type, headers=headers)


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    compressed = gzip.compress(content, 9, mtime=0) if path.suffix in _COMPRESSED else None
    kind = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}.get(path.suffix)
    return Asset(content, compressed, kind or mimetypes.guess_type(path.name)[0] or "application/octet-stream")
