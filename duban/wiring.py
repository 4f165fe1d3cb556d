"""Puts the engine together from settings. The one place that knows which adapter stands behind which port."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from duban.adapters.clock import FileClock, SystemClock
from duban.adapters.files import PRIVATE, READABLE, private_folder
from duban.adapters.kept import Shelf, kept
from duban.adapters.plan_folder import PLAN as PLAN_FILE
from duban.adapters.plan_folder import load_plan_file
from duban.adapters.witness import believed_clock
from duban.adapters.yaml_models import file_name, load_model
from duban.applying import differing, holds_terms, in_force, office_of
from duban.core.days.workdays import CalendarRange, WorkCalendar
from duban.core.deciding.office import Office
from duban.core.ledger.entries import LINKS, PLAN, Entry
from duban.core.planning.directory import Directory, DirectoryFile, Mailing, Post
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import PlanFile
from duban.core.planning.snapshot import restored
from duban.core.problems import BadInput, Problem
from duban.core.texts import english
from duban.ports import Clock, Ledger
from duban.service import Service
from duban.settings import LINK_KEY_VARIABLE, Settings, load_settings

if TYPE_CHECKING:
    from duban.adapters.papers import Papers
    from duban.adapters.sealing import Sealing
    from duban.adapters.sql_ledger import SqlLedger
    from duban.adapters.wording import Wording
    from duban.adapters.yaml_files import Loaded
    from duban.carrying import Carrier
    from duban.core.access.doors import Door
    from duban.core.checking.feasibility import UnderWay
    from duban.core.rehearsing.profile import Profile
    from duban.core.telling.papers import Paper, Writing
    from duban.core.telling.slips import Enclosure, Words

YEARS_BEFORE, YEARS_AFTER = 2, 5
"""Years the calendar covers before and after a plan: a plan is still looked at, and forecast, after its end."""

FAULTY_PLAN_YEARS = (2007, 2040)  # to check the rest of a plan by, whose own years cannot be read


@dataclass(frozen=True, slots=True)
class Gear:
    """Everything a tick works with."""

    settings: Settings
    service: Service
    carrier: "Carrier"
    wording: "Callable[[Writing], Words]"


def load_calendar(settings: Settings, first: int, last: int) -> WorkCalendar:
    """Working days of whole years, by the bureau's country and what it knows better; raises BadInput."""
    from duban.adapters.public_calendar import CalendarFile, public_calendar  # noqa: PLC0415  what is in force knows it

    file = load_model(settings.calendar, CalendarFile)
    try:
        return public_calendar(first, last, file)
    except CalendarRange as error:
        remedy = english("correct the day, or take it out until a plan comes near it")
        problem = Problem(file_name(settings.calendar), 0, "beyond-calendar", error.message, remedy)
        raise BadInput([problem]) from None


def load_office(settings: Settings, under_way: "UnderWay | None" = None) -> Office:
    """The bureau as its files describe it, whatever is in force; raises BadInput with every problem in them.

    `under_way` is what has happened to the plan already: its checks begin from there.
    """
    return load_bureau(settings, under_way)[0]


def load_bureau(settings: Settings, under_way: "UnderWay | None" = None) -> "tuple[Office, Loaded]":
    """The bureau, and its plan as it is written; raises BadInput with every problem in the files."""
    from duban.adapters.yaml_files import load_plan  # noqa: PLC0415  as above

    calendar = calendar_of(settings)
    loaded = load_plan(
        settings.plan,
        directory=settings.directory,
        escalation=settings.escalation,
        calendar=calendar,
        patterns=settings.patterns,
        under_way=under_way,
    )
    return Office(loaded.plan, loaded.directory, loaded.policy, calendar, settings.zone), loaded


_services: "dict[Path, Shelf[tuple[Settings, int], Service]]" = {}  # by the folder of the plan, as the next two
_differing: "dict[Path, Shelf[tuple[Settings, int], tuple[str, ...]]]" = {}
_plan_files: "dict[Path, Shelf[Path, PlanFile]]" = {}
_directories: "Shelf[Path, DirectoryFile]" = []
_templates: "Shelf[Path, Wording]" = []
_papers: "Shelf[Path, Papers]" = []


def current_office(settings: Settings) -> Office:
    """The bureau with the plan in force; raises BadInput.

    For processes that live long: the same object as before tells that nothing has changed.
    """
    return _kept_service(settings).office


def under_way(service: Service) -> "UnderWay | None":
    """What has happened to the plan of a service that is in force; None before anything was applied."""
    from duban.core.checking.feasibility import UnderWay  # noqa: PLC0415  looks need none

    plan = service.office.plan
    if not service.office.applied:
        return None
    rows = {StepRef(one.initiative, row.step): row for one in service.ledger.summaries() for row in one.steps}
    opened = {ref: row.opened for ref, row in rows.items() if row.opened}
    finished = {ref: row.finished for ref, row in rows.items() if row.finished}
    return UnderWay(service.office.day(service.clock.now()), opened, finished, plan)


def not_in_force(settings: Settings, service: Service) -> tuple[str, ...]:
    """What of the files is not in force, as `differing` names it; `files` where they cannot be used.

    Asked again, it reads files only once they have changed.
    """
    number = service.office.applied
    if not number:
        return ()

    def make() -> tuple[str, ...]:
        try:
            return differing(service, load_office(settings, under_way(service)))
        except BadInput:
            return ("files",)

    return kept(_differing.setdefault(settings.plan, []), (settings, number), settings.file.parent, make)


def calendar_of(settings: Settings) -> WorkCalendar:
    """Working days of the years of the settings' plan and those around them."""
    return load_calendar(settings, *_years(settings))


def _years(settings: Settings) -> tuple[int, int]:
    try:
        plan = load_model(settings.plan / PLAN_FILE, PlanFile)
    except BadInput:
        return FAULTY_PLAN_YEARS  # `load_plan` names what is wrong with it, along with all other problems
    return plan.starts.year - YEARS_BEFORE, plan.ends.year + YEARS_AFTER


def load_profile(settings: Settings) -> "Profile":
    """How the simulated people of a rehearsal behave."""
    from duban.core.rehearsing.profile import Profile  # noqa: PLC0415  rehearsals alone need it

    return load_model(settings.rehearsal, Profile)


def make_clock(settings: Settings) -> Clock:
    """The real clock, or the rehearsal's."""
    return FileClock(settings.clock) if settings.clock else SystemClock()


def make_ledger(settings: Settings, plan: str, *, to_look: bool = False) -> Ledger:
    """The ledger of a plan, its schema brought up to date; `to_look`, one that is there sooner where there can be."""
    from duban.adapters.ledger_looks import look_at  # noqa: PLC0415  checks of a plan start without databases

    private_folder(settings.var)
    if to_look and (ledger := look_at(settings.ledger, plan)):
        return ledger
    from duban.adapters.sql_ledger import open_ledger  # noqa: PLC0415  as above, and looks too

    return open_ledger(settings.ledger, plan)


def make_carrier(settings: Settings, ledger: Ledger | None = None) -> "Carrier":
    """Mail files for people without channels, their channels for the others, whose rests a ledger keeps for all."""
    from duban.adapters.delivery.carriers import ChannelCarrier, Router  # noqa: PLC0415  as above
    from duban.adapters.delivery.mail_folder import MailFolder  # noqa: PLC0415  as above

    told = settings.channels
    channels = ChannelCarrier(settings.variables, told.timeout, told.longest, SystemClock(), ledger)
    return Router(MailFolder(settings.kept_at("mail")), channels)


def _carrier(settings: Settings, ledger: Ledger) -> "Carrier":
    """A rehearsal writes mail files alone, so that nobody gets a simulated notice, unless the settings want it so."""
    from duban.adapters.delivery.mail_folder import MailFolder  # noqa: PLC0415  as above

    return MailFolder(settings.kept_at("mail")) if settings.rehearsed else make_carrier(settings, ledger)


def _wording(settings: Settings) -> "Callable[[Writing], Words]":
    """The bureau's templates, read when the first letter is written: most ticks write none."""

    def words(matter: "Writing") -> "Words":
        from duban.adapters.wording import Wording  # noqa: PLC0415  most looks write no letter
        from duban.core.telling.papers import enclosed  # noqa: PLC0415  as above

        said = kept(_templates, settings.notices, settings.notices, lambda: Wording(settings.notices))(matter)
        papers = enclosed(matter)
        return replace(said, enclosures=tuple(printed(settings, paper) for paper in papers)) if papers else said

    return words


def printed(settings: Settings, paper: "Paper") -> "Enclosure":
    """A paper as a Word file, by the bureau's templates; raises BadInput with every fault in its own."""
    from duban.adapters.papers import Papers  # noqa: PLC0415  most letters go without

    return kept(_papers, settings.papers, settings.papers, lambda: Papers(settings.papers))(paper)


@contextmanager
def at_work(settings: Settings, office: Office | None = None, *, to_look: bool = False) -> Iterator[Service]:
    """The engine on the plan in force and the ledger the settings name, which is closed at the end.

    In force is what was applied last, or what the files say where nothing was. From the first application on the files
    of the plan, its people, rules and days are not read, so that an edit half done holds nobody up; the channels of the
    directory are. An `office` loaded already saves reading them again. Raises BadInput.
    """
    if office is None and unborn(settings):
        office = load_office(settings)  # before there is a ledger: bad input changes nothing
    plan = office.plan.id if office else plan_id(settings)
    with closing(make_ledger(settings, plan, to_look=to_look)) as ledger:
        yield _at_work(settings, ledger, office)


def _at_work(settings: Settings, ledger: Ledger, office: Office | None = None) -> Service:
    """The engine on what was applied last, which is long and read once, or what the files say where nothing was."""
    applied = ledger.last(PLAN)
    return in_force(_service(settings, office or _office(settings, applied), ledger), applied)


def _service(settings: Settings, office: Office, ledger: Ledger) -> Service:
    if settings.clock:  # a rehearsal's time is its conductor's, and may leap
        return Service(office, ledger, make_clock(settings), back=settings.acts.back)
    clock = believed_clock(make_clock(settings), ledger, office, settings)
    return Service(office, ledger, clock, back=settings.acts.back, belief=clock)


def plan_id(settings: Settings) -> str:
    """The id of the settings' plan, under which the ledger keeps it; raises BadInput."""
    shelf = _plan_files.setdefault(settings.plan, [])
    return kept(shelf, settings.plan, settings.plan / PLAN_FILE, lambda: load_plan_file(settings.plan)).id


def plan_settings(plan: str) -> Settings:
    """The settings of a plan that goes on here, by its id; raises LookupError for any other."""
    settings = load_settings()
    for folder in settings.plans:
        if plan_id(here := replace(settings, plan=folder)) == plan:
            return here
    raise LookupError(f"no plan {plan} goes on here: see plan and beside in {settings.file}")


def unborn(settings: Settings) -> bool:
    """Whether the ledger is a file that does not exist yet."""
    scheme, _, file = settings.ledger.partition(":///")
    return scheme == "sqlite" and not Path(file).exists()


def _office(settings: Settings, entry: Entry | None) -> Office:
    """The bureau as an application put it in force; by its files while there was none."""
    if entry is None:
        return load_office(settings)
    if holds_terms(entry):
        return office_of(entry, settings.zone, _mailing(settings))
    return _office_around(settings, entry)


def _mailing(settings: Settings) -> Mailing:
    """How people are written to, by the file as it is; of one that cannot be read nothing is known."""
    try:
        return Directory(_directory(settings)).mailing
    except BadInput:
        return Mailing()


def _office_around(settings: Settings, applied: Entry) -> Office:
    """The bureau around a plan that was applied without terms, whose files are not read."""
    from duban.adapters.yaml_files import load_rules  # noqa: PLC0415  as above

    plan = restored(applied.data["plan"])
    directory, policy = load_rules(settings.directory, settings.escalation)
    calendar = load_calendar(settings, plan.starts.year - YEARS_BEFORE, plan.ends.year + YEARS_AFTER)
    return Office(plan, directory, policy, calendar, settings.zone, applied.sequence)


@contextmanager
def gear(settings: Settings, office: Office | None = None) -> Iterator[Gear]:
    """The engine, ready for work, on the plan in force; what it holds is closed at the end.

    An `office` loaded already saves reading its files again.
    """
    with at_work(settings, office) as service:
        yield _gear(settings, service)


def kept_gear(settings: Settings, office: Office | None = None) -> Gear:
    """As `gear`, for flows, whose process may run one after another: what it holds stays open for the next."""
    if office is not None and office.plan.id != plan_id(settings):
        ledger = _keep_ledger(settings, office.plan.id)
        return _gear(settings, in_force(_service(settings, office, ledger)))
    service = _kept_service(settings)
    if office is not None and office is not service.office:
        service = in_force(replace(service, office=office))
    return _gear(settings, service)


def _kept_service(settings: Settings) -> Service:
    """The engine on the plan in force, made anew only when a file of `config/` or that plan is another one."""
    if unborn(settings):
        load_office(settings)  # before there is a ledger: bad input changes nothing
    ledger = _keep_ledger(settings, plan_id(settings))
    key = (settings, ledger.length(PLAN))
    shelf = _services.setdefault(settings.plan, [])
    return replace(kept(shelf, key, settings.file.parent, lambda: _at_work(settings, ledger)), ledger=ledger)


def _keep_ledger(settings: Settings, plan: str) -> "SqlLedger":
    from duban.adapters.sql_ledger import keep_ledger  # noqa: PLC0415  as above

    private_folder(settings.var)
    return keep_ledger(settings.ledger, plan)


def _gear(settings: Settings, service: Service) -> Gear:
    return Gear(settings, service, _carrier(settings, service.ledger), _linked(settings, service))


def door(settings: Settings, service: Service) -> "Door":
    """The desk's door: what its links are made with, and known by."""
    from duban.adapters.delivery.addresses import told_to_groups  # noqa: PLC0415  most commands open none
    from duban.adapters.link_key import link_key  # noqa: PLC0415  as above
    from duban.core.access.doors import Door  # noqa: PLC0415  as above

    posts = _posts(settings)
    personal = frozenset(post.id for post in posts if post.personal)
    in_folders = settings.rehearsed or not any(post.channels for post in posts)
    revoked = Counter(entry.data["post"] for entry in service.ledger.entries(LINKS))
    return Door(
        address=settings.desk_address,
        key=link_key(settings.var, LINK_KEY_VARIABLE, settings.variables.get(LINK_KEY_VARIABLE, "")),
        realm=service.office.plan.id + ("/rehearsal" if settings.clock else ""),
        epochs=revoked,
        shared=frozenset(post.id for post in posts if not post.personal and any(map(told_to_groups, post.channels))),
        personal=personal,
        admitted=frozenset(post.id for post in posts) if in_folders else personal,
    )


def seals_of(settings: Settings) -> "Sealing":
    """Where seals of the ledger are kept, and what they are made by."""
    from duban.adapters.seal_folder import seal_folder  # noqa: PLC0415  needed once a day
    from duban.adapters.seal_keys import Keys  # noqa: PLC0415  as above
    from duban.adapters.sealing import Sealing  # noqa: PLC0415  as above

    variable = (settings.seals.key or "")[2:-1]
    keys = Keys(settings.var / "secrets" / "seals", variable, settings.variables.get(variable, ""))
    mode = PRIVATE if Path(settings.seals_at).is_relative_to(settings.var) else READABLE  # an archive may read them
    return Sealing(seal_folder(settings.seals_at, mode), keys)


def _posts(settings: Settings) -> tuple[Post, ...]:
    """Posts with their channels, by the file as it is; none of one that cannot be read."""
    try:
        return _directory(settings).posts
    except BadInput:
        return ()


def _directory(settings: Settings) -> DirectoryFile:
    """The directory as its file is by now; raises BadInput."""
    file = settings.directory
    return kept(_directories, file, file, lambda: load_model(file, DirectoryFile))


def _linked(settings: Settings, service: Service) -> "Callable[[Writing], Words]":
    """The bureau's templates, given the address at which the desk answers for it, which no ledger holds."""
    words = _wording(settings)
    if not settings.desk_address:
        return words

    def led(matter: "Writing") -> "Words":
        from duban.core.telling.addressed import addressed  # noqa: PLC0415  as above

        return words(addressed(door(settings, service), matter))

    return led
