"""How a transaction is written into the ledger's tables: only what is another than it was."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, Update, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from duban.adapters.ledger_failures import is_collision
from duban.adapters.ledger_readings import add_up
from duban.adapters.ledger_rows import as_columns
from duban.adapters.ledger_rules import START, admit
from duban.adapters.ledger_stored import HERE
from duban.adapters.ledger_tables import ENTRY, NOTICE, STEP, SUMMARY, WAKE
from duban.core.ledger.readings import waited
from duban.ports import Commit, Conflict, Head

NEW = "_new"
"""What keeps a value apart from its column in a statement that changes it."""


def _changing(table: Table) -> Update:
    """How a row is changed in all but its key; each value is named as its column, with a mark (`_as_set`)."""
    keys = table.primary_key.columns
    return (
        update(table)
        .where(*(column == bindparam(f"{column.name}{NEW}") for column in keys))
        .values({column.name: bindparam(f"{column.name}{NEW}") for column in table.c if column not in set(keys)})
    )


HEAD_OF = select(ENTRY.c.sequence, ENTRY.c.hash).filter_by(**HERE).order_by(ENTRY.c.sequence.desc()).limit(1)
STEPS_OF = select(STEP).filter_by(**HERE)
SUMMARISE, CHANGE_STEP = _changing(SUMMARY), _changing(STEP)
APPEND, ADD_STEP, NOTIFY, WAKE_UP = insert(ENTRY), insert(STEP), insert(NOTICE), insert(WAKE)
ANSWER = delete(WAKE).filter_by(**HERE).where(WAKE.c.id.in_(bindparam("woken", expanding=True))).returning(WAKE.c.at)
GONE = delete(STEP).filter_by(**HERE).where(STEP.c.step.in_(bindparam("gone", expanding=True)))
OUTDATED = delete(NOTICE).filter_by(**HERE).where(NOTICE.c.key.in_(bindparam("keys", expanding=True)))


def store(connection: Connection, plan: str, commits: Sequence[Commit]) -> None:
    """Store transactions whose initiatives nobody else stores at; raises Conflict or ValueError."""
    for commit in commits:
        here = {"plan": plan, "initiative": commit.initiative}
        row = connection.execute(HEAD_OF, here).one_or_none()
        admit(commit, plan, Head(*row) if row else START)
        _append(connection, commit)
    for write in (_summarise, _notify, _answer):  # table after table, as all who write do
        for commit in commits:
            write(connection, commit, {"plan": plan, "initiative": commit.initiative})


def _append(connection: Connection, commit: Commit) -> None:
    try:
        _add(connection, APPEND, map(as_columns, commit.entries))
    except IntegrityError as error:
        if not is_collision(error):
            raise
        raise Conflict(f"{commit.initiative}: an entry with one of these keys is there already") from error


Here = Mapping[str, str]


def _summarise(connection: Connection, commit: Commit, here: Here) -> None:
    if commit.summary is None:
        return
    columns = as_columns(commit.summary)
    steps = enumerate(columns.pop("steps"))
    summary = {**here, **columns, "looked_at": commit.at}
    if not connection.execute(SUMMARISE, _as_set(summary)).rowcount:
        connection.execute(insert(SUMMARY), summary)
    wanted = {step.step: {**here, "position": place, **as_columns(step)} for place, step in steps}
    stored = {row["step"]: row for row in connection.execute(STEPS_OF, here).mappings()}
    if gone := stored.keys() - wanted.keys():
        connection.execute(GONE, {**here, "gone": list(gone)})
    changed = [_as_set(row) for name, row in wanted.items() if name in stored and dict(stored[name]) != row]
    _add(connection, CHANGE_STEP, changed)
    _add(connection, ADD_STEP, (row for name, row in wanted.items() if name not in stored))


def _notify(connection: Connection, commit: Commit, here: Here) -> None:
    if keys := [*commit.gone, *[row.key for row in commit.notices]]:
        connection.execute(OUTDATED, {**here, "keys": keys})
        _add(connection, NOTIFY, ({**here, **as_columns(row)} for row in commit.notices))


def _answer(connection: Connection, commit: Commit, here: Here) -> None:
    counted = Counter(commit.counted)
    if commit.woken:
        since = connection.scalars(ANSWER, {**here, "woken": commit.woken}).all()
        counted.update(waited(commit.at - min(since)) if commit.at and since else {})
    _add(connection, WAKE_UP, ({**here, "initiative": name, "at": commit.at} for name in commit.wake))
    if counted:
        add_up(connection, here["plan"], counted)


def _add(connection: Connection, statement: Any, rows: Iterable[dict[str, Any]]) -> None:
    batch = list(rows)
    if batch:  # an empty batch would be taken for one row of defaults
        connection.execute(statement, batch)


def _as_set(row: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{name}{NEW}": value for name, value in row.items()}
