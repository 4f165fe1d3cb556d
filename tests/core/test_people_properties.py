"""Whatever happened, and whoever is gone since: everything that is asked of the core has an answer, or is refused.

Random plans with random histories, under directories in which people hold several posts; then a reorganisation deletes
posts and units that plan and ledger name.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from duban.core.checking.check_answers import check_answers
from duban.core.checking.check_force import check_names
from duban.core.deciding.agenda import agenda, awaited, of_post
from duban.core.deciding.commands import Command, Refused, Verb, respond
from duban.core.deciding.decide import decide
from duban.core.deciding.offers import offers
from duban.core.deciding.recheck import recheck
from duban.core.deciding.settle import status
from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.forecasting.why import why
from duban.core.ledger.notices import PENDING
from duban.core.ledger.state import EMPTY
from duban.core.ledger.summary import CLOSED, Status
from duban.core.planning.directory import Directory, DirectoryFile, Post
from duban.core.planning.plan import HUMAN
from duban.core.telling.board import page
from duban.core.telling.digest import digest
from duban.core.telling.events import in_full
from duban.core.telling.lapses import why_lapsed
from duban.core.telling.lateness import PlanForecast
from duban.core.telling.offered import choices, owner_words
from duban.core.telling.outline import initiative_line
from duban.core.telling.outlook_page import outlook_page
from duban.core.telling.revised import Names
from duban.core.telling.slips import slip
from tests.core import builders
from tests.core.builders import HERE, POSTS, UNITS, Story
from tests.core.test_decide_properties import THERE, attempt, event_tapes, plans, story_of

NAMES = [post.id for post in POSTS]
GOING = [name for name in NAMES if name != "administrator"]
number = st.integers(0, 7)


def people(persons: list[int], deputies: list[int], vacant: int, gone: frozenset[str]) -> Directory:
    """Who is there: of the posts those that are not gone, each held by one of some people, with some deputy.

    What a unit lost goes to the administrator, as a directory that can be read must have it.
    """
    kept = [name for name in NAMES if name not in gone]
    posts = []
    for place, name in enumerate(kept):
        deputy = NAMES[deputies[place % len(deputies)]]
        holder = f"p{persons[place % len(persons)]}" if persons[place % len(persons)] < 4 else None
        stands_in = deputy if deputy in kept and deputy != name else None
        free = vacant >> place & 1 == 1 and name != "administrator"
        posts.append(Post(id=name, title=f"{name}岗", person=None if free else holder, vacant=free, deputy=stands_in))
    units = [
        unit.model_copy(update={key: "administrator" for key in ("head", "officer") if getattr(unit, key) in gone})
        for unit in UNITS
        if unit.id not in gone
    ]
    return Directory(DirectoryFile.model_construct(administrator="administrator", posts=posts, units=units, groups=()))


directories = st.builds(
    people,
    st.lists(number, min_size=1, max_size=8),
    st.lists(number, min_size=1, max_size=8),
    st.integers(0, 255),
    st.frozensets(st.sampled_from([*GOING, "works", "law"])),
)
before = st.builds(people, st.lists(number, min_size=1), st.lists(number, min_size=1), st.just(0), st.just(frozenset()))
acts = st.tuples(number, number, st.integers(0, 365))


def lived(steps: list[builders.Step], events: list[tuple[int, ...]], there: Directory, since: Directory) -> Story:
    """A story among some people, and others since."""
    story = story_of(steps, 500, builders.LIGHTS, events, there)
    story.office = replace(story.office, directory=since)
    return story


stories = st.builds(lived, plans, event_tapes, before, directories)


def ask_everything(story: Story) -> None:
    """Everything that commands, pages, forms and letters ask of the core."""
    look, office, decision = story.look, story.office, story.decision
    there, state = replace(look, initiative=THERE, upstream={}), decision.state
    seen = {HERE: (look, decision), THERE.id: (there, decide(there, EMPTY))}
    schedule = Schedule(office.plan, office.calendar, facts_of(seen.values()), look.today)
    told = forecast(schedule)
    outlook_page(PlanForecast(office, schedule, told))
    page(look, decision)
    initiative_line(look, decision)
    choices(office, look.initiative, offers(look, state))
    owner_words(office.directory)
    duties = list(agenda(look, decision, 10))
    for post in office.directory.posts:
        of_post(duties, office, post, look.today)
    names = Names(office.directory, (office.plan,))
    assert "" not in {in_full(names, entry) for entry in story.entries}
    for step in look.initiative.steps.values():
        why(look, step, lambda name: seen[name][1], told)
    owners = {step.ref: state.step(step.id).owner or step.owner for step in look.initiative.steps.values()}
    check_names(office.plan, office.directory, owners)
    list(check_answers(office.plan, office.directory))


def write_letters(story: Story) -> None:
    look = story.look
    for notice in [row for row in story.state.notices.values() if row.delivery in PENDING]:
        again = recheck(look, story.state, notice)
        if again.rung is None:
            assert why_lapsed(look.office, again.lapsed)
        else:
            letter = slip(look, again, story.entries)
            digest(look.office, notice.recipient, look.today, [letter])
            assert notice.recipient in look.office.directory.posts


@given(stories, st.lists(acts, max_size=4))
@settings(max_examples=60)
def test_everything_has_an_answer_whoever_is_gone(story: Story, more: list[tuple[int, int, int]]) -> None:
    for what, who, n in more:
        story.now += timedelta(days=3)
        story.tick()
        ask_everything(story)
        write_letters(story)
        attempt(story, what, who, n)
    story.tick()
    ask_everything(story)
    write_letters(story)


@given(stories)
@settings(max_examples=50)
def test_somebody_who_is_there_is_waited_for_and_may_do_it(story: Story) -> None:
    """Whoever is gone, a step that waits for people waits for some who exist, and the rules let one of them."""
    story.tick()
    look, state, people = story.look, story.state, story.office.directory
    for name, step in look.initiative.steps.items():
        where = status(step, state.step(name))
        for waited in awaited(look, step, state, where) if step.kind in HUMAN and where not in CLOSED else ():
            assert set(waited.posts) & people.filled
            if waited.verb in (Verb.APPROVE, Verb.GRANT):
                doers = {people.person(post) for post in waited.posts}
                assert allowed(story, waited.verb, name, waited.posts) or doers == {people.person("administrator")}
            elif waited.now and waited.verb and where is not Status.WAITING:
                assert allowed(story, waited.verb, name, waited.posts)


def allowed(story: Story, verb: Verb, step: str, posts: tuple[str, ...]) -> bool:
    ref = story.initiative.steps[step].ref
    for actor in (post for post in posts if post in story.office.directory.posts):
        try:
            respond(story.look, story.state, Command(verb, ref, actor, "理由", progress=1, evidence=("成果",)))
        except Refused:
            continue
        return True
    return False


@given(stories, st.sampled_from(NAMES))
@settings(max_examples=50)
def test_nobody_judges_what_they_did_under_another_post(story: Story, actor: str) -> None:
    story.tick()
    people = story.office.directory
    for name, step in story.initiative.steps.items():
        own = story.state.step(name)
        if (
            status(step, own) is Status.REVIEW
            and actor in people.posts
            and people.person(actor) == people.person(own.doer)
        ):
            assert not allowed(story, Verb.APPROVE, name, (actor,))
