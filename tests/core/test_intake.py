"""What people type, on its way in."""

from typing import Any

import pytest

from duban.core.deciding.commands import Command, Refused, Verb
from duban.core.deciding.intake import heard, reason_in, taken_in
from duban.core.planning.plan import StepRef

STEP = StepRef("here", "draft")


def command(**said: Any) -> Command:
    return Command(Verb.SUBMIT, STEP, "officer", **said)


def test_every_text_of_a_command_is_one_line() -> None:
    typed = command(reason="办完\n了", evidence=("送审稿\n\n局长批示\n同意", "\u202e附件"), to="law\n", key="a\tb")
    assert taken_in(typed) == command(reason="办完 了", evidence=("送审稿 局长批示 同意", "附件"), to="law", key="a b")
    assert taken_in(Command(Verb.SIGN, StepRef("he\u200bre", "draft\n"), " officer")) == Command(
        Verb.SIGN, STEP, "officer"
    )


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"reason": "长" * 2001}, "情况说明或者理由最长2000字，收到2001字：请写要点，全文作为材料另附"),
        ({"evidence": ("长" * 301,)}, "每项成果材料最长300字，收到301字：请写要点，全文作为材料另附"),
        ({"evidence": ("甲",) * 51}, "成果材料最多50项，收到51项：请合并后填写"),
        ({"to": "长" * 201}, "日期、单位或者事项最长200字，收到201字：请写要点，全文作为材料另附"),
        ({"key": "长" * 201}, "命令的名称最长200字，收到201字：请写要点，全文作为材料另附"),
    ],
)
def test_what_is_too_long_is_refused_in_words(said: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused) as refused:
        taken_in(command(**said))
    assert (refused.value.code, str(refused.value)) == ("too-long", message)


def test_what_is_just_short_enough_is_taken() -> None:
    assert len(reason_in("长" * 2000 + "\n\u200b")) == 2000
    assert len(taken_in(command(evidence=("长" * 300,) * 50)).evidence) == 50


def test_of_what_was_said_outside_the_beginning_is_kept_in_one_line() -> None:
    assert heard("第一行\n# 第二行") == "第一行 # 第二行"
    assert heard("长" * 501) == "长" * 500 + "…"
