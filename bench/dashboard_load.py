"""How long the dashboard takes: 500 partners with a year of figures, so many requests a second, on this machine's loopback.

The server runs in a process of its own, as `partnerstats dashboard` runs it but for the sign-in: who asks is said by a header.
Prints percentiles of the time from sending to the last byte, for pages that partners open. `make bench-dashboard`.
"""

import argparse
import asyncio
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

import httpx2 as httpx

from dashboard.settings import DashboardSettings

SAMPLE = Path(__file__).resolve().parents[1] / "tests" / "unit" / "dashboard"
PATHS = (
    "/",
    "/",
    "/",
    "/contents",
    "/people",
    "/reach",
    "/?period=week",
    "/contents/song-001",
    "/api/v1/tables/partner_monthly_usage",
)
OPEN_FILES = DashboardSettings().open_files
"""How many partners have been there before it begins: as many as stay open."""
SERVER = """
import sys
from pathlib import Path
import uvicorn
from starlette.middleware import Middleware
from dashboard.app import SigningIn, build_app
from dashboard.settings import DashboardSettings
from dashboard.viewer import Role, Viewer
from pipelines.clock import SystemClock

class ByHeader:
    def __init__(self, app):
        self.app = app
    async def __call__(self, scope, receive, send):
        name = dict(scope.get("headers", ())).get(b"x-partner", b"").decode()
        scope.setdefault("state", {})["viewer"] = Viewer("r", Role.PARTNER_READER, "p", name, "ko", "") if name else None
        await self.app(scope, receive, send)

app = build_app(DashboardSettings(home=Path(sys.argv[1])), clock=SystemClock(), signing_in=SigningIn([Middleware(ByHeader)]))
uvicorn.run(app, port=int(sys.argv[2]), log_level="error", access_log=False)
"""


def main() -> None:
    """Make the home, start the server, ask, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--partners", type=int, default=500)
    options.add_argument("--a-second", type=int, default=50)
    options.add_argument("--seconds", type=int, default=20)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        names = make_home(Path(folder), given.partners)
        port = free_port()
        server = subprocess.Popen([sys.executable, "-c", SERVER, folder, str(port)])  # noqa: S603 -- own text
        try:
            times = asyncio.run(ask(f"http://127.0.0.1:{port}", names, given.a_second, given.seconds))
        finally:
            server.kill()
            server.wait()
    cuts = quantiles(times, n=100)
    print(f"{given.partners} partners, {len(times)} requests at {given.a_second} a second")
    print(f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, longest {max(times):.0f} ms")


def make_home(home: Path, partners: int) -> list[str]:
    """Write a release of one partner, copy its file for all, and return the files' names."""
    sys.path.insert(0, str(SAMPLE))
    from dashboard_sample import FILES, write_release  # noqa: PLC0415 -- found only now

    release = write_release(home, partners=["p-001"])
    names = [f"{number:064x}" for number in range(partners)]
    for name in names:
        shutil.copyfile(release / f"{FILES['p-001']}.duckdb", release / f"{name}.duckdb")
    return names


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def ask(address: str, names: Sequence[str], a_second: int, seconds: int) -> list[float]:
    """Send requests at a steady pace, whether or not earlier ones were answered; return how long each took, in milliseconds."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        await _until_up(client)
        for name in names[:OPEN_FILES]:
            await client.get("/", headers={"X-Partner": name})
        begin, running = time.perf_counter(), []
        for number in range(a_second * seconds):
            await asyncio.sleep(max(0.0, begin + number / a_second - time.perf_counter()))
            path, name = PATHS[number % len(PATHS)], names[(number * 7919) % len(names)]
            running.append(asyncio.create_task(_timed(client, path, name)))
        return list(await asyncio.gather(*running))


async def _timed(client: httpx.AsyncClient, path: str, name: str) -> float:
    begin = time.perf_counter()
    answer = await client.get(path, headers={"X-Partner": name})
    assert answer.status_code == 200, (path, answer.status_code)
    return (time.perf_counter() - begin) * 1000


async def _until_up(client: httpx.AsyncClient) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            await client.get("/health")
        except httpx.TransportError:
            assert time.monotonic() < end, "the server did not start"
            await asyncio.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main()
