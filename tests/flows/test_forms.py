"""Reporting by the form under Custom run: drop-downs, stored once, refused in words."""

from typing import Any

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectHTTPStatusError

from duban.core.deciding.commands import VERB_TITLES
from duban.core.ledger.entries import Entry, EntryKind
from tests.flows.server import Server

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

OFFICER = "道路处联络员 [roads-officer]"


def form(step: str = "起草建设方案 [draft]", verb: str = "签收", actor: str = OFFICER, **said: Any) -> dict[str, Any]:
    return {"step": step, "verb": verb, "actor": actor, **said}


def stored(server: Server) -> list[Entry]:
    with server.desk() as at:
        return list(at.service.ledger.entries("new-road"))


def said(server: Server) -> list[tuple[str, str, str]]:
    """What people did."""
    return [(entry.kind, entry.step, entry.actor) for entry in stored(server) if entry.actor != "system"]


def ended(run: FlowRun) -> tuple[str, str]:
    assert run.state is not None
    return str(run.state.name), str(run.state.message)


def field(schema: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema["definitions"]["Form"]["properties"][name]
    return found


def test_the_form_has_the_steps_the_deeds_and_the_people(server: Server) -> None:
    server.apply()
    schema = server.deployment("1.01").parameter_openapi_schema
    assert schema is not None
    assert schema["properties"]["report"]["title"].startswith("填报")
    assert field(schema, "step")["enum"] == [
        "起草建设方案 [draft]",
        "批准建设方案 [approve]",
        "发布通报 [bulletin]",
        "新增里程 [length]",
    ]
    assert field(schema, "verb")["enum"] == list(VERB_TITLES.values())
    people = field(schema, "actor")["enum"]
    assert OFFICER in people
    assert "副局长 [deputy-director]" in people
    shown = sorted(schema["definitions"]["Form"]["properties"].values(), key=lambda one: one.get("position", 0))
    assert [one["title"] for one in shown] == [
        "事项", "办理", "办理人", "情况说明或理由", "进度（%）", "指标数值", "成果材料", "延期至／转办给／退回哪一项"
    ]  # fmt: skip


def test_a_form_is_stored_and_shown_by_the_same_run(server: Server) -> None:
    server.apply()
    run = server.tick("1.01", form())
    assert said(server) == [(EntryKind.SIGNED, "draft", "roads-officer")]
    assert ended(run) == ("绿灯", "0/7 正常推进")
    run = server.tick("1.01", form(verb="报送办结", evidence=["建设方案"], reason="已征求意见"))
    assert [kind for kind, *_ in said(server)] == ["signed", "submitted", "completed"]
    assert run.name == "2024-04-01 1/7 🟢绿灯"


def test_a_run_executed_again_stores_nothing_twice(server: Server) -> None:
    server.apply()
    run = server.tick("1.01", form(verb="反馈进展", progress=30, reason="初稿过半"))
    before = stored(server)
    server.revive(run)
    assert ended(server.run(run)) == ("绿灯", "0/7 正常推进")
    assert stored(server) == before
    server.tick("1.01", form(verb="反馈进展", progress=30, reason="初稿过半"))
    assert len(said(server)) == len([entry for entry in before if entry.actor != "system"]) + 1, "another form counts"


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (form(verb="审核通过"), "“起草建设方案”不设审核，报送即办结，无需审核通过"),
        (form(step="批准建设方案 [approve]", actor="副局长 [deputy-director]"), "“批准建设方案”待启动，现在不能签收"),
        (form(verb="报送办结"), "“起草建设方案”办结须附成果材料：建设方案"),
        (form(verb="申请延期", to="下月底", reason="等待批复"), "请写明延期至哪一天"),
    ],
)
def test_a_form_that_is_refused_says_why_and_stores_nothing(
    server: Server, report: dict[str, Any], reason: str
) -> None:
    server.apply()
    server.tick("1.01")
    before = stored(server)
    name, message = ended(server.tick("1.01", report))
    assert name == "未受理"
    assert message.startswith(reason)
    assert stored(server) == before


@pytest.mark.parametrize(
    "report",
    [
        form(step="道路通车 [opened]"),
        form(actor="局长 [somebody]"),
        form(verb="删除"),
        form(progress=120),
        {"step": "起草建设方案 [draft]"},
        form() | {"extra": "x"},
    ],
    ids=["a-milestone", "nobody", "no-deed", "too-much", "half-empty", "a-stray-key"],
)
def test_what_the_form_does_not_offer_is_refused_by_the_server(server: Server, report: dict[str, Any]) -> None:
    server.apply()
    with pytest.raises(PrefectHTTPStatusError) as refused:
        server.ask("1.01", report)
    assert refused.value.response.status_code == 409
    assert not server.runs()
