"""What `var/` grows by: some days of the shipped plan, rehearsed on a real stack, counted by kind; and a year of it.

    python bench/year_on_disk.py [--days N | --year]

Prefect keeps so many runs of a deployment and events for so long, the ledger and the mail folder keep all: what is
kept in part is reckoned up to that, the rest for as many working days as a year has. With `--year` the whole plan is
rehearsed, which takes half an hour. Wanted: under 1 GB a year, which used to be 4.5.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from deployments.stack import postgres
from deployments.stack.postgres_folder import PORT
from duban.core.deciding.office import Office
from duban.core.rehearsing.day import working_days
from duban.settings import load_settings
from duban.wiring import load_office
from tasks.keeping import KEPT, PATROLS_KEPT, SLACK

ROOT = Path(__file__).parent.parent
WORKING_DAYS = 250
EARLIER = 18e6 * WORKING_DAYS
WANTED = 1e9
EVENTS_FOR = 120 + 60
"""Seconds for which a rehearsal's server keeps events, and until it next looks."""

TABLES = {
    "events": ("events", "event_resources"),
    "steps": ("task_run", "task_run_state", "task_run_state_cache"),
    "runs": ("flow_run", "flow_run_state", "flow_run_notification_queue"),
    "pages": ("artifact", "artifact_collection"),
    "log lines": ("log",),
}


def configured(root: Path) -> Office:
    """A copy of the shipped configuration; its office."""
    shutil.copytree(ROOT / "config", root / "config")
    file = root / "config" / "duban.toml"
    file.write_text(file.read_text().replace("port = 4200", "port = 4400"))
    return load_office(load_settings(file, {}))


def rehearse(root: Path, until: date) -> float:
    """Rehearse to the end of a day, as somebody would; the seconds it took."""
    told = {"PATH": os.defpath, "HOME": str(root), "PYTHONPATH": str(ROOT)}
    command = [Path(sys.executable).with_name("duban"), "up", "--pace", "0", "--until", f"{until}"]
    began = time.monotonic()
    subprocess.run(command, cwd=root, env=told, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


@dataclass(frozen=True)
class Taken:
    """What a `var/` holds: bytes by kind, and how many runs Prefect has."""

    sizes: dict[str, float]
    runs: float


def taken(var: Path) -> Taken:
    with postgres.running(var / "postgres", var / "log" / "postgres.log", dict(os.environ)) as cluster:
        with connected(cluster, postgres.PREFECT) as connection:
            found = {kind: sum(size(connection, table) for table in tables) for kind, tables in TABLES.items()}
            found["Prefect's other tables"] = whole(connection) - sum(found.values())
            runs = number(connection, "SELECT count(*) FROM flow_run")
        with connected(cluster, postgres.LEDGER) as connection:
            found["ledger"] = whole(connection)
    found["write-ahead log"] = folder(var / "postgres" / "pg_wal")
    found["mail, papers and logs"] = folder(var) - folder(var / "postgres")
    return Taken(found, runs)


def connected(cluster: postgres.Cluster, database: str) -> psycopg.Connection:
    """As the role that owns it."""
    return psycopg.connect(host=str(cluster.socket), port=PORT, user=database, dbname=database)


def whole(connection: psycopg.Connection) -> float:
    return number(connection, "SELECT pg_database_size(current_database())")


def size(connection: psycopg.Connection, table: str) -> float:
    return number(connection, f"SELECT coalesce(pg_total_relation_size(to_regclass('{table}')), 0)")


def number(connection: psycopg.Connection, query: str) -> float:
    return float(connection.execute(query).fetchone()[0])


def folder(path: Path) -> float:
    return float(sum(file.stat().st_size for file in path.rglob("*") if file.is_file()))


def days_kept(kind: str, runs_a_day: float, seconds_a_day: float, deployments: int) -> float:
    """Of how many days a kind is kept, a year's at most."""
    if kind == "events":
        return min(WORKING_DAYS, EVENTS_FOR / seconds_a_day)
    if kind in {"steps", "runs", "pages", "log lines"}:
        return min(WORKING_DAYS, SLACK * (KEPT * deployments + PATROLS_KEPT) / runs_a_day)
    return 0 if kind == "write-ahead log" else WORKING_DAYS  # that is as large as it may be already


def report(first: Taken, last: Taken, days: int, seconds: float, deployments: int) -> None:
    """By kind: bytes a working day, and what a year of them comes to beside what it came to before."""
    year = 0.0
    print(f"{days} working days, {(last.runs - first.runs) / days:.0f} runs and {seconds / days:.1f} s a day")
    print(f"{'':24}{'now':>10}{'a day':>10}{'a year':>10}  MB")
    for kind, now in last.sizes.items():
        a_day = (now - first.sizes[kind]) / days
        reckoned = now + a_day * max(0, days_kept(kind, last.runs / days, seconds / days, deployments) - days)
        year += reckoned
        print(f"{kind:24}{now / 1e6:10.1f}{a_day / 1e6:10.2f}{reckoned / 1e6:10.0f}")
    print(f"{'together':24}{sum(last.sizes.values()) / 1e6:10.1f}{'':10}{year / 1e6:10.0f}")
    print(f"a year {year / 1e9:.2f} GB; before {EARLIER / 1e9:.1f} GB   (wanted: under {WANTED / 1e9:.0f} GB)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--year", action="store_true")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as name:
        root, office = Path(name), configured(Path(name))
        days = list(working_days(office, office.plan.starts, office.plan.ends))
        days = days if arguments.year else days[: arguments.days + 1]
        rehearse(root, days[0])
        first = taken(root / "var")
        seconds = rehearse(root, days[-1])
        report(first, taken(root / "var"), len(days) - 1, seconds, len(office.plan.initiatives))


if __name__ == "__main__":
    main()
