"""Terms: what an office decides by besides its plan, as the ledger keeps it, and what differs between two of them."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.core.days.overrides import CalendarOverrides, apply_overrides
from duban.core.days.workdays import WorkCalendar
from duban.core.planning.directory import Absence, Directory, DirectoryFile, Group, Mailing, OfficeUnit, Post
from duban.core.planning.letterhead import Letterhead
from duban.core.planning.policy import LadderFile, Policy
from duban.core.planning.terms import Terms, alterations, restored_terms, terms_values
from tests.core.builders import POSTS, RUNGS, UNITS, calendar, day, policy, rung

AWAY = Absence.model_validate({"first": "2024-06-03", "last": "2024-06-07"})


def people(**said: Any) -> Directory:
    return Directory(DirectoryFile(**{"administrator": "administrator", "posts": POSTS, "units": UNITS, **said}))


def terms(**said: Any) -> Terms:
    return Terms(**{"calendar": calendar(), "directory": people(), "policy": policy(), **said})


def kept(known: Terms) -> Terms:
    """Terms after they were in a ledger."""
    return restored_terms(json.loads(json.dumps(terms_values(known))), known.directory.mailing)


def resting(*days: str, note: str = "") -> WorkCalendar:
    named = [{"first": one, "note": note} for one in days]
    return apply_overrides(calendar(), CalendarOverrides.model_validate({"holidays": named}))


RICH = terms(
    calendar=resting("2024-06-05", note="检修"),
    directory=people(
        posts=(*POSTS, Post(id="chief", title="局长", name="某某", deputy="leader", vacant=True, absences=(AWAY,))),
        groups=(Group(id="all", title="各处", units=("works", "law")),),
    ),
    policy=policy(*RUNGS, silence=3, interval=1).model_copy(
        update={"ladders": (*policy().ladders, LadderFile(id="urgent", title="紧急督办", rungs=RUNGS[:2]))}
    ),
)


def test_nothing_of_terms_is_lost() -> None:
    again = kept(RICH)
    assert again.calendar == RICH.calendar
    assert (again.policy, again.directory.file) == (RICH.policy, RICH.directory.file)
    assert alterations(RICH, again) == ()


@settings(max_examples=30)
@given(st.sets(st.integers(0, 800)), st.sets(st.integers(2023, 2026)))
def test_nothing_of_any_calendar_is_lost(days: set[int], provisional: set[int]) -> None:
    first = date(2024, 1, 1)
    built = WorkCalendar.build(
        first,
        date(2026, 3, 31),
        lambda one: (one - first).days not in days,
        provisional_years=provisional,
        notes={first: "元旦"},
    )
    assert kept(terms(calendar=built)).calendar == built


def test_how_people_are_written_to_is_no_part_of_them_and_comes_from_elsewhere() -> None:
    said = {"channels": ("mailto://u:secret@example.org",), "papers": True}
    head = Letterhead(issuer="某局", names={"press": "催办函"})
    reached = people(posts=(POSTS[0].model_copy(update=said), *POSTS[1:]), letterhead=head)
    assert "secret" not in json.dumps(terms_values(terms(directory=reached)))
    assert alterations(terms(), terms(directory=reached)) == ()
    assert kept(terms(directory=reached)).directory.mailing == reached.mailing
    assert restored_terms(terms_values(terms(directory=reached)), Mailing()).directory.mailing == Mailing()


def posts(**said: Any) -> Directory:
    return people(posts=(POSTS[0].model_copy(update=said), *POSTS[1:]))


def ladder(*rungs: Any, **said: Any) -> Policy:
    return policy().model_copy(update={"ladders": (LadderFile(id="standard", title="常规督办", rungs=rungs),), **said})


@pytest.mark.parametrize(
    ("changed", "edits"),
    [
        ({"calendar": resting("2024-06-05", note="检修")}, [("calendar.2024-06-05", [True, ""], [False, "检修"])]),
        ({"directory": posts(deputy="vice")}, [("directory.posts.officer.deputy", None, "vice")]),
        (
            {"directory": posts(absences=(AWAY,))},
            [("directory.posts.officer.absences", [], [{"first": "2024-06-03", "last": "2024-06-07"}])],
        ),
        (
            {
                "directory": people(
                    units=(OfficeUnit(id="works", title="建设处", head="vice", officer="officer"), UNITS[1])
                )
            },
            [("directory.units.works.head", "head", "vice")],
        ),
        ({"directory": people(administrator="vice")}, [("directory.administrator", "administrator", "vice")]),
        ({"directory": people(posts=tuple(reversed(POSTS)))}, []),
        ({"policy": policy(interval=0)}, [("escalation.interval", 2, 0)]),
        (
            {"policy": ladder(rung("assign", "opened", 1, "owner", "assign", stops=False), *RUNGS[1:])},
            [("escalation.ladders.standard.rungs.assign.offset", 0, 1)],
        ),
        (
            {"policy": ladder(RUNGS[1], RUNGS[0], *RUNGS[2:])},
            [
                (
                    "escalation.ladders.standard.rungs",
                    [one.id for one in RUNGS],
                    ["unsigned", "assign", *(one.id for one in RUNGS[2:])],
                )
            ],
        ),
    ],
)
def test_what_differs_is_named_by_its_place(changed: dict[str, Any], edits: list[tuple[str, Any, Any]]) -> None:
    found = alterations(terms(), terms(**changed))
    assert [(one.field, one.before, one.after) for one in found] == edits
    assert [(one.field, one.before, one.after) for one in alterations(terms(**changed), terms())] == [
        (field, after, before) for field, before, after in edits
    ]


def test_what_is_new_or_gone_is_told_whole() -> None:
    group = Group(id="all", title="各处", units=("works", "law"))
    (added,) = alterations(terms(), terms(directory=people(groups=(group,))))
    assert (added.field, added.before, added.after) == ("directory.groups.all", None, group.model_dump(mode="json"))
    (gone,) = alterations(terms(), terms(directory=people(posts=POSTS[:-1], administrator="administrator")))
    assert (gone.field, gone.after) == ("directory.posts.administrator", None)


def test_years_that_are_announced_differ_though_no_day_does() -> None:
    known = WorkCalendar.build(day("2024-01-01"), day("2025-12-31"), lambda one: one.weekday() < 5)
    guessed = WorkCalendar.build(
        day("2024-01-01"), day("2025-12-31"), lambda one: one.weekday() < 5, provisional_years=[2025]
    )
    (edit,) = alterations(terms(calendar=guessed), terms(calendar=known))
    assert (edit.field, edit.before, edit.after) == ("calendar.provisional", [2025], [])


def test_a_note_alone_is_no_difference() -> None:
    renamed = WorkCalendar.build(
        calendar().first,
        calendar().last,
        calendar().is_working,
        provisional_years=calendar().provisional_years,
        notes={day("2024-05-01"): "五一"},
    )
    assert alterations(terms(), terms(calendar=renamed)) == ()
