"""An indicator measured by itself, told when it cannot be, and done at its target."""

import pytest

from tests.flows.server import Server, eventually

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

PLEDGES = """
id: pledges
title: 推进质押融资
source: "1.3"
lead: roads-unit
supervisor: deputy-director
steps:
  - id: amount
    title: 质押融资登记
    kind: indicator
    target: {at_least: 100, unit: 亿元, path: {2024-05: 60}}
    measure: {by: csv, file: var/pledges.csv, column: 金额, take: sum, where: {年份: "2024"}, every: month}
    due: 2024-06-14
"""


def ledger(server: Server) -> list[tuple[str, object]]:
    with server.gear() as at:
        entries = at.service.ledger.entries("pledges")
    return [(one.kind, one.data.get("value")) for one in entries if one.kind in ("measured", "measuring-failed")]


def test_an_indicator_is_measured(server: Server) -> None:
    server.bureau.add("roads", "pledges", PLEDGES)
    with server.bureau.settings.open("a", encoding="utf-8") as settings:
        settings.write("[channels]\nrehearsal = true\n")  # nobody here has any; else nothing outside would be asked
    server.apply()
    impatient = "tests.flows.preludes:impatient"
    assert server.run(server.ask("1.03"), impatient).name == "🟢绿灯 0/1 2024-04-01"
    assert ledger(server) == [("measuring-failed", None)]
    table = server.bureau.var / "pledges.csv"
    table.write_text("年份,金额\n2023,50\n2024,12.5\n2024,20\n", "utf-8")
    server.run(server.ask("1.03"), impatient)
    server.run(server.ask("1.03"), impatient)
    assert ledger(server)[1:] == [("measured", 32.5)], "once a month"
    page = str(eventually(lambda: server.page("pledges")).data)
    assert "**质押融资登记**<br>目标100亿元，2024年4月1日达32.5亿元（32%），今日应达0亿元（0%）；每月取自表格" in page
    table.write_text("年份,金额\n2024,120\n", "utf-8")
    server.bureau.at("2024-05-06 09:00")
    assert server.run(server.ask("1.03"), impatient).name == "🟢绿灯 1/1 2024-05-06"
