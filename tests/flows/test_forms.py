"""Reporting by the form under Custom run: what may be done now, stored once, refused in words."""

from typing import Any

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectHTTPStatusError

from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.telling.offered import ONLY_LOOK
from tests.flows.server import Server, eventually

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

SIGN = "道路处联络员 签收：起草建设方案"
REPORT = "道路处联络员 反馈进展：起草建设方案"
SUBMIT = "道路处联络员 报送办结：起草建设方案"
EXTEND = "道路处联络员 申请延期：起草建设方案"
DIRECTED = [f"督办专员 {what}：起草建设方案" for what in ("中止", "转办", "终止")]
REMARKED = ["副局长 批示：起草建设方案", "公园处联络员 提出意见：起草建设方案", "督办专员 催办：起草建设方案"]
BACK = ["道路处联络员 撤回：起草建设方案", "道路处联络员 更正：起草建设方案", "督办专员 恢复办理：起草建设方案"]

ON = "实际办理日期（补录时填写，并写明理由）"


def form(offer: str, **said: Any) -> dict[str, Any]:
    return {"offer": offer, **said}


def stored(server: Server) -> list[Entry]:
    with server.gear() as at:
        return list(at.service.ledger.entries("new-road"))


def said(server: Server) -> list[tuple[str, str, str]]:
    """What people did."""
    return [(entry.kind, entry.step, entry.actor) for entry in stored(server) if entry.actor != "system"]


def ended(run: FlowRun) -> tuple[str, str]:
    assert run.state is not None
    return str(run.state.name), str(run.state.message)


def logged(server: Server, run: FlowRun) -> list[str]:
    return [log.message for log in eventually(lambda: server.logs(run.id))]


def fields(server: Server) -> dict[str, Any]:
    """The form as the next visitor finds it."""
    schema = server.deployment("1.01").parameter_openapi_schema
    assert schema is not None
    assert schema["required"] == ["report"]
    found: dict[str, Any] = schema["properties"]["report"]["properties"]
    return found


def offered(server: Server) -> list[str]:
    choices: list[str] = fields(server)["offer"]["enum"]
    return choices


def titles(server: Server) -> list[str]:
    return [field["title"] for field in sorted(fields(server).values(), key=lambda field: field["position"])]


def test_the_form_offers_what_may_be_done_now_and_follows_what_is_done(server: Server) -> None:
    server.apply()
    assert offered(server) == [ONLY_LOOK]
    assert titles(server) == ["办理事项"]
    server.tick("1.01")
    assert offered(server) == [SIGN, REPORT, SUBMIT, EXTEND, *DIRECTED, *REMARKED, ONLY_LOOK]
    assert titles(server) == ["办理事项", "成果材料", "进度（%）", "还需几天", "延期至", "转办给", ON, "情况说明或理由"]
    assert fields(server)["to"]["enum"][:5] == ["道路处", "公园处", "浦东新区", "徐汇区", "局长"]
    server.tick("1.01", form(SUBMIT, evidence=["建设方案"]))
    assert "副局长 审核通过：批准建设方案" in offered(server)
    assert [choice for choice in offered(server) if choice.endswith("起草建设方案")] == BACK
    assert titles(server) == [
        "办理事项",
        "成果材料",
        "进度（%）",
        "还需几天",
        "延期至",
        "转办给",
        "退回哪一项",
        ON,
        "情况说明或理由",
    ]
    assert fields(server)["returned"]["enum"] == ["起草建设方案"]


def test_the_form_follows_what_is_done_by_command(server: Server) -> None:
    server.apply()
    server.tick("1.01")
    with server.gear() as at:
        at.service.act(server.command(Verb.SIGN, "new-road/draft", "roads-officer"))
    server.patrol()
    assert SIGN not in offered(server)
    assert REPORT in offered(server)


def test_a_form_is_stored_and_what_became_of_it_is_read_first(server: Server) -> None:
    server.apply()
    server.tick("1.01")
    run = server.tick("1.01", form(SIGN))
    assert said(server) == [(EntryKind.SIGNED, "draft", "roads-officer")]
    assert ended(run) == ("Completed", "已受理：道路处联络员签收“起草建设方案”；绿灯 0/7 正常推进")
    assert run.name == "🟢绿灯 0/7 已受理：道路处联络员签收“起草建设方案” 2024-04-01"
    assert "已受理：道路处联络员签收“起草建设方案”" in logged(server, run)
    run = server.tick("1.01", form(SUBMIT, evidence=["建设方案", ""], reason="已征求意见"))
    assert [kind for kind, *_ in said(server)] == ["signed", "submitted", "completed"]
    assert run.name == "🟢绿灯 1/7 已受理：道路处联络员报送办结“起草建设方案” 2024-04-01"


def test_nothing_is_a_value(server: Server) -> None:
    """No progress is progress of 0; a field left empty is none."""
    server.apply()
    server.tick("1.01")
    server.tick("1.01", form(REPORT, progress=30))
    server.tick("1.01", form(REPORT, progress=0, reason="推倒重来"))
    server.tick("1.01", form(REPORT, reason="已请示"))
    reports = [entry.data for entry in stored(server) if entry.kind is EntryKind.REPORTED]
    assert [data.get("progress") for data in reports] == [30, 0, None]


def test_a_run_executed_again_stores_nothing_twice(server: Server) -> None:
    server.apply()
    server.tick("1.01")
    run = server.tick("1.01", form(REPORT, progress=30, reason="初稿过半"))
    before = stored(server)
    server.revive(run)
    assert ended(server.run(run))[1].startswith("已受理：道路处联络员反馈进展“起草建设方案”；绿灯")
    assert stored(server) == before
    server.tick("1.01", form(REPORT, progress=30, reason="初稿过半"))
    assert len(said(server)) == len([entry for entry in before if entry.actor != "system"]) + 1, "another form counts"


REFUSED = {
    "“起草建设方案”办结须附成果材料：建设方案": form(SUBMIT),
    "请写明延期至哪一天": form(EXTEND, reason="等待批复"),
    "中止应当说明理由": form(DIRECTED[0]),
    "请选择转办给哪个单位或岗位": form(DIRECTED[1], reason="职责调整"),
}


def test_a_form_that_is_refused_says_why_and_stores_nothing(server: Server) -> None:
    server.apply()
    server.tick("1.01")
    before = stored(server)
    for reason, report in REFUSED.items():
        run = server.tick("1.01", report)
        name, message = ended(run)
        assert name == "Cancelled", "grey, and no red light"
        assert message.startswith(f"未受理：{reason}")
        assert run.name.startswith(f"未受理：{reason}")
        assert message in logged(server, run)
        assert stored(server) == before


def test_a_form_opened_before_others_were_quicker_is_refused_in_words(server: Server) -> None:
    server.apply()
    server.tick("1.01")
    late = server.ask("1.01", form(SIGN))
    with server.gear() as at:
        at.service.act(server.command(Verb.SUBMIT, "new-road/draft", "roads-officer", evidence=("建设方案",)))
    assert ended(server.run(late)) == (
        "Cancelled",
        "未受理：“起草建设方案”已办结（道路处联络员，2024-04-01），无需再办",
    )


NOT_OFFERED = {
    "nothing": {},
    "empty": {"report": {}},
    "no choice": {"report": {"offer": ""}},
    "not theirs": {"report": form("副局长 签收：起草建设方案")},
    "a milestone": {"report": form("道路处联络员 签收：道路通车")},
    "too much": {"report": form(REPORT, progress=120)},
    "half": {"report": form(REPORT, progress=1.5)},
    "nobody": {"report": form(DIRECTED[1], to="财政处", reason="职责调整")},
    "a stray key": {"report": form(SIGN, extra="x")},
}


def test_what_the_form_does_not_offer_is_refused_by_the_server(server: Server) -> None:
    server.apply()
    deployment = server.deployment("1.01")
    server.tick("1.01")
    before, told = len(server.runs()), dict[str, int]()
    for name, given in NOT_OFFERED.items():
        with pytest.raises(PrefectHTTPStatusError) as refused:
            server.client.create_flow_run_from_deployment(deployment.id, parameters=given)
        told[name] = refused.value.response.status_code
    assert told == dict.fromkeys(NOT_OFFERED, 409)
    assert len(server.runs()) == before


def test_an_empty_form_that_gets_past_the_server_is_refused_in_words(server: Server) -> None:
    server.apply()
    reports: tuple[Any, ...] = (None, "签收", {"offer": "  "})
    for report in reports:
        run = server.ask("1.01")
        given = {"parameters": {"report": report}}
        server.client.request("PATCH", "/flow_runs/{id}", path_params={"id": run.id}, json=given)
        assert ended(server.run(run)) == ("Cancelled", "未受理：没有选择办理事项"), report
    assert not [entry for entry in stored(server) if entry.actor != "system"]
