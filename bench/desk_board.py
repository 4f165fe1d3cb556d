"""The desk's pages over a plan in the middle of its year, of 66 initiatives and of 660: how long, and how large.

    python bench/desk_board.py [--quick]

A real uvicorn on loopback, asked as a browser does; the shipped plan rehearsed up to 14 June, ten times for the larger
one. Wanted: the board in under 300 ms at 660 initiatives, every other page in under 500, and no page over 60 kB,
pictures apart. What is taken away as a file is told and has no limit: it is made of the whole plan.
"""

import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import uvicorn
from shared.year import mid_year

from duban.core.access.doors import SESSION
from duban.desk.app import make_app
from duban.desk.engine import make_engine
from duban.desk.passes import new_pass
from duban.desk.sessions import COOKIE
from duban.desk.waking import no_waking
from duban.settings import Settings

UNTIL = date(2024, 6, 14)
WANTED, PAGE, HEAVIEST = 0.3, 0.5, 60_000
ROUNDS = 15
PAGES = (
    "/board",
    "/s/protection",
    "/units",
    "/u/protection",
    "/p/protection-head",
    "/i/patent-rules-outreach",
    "/i/normative-document-review",
    "/week",
    "/",
    "/m/{step}",
)
STEP = "patent-rules-outreach/materials"
FILES = ("/table.xlsx?of=protection", "/bulletin.docx")
PICTURES = ("/board.svg", "/i/patent-rules-outreach.svg")
READER = "protection-head"
"""Who is signed in: a head of many steps."""


@contextmanager
def served(settings: Settings) -> Iterator[httpx.Client]:
    """The desk on a folder, and somebody who asks it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        engine = make_engine(settings, no_waking)
        server = uvicorn.Server(uvicorn.Config(make_app(engine), log_level="warning"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        session = {COOKIE: new_pass(engine.main().door, SESSION, READER, 3600)}
        with httpx.Client(base_url=address, cookies=session, trust_env=False, timeout=60) as client:
            yield client
        server.should_exit = True
        thread.join()


def measure(client: httpx.Client, path: str, rounds: int = ROUNDS) -> tuple[float, float, int]:
    """The first time, the median of the others, in seconds, and the bytes of the answer."""
    times = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        answer = client.get(path).raise_for_status()
        times.append(time.perf_counter() - began)
    return times[0], statistics.median(times[1:]), len(answer.content)


def main() -> None:
    good = True
    for copies in (1,) if "--quick" in sys.argv[1:] else (1, 10):
        with TemporaryDirectory(prefix="duban-") as name:
            settings = mid_year(Path(name), UNTIL, copies)
            with served(settings) as client:
                for path in (*(one.format(step=STEP) for one in PAGES), *PICTURES, *FILES):
                    first, median, size = measure(client, path, 1 if path in FILES else ROUNDS)
                    took = f"first {first * 1e3:7.0f} ms  median {median * 1e3:7.0f} ms"
                    print(f"{66 * copies:4} initiatives  {path:32} {took}  {size / 1e3:6.1f} kB", flush=True)
                    good &= path in (*PICTURES, *FILES) or size <= HEAVIEST
                    good &= path in FILES or median <= (WANTED if path == "/board" else PAGE)
    print(
        f"wanted: the board under {WANTED * 1e3:.0f} ms, any page under {PAGE * 1e3:.0f} ms, "
        f"none over {HEAVIEST / 1e3:.0f} kB: {good}"
    )
    sys.exit(not good)


if __name__ == "__main__":
    main()
