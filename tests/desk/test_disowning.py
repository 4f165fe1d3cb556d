"""Not ours (不是本单位办的): said from the letter, told to the coordinator; what links did is told to the post."""

from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import EntryKind
from tests.desk.conftest import Office
from tests.desk.test_mine import entries

WORDS = "化妆品产业不归本处，请核实"


def test_whoever_got_the_letter_says_whose_it_is_and_nothing_else_changes(office: Office) -> None:
    link = office.links("protection-officer")[0]
    before = office.here.service.view("cosmetics").state.step("draft")
    done = office.person().answer(link, "disown", whose="service", reason=WORDS)
    assert done.status == 200, done.text
    assert f"保护处联络员说明不是本单位办的：{WORDS}（认为应由服务处办理）" in done.words
    (entry,) = entries(office, EntryKind.DISOWNED)
    assert (entry.actor, entry.data["to"], entry.data["reason"]) == ("protection-officer", "service", WORDS)
    assert entry.data["via"].startswith("desk 函件1.01-")
    after = office.here.service.view("cosmetics").state.step("draft")
    assert (after.owner, after.signed, after.answered) == (before.owner, before.signed, before.answered)


def test_it_stays_visible_on_the_matter_and_in_the_coordinators_week_and_digest(office: Office) -> None:
    office.person().answer(office.links("protection-officer")[0], "disown", whose="service", reason=WORDS)
    line = f"保护处联络员说明不是本单位办的：{WORDS}（认为应由服务处办理）"
    for address in (office.links("protection-officer")[0], "/m/cosmetics/draft"):
        assert line in office.signed_in("coordinator").open(address).words
    week = office.signed_in("coordinator").open("/week").words
    assert "说明不是本单位办的（1项）" in week
    assert f"“起草保护方案” 保护处联络员 4月2日 {WORDS} 服务处" in week
    office.patrol("2024-04-03 09:00")
    (letter,) = [one for one in office.letters("coordinator") if WORDS in one]
    assert f"不是本单位办的：{WORDS}（认为应由服务处办理）" in letter
    for moment in ("2024-04-03 15:00", "2024-04-08 09:00"):
        office.patrol(moment)
    assert (
        len(
            [
                one
                for one in office.letters("coordinator")
                if f"意见：保护处联络员（2024年4月2日）：不是本单位办的：{WORDS}" in one
            ]
        )
        == 1
    )
    assert any("到期提醒" in one for one in office.letters("protection-officer"))  # the ladder goes on


def test_it_asks_for_a_word_and_no_more(office: Office) -> None:
    link = office.links("protection-officer")[0]
    assert "说明不是本单位办的应当写明内容" in office.person().check(link, "disown").words
    assert office.person().answer(link, "disown", reason=WORDS).status == 200
    assert "to" not in entries(office, EntryKind.DISOWNED)[0].data


def test_the_same_by_the_command_line(office: Office) -> None:
    told = office.bureau.ok(
        *("disown", "cosmetics/draft", "--as", "protection-officer", "--note", WORDS, "--to", "service")
    )
    assert "说明不是本单位办的" in told
    assert entries(office, EntryKind.DISOWNED)[0].data["to"] == "service"
    refused = office.bureau.run("disown", "cosmetics/draft", "--as", "service-officer", "--note", WORDS)
    assert refused.exit_code != 0
    assert "服务处联络员不能对“起草保护方案”说明不是本单位办的" in refused.output


def test_what_was_done_by_a_link_is_told_to_the_post_in_its_next_digest_once(office: Office) -> None:
    office.person().answer(office.links("protection-officer")[0], "report", name="赵路人", progress="40")
    office.act(Verb.REPORT, "protection-officer", progress=50)  # which came by no link
    told = "经函件链接以您的岗位办理"
    for day in (9, 10, 11, 12, 15, 16, 17):
        office.patrol(f"2024-04-{day:02} 09:00")
    letters = [one for one in office.letters("protection-officer") if told in one]
    assert len(letters) == 1
    (line,) = [line for line in letters[0].splitlines() if "赵路人" in line]
    assert "“起草保护方案”：保护处联络员反馈：进度40%（办理人赵路人，来自127.0.0.1）" in line
    assert "进度50%（办理人" not in letters[0]
    assert not [one for one in office.letters("protection-head") if "赵路人" in one]
    office.act(Verb.EXTEND, "protection-officer", reason="等批复", to="2024-04-30")
    office.act(Verb.REFUSE, "deputy-director", reason="按期办")
    office.patrol("2024-04-18 09:00")
    later = office.letters("protection-officer")[0]
    assert "延期申请答复" in later
    assert "赵路人" not in later
