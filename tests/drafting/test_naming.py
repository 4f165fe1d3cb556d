"""How cells name units, and tell who of them leads."""

import pytest

from duban.drafting.naming import Named, left_open, read_units

NO = ()


@pytest.mark.parametrize(
    ("text", "leads", "others"),
    [
        ("市发改委牵头，市财政局、市审计局等部门配合", ("市发改委",), ("市财政局", "市审计局")),
        ("由市发改委牵头，市财政局配合", ("市发改委",), ("市财政局",)),
        ("牵头：市发改委 配合：市财政局", ("市发改委",), ("市财政局",)),
        ("市发改委（牵头）；市财政局、各区（配合）", ("市发改委",), ("市财政局", "各区")),
        ("市发改委会同市财政局、市人社局", ("市发改委",), ("市财政局", "市人社局")),
        ("A局牵头；B局、C局按职责分工负责", ("A局",), ("B局", "C局")),
        ("A局、B局（按职责分工）", NO, ("A局", "B局")),
        ("市住建局主办，市城管局、市规划局会办", ("市住建局",), ("市城管局", "市规划局")),
        ("市住建局负责，各区配合", ("市住建局",), ("各区",)),
        ("牵头部门为市卫健委，配合部门为市医保局", ("市卫健委",), ("市医保局",)),
        ("基础教育科（牵头）职成科、人事科", ("基础教育科",), ("职成科", "人事科")),
        ("市卫健委*、市医保局", ("市卫健委",), ("市医保局",)),
        ("市政府办公室、市发改委及各区县、开发区", NO, ("市政府办公室", "市发改委", "各区县", "开发区")),
        ("办公室、人事科及局属单位", NO, ("办公室", "人事科", "局属单位")),
        ("办公室和人事科", NO, ("办公室", "人事科")),
        ("发展和改革局、规划和自然资源局", NO, ("发展和改革局", "规划和自然资源局")),
        ("市发改委　市财政局 各区政府", NO, ("市发改委", "市财政局", "各区政府")),
        ("市教育局\\市体育局/市卫健委＋市医保局", NO, ("市教育局", "市体育局", "市卫健委", "市医保局")),
        ("1.市发改委 2.市财政局", NO, ("市发改委", "市财政局")),
        ("①市发改委②市财政局", NO, ("市发改委", "市财政局")),
        ("市人力资源和\n社会保障局\n市财政局", NO, ("市人力资源和社会保障局", "市财政局")),
        ("市发改委（市粮食局）、各县（市、区）政府", NO, ("市发改委（市粮食局）", "各县（市、区）政府")),
        ("Registration Division (lead), ICT Unit", ("Registration Division",), ("ICT Unit",)),
        ("Lead: Registration Division; Support: ICT Unit", ("Registration Division",), ("ICT Unit",)),
        ("Finance, Planning and Budget, and Legal Affairs", NO, ("Finance", "Planning and Budget", "Legal Affairs")),
        ("n/a", NO, NO),
    ],
)
def test_units_and_who_leads(text: str, leads: tuple[str, ...], others: tuple[str, ...]) -> None:
    assert read_units(text) == Named(leads, others)


@pytest.mark.parametrize("text", ["市发改委等18个部门", "市财政局、市审计局等部门配合", "Finance, Legal Affairs etc."])
def test_lists_left_open(text: str) -> None:
    assert left_open(text)
