"""A ledger in the middle of a year: the shipped plan rehearsed in memory to a day, and stored so many times."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Table, insert

from duban.adapters.clock import FileClock
from duban.adapters.ledger_engine import ledger_engine, writing
from duban.adapters.ledger_rows import as_columns
from duban.adapters.ledger_tables import ENTRY, NOTICE, STEP, SUMMARY
from duban.applying import apply
from duban.applying.proposals import Author
from duban.core.deciding.office import Office
from duban.core.ledger.entries import SYSTEM
from duban.core.planning.snapshot import restored, snapshot
from duban.core.rehearsing.bureau import Bureau
from duban.core.rehearsing.bureau import Trail as Rehearsed
from duban.core.rehearsing.rehearse import rehearse
from duban.settings import CLOCK_FILE, Settings, load_settings
from duban.wiring import at_work, load_office, load_profile

ROOT = Path(__file__).parent.parent.parent
AT_ONCE = 2000
HOUR = time(10)


def mid_year(root: Path, until: date, copies: int = 1, ledger: str = "") -> Settings:
    """A folder whose ledger holds the shipped plan up to the end of a day, each initiative so many times.

    Its ledger is a file in it, or the empty one at an address.
    """
    shutil.copytree(ROOT / "config", root / "config")
    (root / "var").mkdir()
    settings = _settings(root, ledger)
    office = load_office(settings)
    clock = FileClock(root / "var" / CLOCK_FILE)
    clock.set(office.at(office.plan.starts, office.policy.hours.first))
    settings = _settings(root, ledger)
    bureau = rehearse(office, load_profile(settings), until).bureau
    with at_work(settings) as service:
        apply(service, replace(office, plan=_copied(office, copies)), Author(SYSTEM, "推演"))
    _store(settings, office, bureau, copies)
    clock.set(office.at(until, HOUR))
    return settings


def _settings(root: Path, ledger: str) -> Settings:
    settings = load_settings(root / "config" / "duban.toml", {})
    return replace(settings, ledger=ledger) if ledger else settings


def _copied(office: Office, copies: int) -> Any:
    whole = snapshot(office.plan)
    texts = [json.dumps(one, ensure_ascii=False) for one in whole["initiatives"]]
    names = re.compile('"(' + "|".join(office.plan.initiatives) + ')(?=["/])')
    every = [json.loads(names.sub(rf'"\1{_suffix(copy)}', text)) for copy in range(copies) for text in texts]
    return restored({**whole, "initiatives": every})


def _suffix(copy: int) -> str:
    return f"-copy{copy}" if copy else ""


def _store(settings: Settings, office: Office, bureau: Bureau, copies: int) -> None:
    engine = ledger_engine(settings.ledger)
    with writing(engine, office.plan.id) as connection:
        for table, make in ((SUMMARY, _summaries), (STEP, _steps), (ENTRY, _entries), (NOTICE, _notices)):
            rows = [
                row for copy in range(copies) for trail in bureau.trails.values() for row in make(trail, _suffix(copy))
            ]
            rows = [{"plan": office.plan.id, **row} for row in rows]
            for place in range(0, len(rows), AT_ONCE):
                connection.execute(insert(cast(Table, table)), rows[place : place + AT_ONCE])
    engine.dispose()


Row = Mapping[str, Any]


def _summaries(trail: Rehearsed, suffix: str) -> Iterator[Row]:
    assert trail.decided
    columns = as_columns(trail.decided.summary)
    del columns["steps"]
    last = trail.entries[-1]
    yield {**columns, "initiative": trail.initiative.id + suffix, "sequence": last.sequence, "looked_at": last.at}


def _steps(trail: Rehearsed, suffix: str) -> Iterator[Row]:
    assert trail.decided
    for place, row in enumerate(trail.decided.summary.steps):
        columns = as_columns(row)
        refs = {name: re.sub(r"([^/\"]+)/", rf"\1{suffix}/", columns[name]) for name in ("held_by", "reason")}
        yield {**columns, **refs, "initiative": trail.initiative.id + suffix, "position": place}


def _entries(trail: Rehearsed, suffix: str) -> Iterator[Row]:
    for entry in trail.entries:
        name = trail.initiative.id + suffix
        yield {**as_columns(entry), "initiative": name, "hash": f"{name}/{entry.sequence}"}


def _notices(trail: Rehearsed, suffix: str) -> Iterator[Row]:
    for row in trail.state.notices.values():
        yield {**as_columns(row), "initiative": trail.initiative.id + suffix}
