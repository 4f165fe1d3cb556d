"""What units hand in is waited for and compiled; what is handed over is signed for."""

import pytest

from duban.core.deciding.commands import Verb
from tests.flows.server import Server

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

MATERIALS = """
id: materials
title: 收集各区材料
source: "1.3"
lead: roads-unit
support: [parks-unit]
supervisor: deputy-director
steps:
  - id: over
    title: 交办材料报送任务
    kind: action
    action: {uses: assign, parameters: {requirement: 按时报送}}
  - id: gather
    title: 收集各区养护情况
    kind: action
    needs: [over]
    duration: 5
    evidence: [养护情况表]
    action: {uses: collect, parameters: {units: [districts], title: 报送养护情况}}
  - {id: whole, title: 材料齐备, kind: milestone, needs: [gather]}
"""


def test_handed_over_then_collected(server: Server) -> None:
    server.bureau.add("roads", "materials", MATERIALS)
    server.apply()
    assert server.tick("1.03").name == "🟢绿灯 1/7 2024-04-01"
    assigned = (server.bureau.var / "assigned" / "materials-over.md").read_text()
    assert "| 道路处 | 牵头 |" in assigned
    assert "| 公园处 | 配合 |" in assigned
    with server.gear() as at:
        at.service.act(server.command(Verb.SIGN, "materials/over@roads-unit", "roads-officer"))
        at.service.act(server.command(Verb.SIGN, "materials/over@parks-unit", "parks-officer"))
        handed_in = {"evidence": ("浦东养护情况表",), "reason": "含附件"}
        at.service.act(server.command(Verb.SUBMIT, "materials/gather@pudong", "pudong-officer", **handed_in))
    assert server.tick("1.03").name == "🟢绿灯 4/7 2024-04-01"
    assert not (server.bureau.var / "collected").exists()
    form = {"offer": "督办专员 截止收集：收集各区养护情况", "reason": "徐汇区另行报送"}
    done = "已受理：督办专员截止收集“收集各区养护情况”"
    assert server.tick("1.03", form).name == f"🟢绿灯 7/7 {done} 2024-04-01"
    table = server.bureau.var / "collected" / "materials-gather.csv"
    assert table.read_text("utf-8-sig").splitlines()[1:] == [
        "浦东新区,按时,2024-04-01,浦东新区联络员,浦东养护情况表,含附件",
        "徐汇区,未报,,,,徐汇区另行报送",
    ]
    with server.gear() as at:
        (*_, done) = [one for one in at.service.ledger.entries("materials") if one.kind == "action-succeeded"]
    assert done.data["outcome"] == "应报2家，已报1家：var/collected/materials-gather.md"
