"""Every page and saved query of a log of 100 000 prescriptions in headless Chromium, within its limit.

    python -m tests.browse.chromium [PRESCRIPTIONS] [--pictures DIR]

Fails if a page is too slow, fails, or asks for anything from another machine.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote
from urllib.request import urlopen

from mesococktail import PrescriptionLog
from mesococktail.browse.dashboard import DASHBOARD
from mesococktail.research import QUESTIONS
from tests.engines.clinics import clinic, correct

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 100_000
PAGE_SECONDS, QUERY_SECONDS = 2.0, 5.0
"""Limits of a page of a table or view, and of a query, an answer or the dashboard."""
TABLES = ("/", "/log", "/log/prescription", "/log/ingredient", "/log/session", "/log/outcome")
WIDTHS = (1280, 390)
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=10000",
    "--disable-features=AutofillServerCommunication",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PICTURE = 'class="marks"'
"""Stands once in what a picture of the dashboard is drawn with."""
EMPTY = "data:text/html,<form><input name=q></form>"
"""What a browser asks for with this open, it asks for by itself."""


def browser() -> str | None:
    """Return where Chromium is."""
    return shutil.which("chromium")


def make(path: Path, count: int) -> None:
    """Make the log of one synthetic clinic."""
    with PrescriptionLog.create(path, clinic="synthetic") as log:
        log.append_many(map(json.dumps, clinic(0, count)))
        correct(log)


@contextmanager
def served(path: Path) -> Iterator[str]:
    """Serve a log as the command does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mesococktail", "browse", "--db", str(path), "--port", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urlopen(f"{address}/-/versions.json").close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


def pages(address: str) -> Iterator[tuple[str, float]]:
    """Yield every address to look at, with its limit."""
    yield from ((page, PAGE_SECONDS) for page in TABLES)
    with urlopen(f"{address}/log.json") as found:
        yield from ((f"/log/{query['name']}", QUERY_SECONDS) for query in json.load(found)["queries"])
    yield from ((f"/-/study/{question.command}", QUERY_SECONDS) for question in QUESTIONS.values())
    yield f"/log/fact_prescription/{a_prescription(address)}", PAGE_SECONDS
    yield "/-/dashboards/clinic", QUERY_SECONDS
    for chart in DASHBOARD["charts"].values():
        sql = chart["query"].replace("[[", "").replace("]]", "")
        more = "from_month=2000-01&to_month=2100-01&measure=hair_density"
        yield f"/log.json?_shape=array&sql={quote(sql)}&{more}", QUERY_SECONDS


def a_prescription(address: str) -> int:
    """Return the key of the newest prescription that is in the log."""
    with urlopen(f"{address}/log/prescription.json?_shape=array&_size=1") as found:
        key: int = json.load(found)[0]["key"]
    return key


def looked_at(address: str, width: int, picture: Path) -> list[str]:
    """Let Chromium show a page; return the hosts it asked for anything but this machine."""
    _, said = _shown(address, f"--window-size={width},1600", f"--screenshot={picture}")
    asked = {
        part.split('"')[0].split("/")[0]
        for part in said.split('"url":"http')[1:]
        for part in [part.split("://")[1]]
    }
    return sorted(host for host in asked if not host.startswith("127.0.0.1"))


def document_of(address: str) -> str:
    """Let Chromium show a page; return the document that came of it when all of its scripts had run."""
    return _shown(address, "--dump-dom")[0]


def _shown(address: str, *options: str) -> tuple[str, str]:
    """Let Chromium show a page; return what it printed, and its log of what it asked of any machine."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        log = Path(profile) / "net.json"
        command = [browser() or "chromium", *_QUIET, f"--user-data-dir={profile}", f"--log-net-log={log}"]
        done = subprocess.run(
            [*command, *options, address],
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=60,
        )
        return done.stdout, log.read_text(errors="replace")


def check(path: Path, pictures: Path) -> list[str]:
    """Look at everything; return what is wrong."""
    wrong = []
    with served(path) as address:
        for page, limit in pages(address):
            start = time.perf_counter()
            with urlopen(address + page) as found:
                found.read()
            took = time.perf_counter() - start
            print(f"{took:5.2f} s of {limit:.0f}  {page[:60]}", flush=True)
            if took > limit:
                wrong.append(f"{page}: {took:.1f} s")
        own = set(looked_at(EMPTY, WIDTHS[0], pictures / "empty.png"))
        prescription = f"/log/fact_prescription/{a_prescription(address)}"
        looked = ("/log/prescription", "/-/study/outcomes", "/-/dashboards/clinic", "/log", prescription)
        for page in looked:
            for width in WIDTHS:
                name = page.strip("/").replace("/", "-")
                picture = pictures / f"{name}-{width}.png"
                hosts = looked_at(address + page, width, picture)
                wrong += [f"{page} asks {host}" for host in hosts if host not in own]
                if not picture.exists() or picture.stat().st_size < 5000:
                    wrong.append(f"{page}: nothing is shown at {width}")
        drawn = document_of(f"{address}/-/dashboards/clinic").count(PICTURE)
        if drawn != len(DASHBOARD["charts"]):
            wrong.append(f"/-/dashboards/clinic: {drawn} pictures are drawn")
    return wrong


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=COUNT)
    parser.add_argument("--pictures", type=Path)
    given = parser.parse_args()
    if browser() is None:
        print("Chromium is not installed")
        return 1
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clinic.db"
        make(path, given.count)
        wrong = check(path, given.pictures or Path(folder))
    print(*wrong, f"{len(wrong)} pages are wrong", sep="\n")
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main())
