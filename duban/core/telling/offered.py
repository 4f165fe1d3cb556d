"""Offers in words, and words back to what they ask for: the drop-downs of the form a coordinator fills in.

Steps, units and posts are named by their titles; only where two have the same does the id tell them apart. So a choice
made a while ago still says what it meant, whatever has happened since.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from duban.core.deciding.commands import VERB_TITLES, Command, Refused, Verb
from duban.core.deciding.offers import Offer
from duban.core.deciding.office import Office
from duban.core.planning.directory import Directory
from duban.core.planning.plan import Initiative, StepRef

ONLY_LOOK = "仅查看，不填报"
"""The choice of those who want the initiative looked at and have nothing to say."""

NOTHING_CHOSEN = "没有选择办理事项"


def step_words(initiative: Initiative) -> Mapping[str, str]:
    """What each step is called in drop-downs."""
    return _apart({step.id: step.title for step in initiative.steps.values()})


def post_words(directory: Directory) -> Mapping[str, str]:
    """What each post is called in drop-downs."""
    return _apart({post.id: post.title for post in directory.posts.values()})


def owner_words(directory: Directory) -> Mapping[str, str]:
    """What each unit and post is called in drop-downs."""
    return _apart({name: directory.title(name) for name in (*directory.units, *directory.posts)})


def _apart(titles: Mapping[str, str]) -> Mapping[str, str]:
    often = Counter(titles.values())
    return {name: title if often[title] == 1 else f"{title} [{name}]" for name, title in titles.items()}


def named(words: Mapping[str, str], said: str) -> str | None:
    """What is called so; None when nothing is."""
    return next((name for name, word in words.items() if word == said), None)


def choices(office: Office, initiative: Initiative, made: Iterable[Offer]) -> list[str]:
    """Offers of an initiative as they are chosen: who, what, which step."""
    people, steps = post_words(office.directory), step_words(initiative)
    return [f"{people[one.actor]}{_does(one.verb)}{steps[one.step.step]}" for one in made]


def _does(verb: Verb) -> str:
    return f" {VERB_TITLES[verb]}："


def understood(office: Office, initiative: Initiative, said: str) -> Offer:
    """What a choice asks for, whether or not it may be done now; raises Refused where it is none."""
    found = [(said.index(_does(verb)), verb) for verb in Verb if _does(verb) in said]
    if not said.strip() or not found:
        raise Refused("no-choice", f"没有这样的办理事项：{said}" if said.strip() else NOTHING_CHOSEN)
    place, verb = min(found)
    actor = named(post_words(office.directory), said[:place])
    step = named(step_words(initiative), said[place + len(_does(verb)) :])
    if actor is None or step is None:
        raise Refused("no-choice", f"没有这样的办理事项：{said}；岗位或事项的名称可能已经改变，请重新打开表单")
    return Offer(verb, StepRef(initiative.id, step), actor)


def deed(office: Office, command: Command) -> str:
    """What somebody did: 道路处联络员报送办结“起草方案”."""
    step = office.plan.step(command.step)
    return f"{office.directory.title(command.actor)}{VERB_TITLES[command.verb]}“{step.title}”"
