"""Several units that lead an initiative together: the first answers for it, each hears of it and may act in it."""

from pathlib import Path
from typing import Any

import pytest

from duban.adapters.wording import Wording
from duban.core.checking.check import check
from duban.core.checking.check_answers import check_answers
from duban.core.checking.check_force import check_names
from duban.core.deciding.agenda import agenda, of_post
from duban.core.deciding.commands import Refused
from duban.core.deciding.offers import OWNING, offers
from duban.core.deciding.recheck import recheck
from duban.core.ledger.entries import EntryKind
from duban.core.planning.directory import Directory
from duban.core.planning.expand import expand
from duban.core.planning.plan import Plan, Step
from duban.core.planning.review_file import Several
from duban.core.planning.revision import revision
from duban.core.planning.snapshot import fingerprint, restored, snapshot
from duban.core.rehearsing.rehearse import rehearse
from duban.core.telling.assignment import assignment
from duban.core.telling.board import page
from duban.core.telling.digest import still_late
from duban.core.telling.matter_page import matter_page
from duban.core.telling.outline import initiative_line
from duban.core.telling.reds import reds
from duban.core.telling.revised import Names, edits_in_words
from duban.core.telling.slips import slip
from duban.core.workbooks.account import Account, account
from duban.core.workbooks.breakdown import breakdown
from tests.core.builders import Story, day, directory, handing_over, initiative, plan, post, review, rung, work
from tests.core.builders import policy as rules
from tests.core.small_plan import CALENDAR, directory_file, files, plan_file, step, written
from tests.core.test_owners import profile
from tests.core.test_people import reorganised, without
from tests.core.test_rehearsing import bureau

BOTH = ("works", "law")
"""Both units lead; `works` answers, with `officer` and `head`; `clerk` and `judge` are those of `law`."""

EVERYBODY = "建设处（主责）、法规处"


def led(*steps: Step, **said: Any) -> Story:
    return Story(*steps or (work("x", due="2024-06-14"),), leads=BOTH, **said)


def refused(story: Story, actor: str, verb: str, step: str = "x", **said: Any) -> str:
    with pytest.raises(Refused) as error:
        story.act(actor, verb, step, "理由", **said)
    return f"{error.value.code}: {error.value}"


# Who hears -----------------------------------------------------------------------------------------------------------

LADDER = (
    rung("assign", "opened", 0, "owner owner-head", "assign", stops=False),
    rung("unsigned", "unsigned", 2, "owner owner-head", "remind"),
    rung("press", "due", 1, "owner owner-head", "press", repeat=5, stops=False),
    rung("supervise", "due", 3, "lead-head supervisor", "supervise"),
    rung("review", "submitted", 0, "reviewer", "review", stops=False),
    rung("return", "returned", 0, "owner", "return", stops=False),
    rung("ask", "asked", 0, "supervisor", "ask", stops=False),
    rung("answer", "answered", 0, "owner", "answer", stops=False),
    rung("change", "changed", 0, "owner", "change", stops=False),
    rung("instruct", "instructed", 0, "owner", "instruct", stops=False),
    rung("advise", "advised", 0, "owner", "advise", stops=False),
    rung("failure", "failed", 0, "administrator", "failure", stops=False),
)


def test_each_hears_what_is_handed_out_what_is_unsigned_and_what_is_late_again_and_again() -> None:
    story = led(rules=rules(*LADDER)).sent()
    everybody = ["officer", "clerk", "head", "judge"]
    assert story.told() == [f"assign {who}" for who in everybody]
    story.on("2024-06-05").sent()
    assert story.told("2024-06-05") == [f"unsigned {who}" for who in everybody]
    story.act("clerk", "sign", "x").on("2024-06-17").sent()
    assert story.told("2024-06-17") == [f"press {who}" for who in everybody]
    story.on("2024-06-19").sent()
    assert story.told("2024-06-19") == ["supervise head", "supervise judge", "supervise leader"]
    story.on("2024-06-24").sent()
    assert story.told("2024-06-24") == [f"press {who}" for who in everybody]


def test_each_hears_of_answers_changes_and_remarks() -> None:
    story = led(work("x", due="2024-06-14", review="leader"), rules=rules(*LADDER)).act("clerk", "sign", "x").sent()
    story.act("clerk", "extend", "x", "等批复", to="2024-06-28").sent()
    story.on("2024-06-04").act("leader", "grant", "x").sent()
    assert story.told("2024-06-04") == ["answer officer", "answer clerk"]
    story.on("2024-06-05").act("officer", "submit", "x").act("leader", "return", "x", "缺附件").sent()
    assert story.told("2024-06-05") == ["review leader", "return officer", "return clerk"]
    story.on("2024-06-06").act("leader", "instruct", "x", "抓紧").sent()
    assert story.told("2024-06-06") == ["instruct officer", "instruct clerk"]
    story.on("2024-06-07").act("leader", "suspend", "x", "等意见").sent()
    assert story.told("2024-06-07") == ["change officer", "change clerk"]


def test_what_one_of_them_corrects_the_other_hears_of() -> None:
    story = led().sent().act("officer", "report", "x", progress=80).act("clerk", "correct", "x", "填错", progress=8)
    assert story.told()[2:] == ["change officer"]


def test_a_deputy_hears_and_acts_for_an_officer_away() -> None:
    away = directory(post("clerk", "vice", "2024-06-01..2024-06-30"))
    story = led(people=away)
    assert story.told() == ["assign officer", "assign vice"]
    assert story.act("vice", "sign", "x").status == {"x": "working"}


def test_who_comes_to_lead_later_is_handed_what_is_under_way() -> None:
    story = Story(work("x", due="2024-06-14")).sent().act("officer", "sign", "x").on("2024-06-06")
    story.replanned(work("x", due="2024-06-14"), leads=BOTH).on("2024-06-07").sent()
    assert "assign clerk" in story.told("2024-06-07")
    story.on("2024-06-17")
    assert story.told("2024-06-17") == ["press officer", "press clerk"]


# Who may act ---------------------------------------------------------------------------------------------------------


def test_any_officer_may_sign_report_ask_take_back_correct_and_hand_in() -> None:
    story = led(work("x", due="2024-06-14", review="leader"))
    story.act("clerk", "sign", "x").act("officer", "report", "x", progress=40).act("clerk", "report", "x", progress=60)
    story.act("judge", "extend", "x", "等批复", to="2024-06-28").act("officer", "withdraw", "x")
    story.act("clerk", "correct", "x", "填错", progress=50).act("clerk", "submit", "x")
    assert story.status == {"x": "review"}
    assert story.step("x").doer == "clerk"


def test_any_head_may_do_what_the_head_of_the_lead_may() -> None:
    story = (
        led()
        .act("judge", "suspend", "x", "等意见")
        .act("head", "resume", "x")
        .act("judge", "hand-over", "x", "转办", to="law")
    )
    assert story.look.office.owners(story.initiative.steps["x"], story.step("x")) == ("law",)
    assert refused(story, "officer", "sign").startswith("not-yours"), "handed to one of them it is that one's"
    story.act("judge", "hand-over", "x", "转回", to="works").act("clerk", "submit", "x")
    assert story.status == {"x": "done"}


def test_a_step_of_one_of_them_is_its_own() -> None:
    story = led(work("x", owner="law"))
    assert story.told() == ["assign clerk"]
    assert refused(story, "officer", "sign").startswith("not-yours")
    assert story.act("officer", "advise", "x", "建议").status == {"x": "open"}, "who leads may say something"


def test_a_unit_keeps_its_own_of_steps_written_for_many() -> None:
    story = led(work("x@works", unit="works"), work("x@law", owner="law", unit="law"))
    assert story.told() == ["assign officer", "assign clerk"]
    assert refused(story, "clerk", "sign", "x@works").startswith("not-yours")


def test_neither_has_an_opinion_on_what_is_with_both() -> None:
    assert refused(led(), "clerk", "advise").startswith("no-reviewer")


def test_each_officer_finds_it_on_the_list_and_on_the_form() -> None:
    story = led(work("x", due="2024-06-07"))
    duties = list(agenda(story.look, story.decision, 5))
    assert [len(of_post(duties, story.office, who, day("2024-06-03"))) for who in ("officer", "clerk", "judge")] == [
        1
    ] * 3
    assert [one.owner for one in duties] == ["works"], "it is counted where it is answered for"
    made = [one for one in offers(story.look, story.state) if one.verb in OWNING]
    assert {one.actor for one in made} == {"officer", "clerk"}
    gone = led(people=directory(post("officer", vacant=True), post("clerk", vacant=True)))
    assert {one.actor for one in offers(gone.look, gone.state) if one.verb in OWNING} == {"head"}


# Answers -------------------------------------------------------------------------------------------------------------


def test_any_head_judges_where_the_lead_does_but_not_work_of_their_own() -> None:
    story = led(work("x", review="works"), rules=rules(*LADDER)).act("clerk", "submit", "x").sent()
    assert story.told()[-2:] == ["review head", "review judge"]
    assert story.act("judge", "approve", "x").status == {"x": "done"}
    story = led(work("x", review="works")).act("judge", "submit", "x")
    assert refused(story, "judge", "approve").startswith("own-work")
    assert story.act("head", "approve", "x").status == {"x": "done"}


def test_a_review_by_the_lead_may_be_answered_by_any_head() -> None:
    story = led(work("x", owner="law"), review("y", "x", owner="works")).act("clerk", "submit", "x")
    assert story.act("judge", "approve", "y").status == {"x": "done", "y": "done"}


def test_of_several_reviewers_any_head_speaks_for_the_lead_and_one_answer_is_enough() -> None:
    story = led(work("x", review=Several(("works", "leader"), 2))).act("officer", "submit", "x")
    story.act("judge", "approve", "x")
    assert story.step("x").agreed == ("works",)
    assert refused(story, "head", "approve").startswith("agreed-already")
    assert story.act("leader", "approve", "x").status == {"x": "done"}


def test_a_lead_that_is_gone_leaves_it_to_the_others() -> None:
    story = reorganised(led(), without("officer", "head", units=("law",)))
    its = story.initiative.steps["x"], story.step("x")
    assert story.office.owners(*its) == ("law",)
    assert story.act("clerk", "submit", "x").status == {"x": "done"}
    lost = reorganised(led(work("x", owner="someone")), without("officer", "head", units=("law",)))
    assert lost.office.owners(lost.initiative.steps["x"], lost.step("x")) == ("judge",)
    gone = [
        one.message for one in check_names(story.office.plan, without("judge", units=("works",)), {its[0].ref: "works"})
    ]
    assert gone == ["there is no unit or post 'law' any more, which leads here"]


def test_the_check_of_answers_knows_who_may_do_it_and_who_may_judge() -> None:
    people = directory(*(post(name).model_copy(update={"person": "wang"}) for name in ("officer", "head", "leader")))
    alone, both = (plan(initiative(work("x", review="works"), leads=leads)) for leads in (("works",), BOTH))
    assert [one.id for one in check_answers(alone, people)] == ["own-judge", "own-judge"]
    assert list(check_answers(both, people)) == [], "the other head may judge, the other officer ask"


# Files ---------------------------------------------------------------------------------------------------------------


def expanded(*steps: dict[str, Any], **said: Any) -> Plan:
    return expand(plan_file(), [written("road", *steps, **said)], Directory(directory_file()))


def test_a_plan_names_one_or_several() -> None:
    assert expanded(step("x"), lead="roads").initiatives["road"].leads == ("roads",)
    led_by = expanded(step("x"), lead=["pudong", "roads"], support=["districts"]).initiatives["road"]
    assert (led_by.leads, led_by.lead, led_by.support) == (("pudong", "roads"), "pudong", ("xuhui",))
    assert led_by.steps["x"].owner == "pudong"


def test_what_is_handed_out_goes_to_each_that_leads() -> None:
    steps = (
        expanded(
            step("x", "action", action={"uses": "assign", "parameters": {"requirement": "按月推进"}}),
            lead=["pudong", "roads"],
            support=["xuhui"],
        )
        .initiatives["road"]
        .steps
    )
    assert list(steps) == ["x", "x@pudong", "x@roads", "x@xuhui"]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"lead": ["roads", "nobody"]}, ("unknown-unit", ("lead", 1))),
        ({"lead": ["roads", "districts"]}, ("unknown-unit", ("lead", 1))),
        ({"lead": ["roads", "pudong", "roads"]}, ("duplicate-id", ("lead", 2))),
        ({"lead": ["roads", "pudong"], "support": ["xuhui", "pudong"]}, ("leads-and-supports", ("support", 1))),
        ({"lead": "roads", "support": ["roads"]}, ("leads-and-supports", ("support", 0))),
    ],
)
def test_units_that_cannot_lead(said: dict[str, Any], place: tuple[str, Any]) -> None:
    problems = check(files(written("road", step("x"), **said)), calendar=CALENDAR)
    assert [(one.id, one.location) for one in problems] == [place]


def test_a_snapshot_keeps_them_and_one_lead_is_written_as_ever() -> None:
    one, several = (plan(initiative(work("x"), leads=leads)) for leads in (("works",), BOTH))
    assert snapshot(one)["initiatives"][0]["lead"] == "works"
    assert restored(snapshot(several)).initiatives["here"].leads == BOTH
    assert fingerprint(snapshot(one)) != fingerprint(snapshot(several))
    edits = revision(one, several).initiatives[0].edits
    assert edits_in_words(Names(directory(), ()), "here", edits) == f"牵头单位建设处改为{EVERYBODY}"


# Words ---------------------------------------------------------------------------------------------------------------


def test_pages_lists_and_letters_name_them_and_who_answers() -> None:
    story = led(work("x", due="2024-06-14"), work("y", owner="law"))
    line = initiative_line(story.look, story.decision)
    assert (line.lead_title, [one.owner_title for one in line.steps]) == (EVERYBODY, [EVERYBODY, "法规处"])
    seen = page(story.look, story.decision)
    assert f"牵头：{EVERYBODY}；" in seen
    assert f"待签收　{EVERYBODY}" in seen
    assert "待签收　法规处" in seen
    rows = {(row.step, row.recipient): row for row in story.state.notices.values()}
    told = slip(story.look, recheck(story.look, story.state, rows["x", "clerk"]), story.entries)
    assert (told.lead_title, told.owner_title) == (EVERYBODY, EVERYBODY)
    assert told.command == "duban sign here/x --as clerk"
    assert EVERYBODY in Wording(Path("config/notices"))(told).text


def test_each_digest_goes_on_about_what_is_late_and_so_does_the_page_behind_a_letter() -> None:
    story = led().on("2024-06-18")
    assert matter_page(story.look, story.decision, story.initiative.steps["x"], story.entries).owner_title == EVERYBODY
    (late,) = still_late(story.look, story.decision)
    assert set(late.posts) == {"officer", "clerk", "head", "judge", "coordinator"}
    assert f"（{EVERYBODY}待签收，" in late.line
    (red,) = reds(story.look, story.decision)
    assert red.owners == (EVERYBODY,)


def test_the_document_that_hands_out_says_who_leads_and_who_answers() -> None:
    story = led(*handing_over("over"), work("draft", due="2024-06-28")).happens(EntryKind.ACTION_STARTED, "over")
    text = assignment(story.look, story.decision, story.entries, story.initiative.steps["over"], "按月推进")
    assert f"- 牵头单位：{EVERYBODY}　" in text
    rows = [line for line in text.splitlines() if line.startswith(("| 建设处", "| 法规处"))]
    assert [row.split(" | ")[1:5] for row in rows] == [
        ["牵头（主责）", "head岗", "officer岗", "draft事项（2024年6月28日前）"],
        ["牵头", "judge岗", "clerk岗", "draft事项（2024年6月28日前）"],
    ]


def test_workbooks_of_each_have_what_is_with_both() -> None:
    story = led(work("x"), work("y", owner="law"))
    told = Account(story.look, story.state, tuple(story.entries), {})
    for units, steps in (({"law"}, ["x事项", "y事项"]), ({"works"}, ["x事项"])):
        for sheet in (account([told], "台账", units, fold=False), breakdown([told], "分解表", units, fold=False)):
            assert [row.cells["step"] for row in sheet.rows] == steps
            assert (sheet.rows[0].cells["lead"], sheet.rows[0].cells["owner"]) == (EVERYBODY, EVERYBODY)


# A year of it --------------------------------------------------------------------------------------------------------


def test_a_rehearsal_goes_on_where_only_the_second_is_there() -> None:
    away = directory(*(post(name, vacant=True) for name in ("officer", "head", "vice")))
    story = rehearse(bureau(initiative(work("x"), review("y", "x"), leads=BOTH), people=away), profile())
    assert story.report.unfinished == ()
    assert "clerk" in {one.post for one in story.report.people}
    assert [track.lead_title for section in story.report.sections for track in section.tracks] == [EVERYBODY]
