"""Shapes of published tables: two header rows, chapters in merged cells, leads told by a mark, a note, an order."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook

from duban.adapters.tables import read_file
from duban.drafting.naming import Named, left_open, read_units
from duban.drafting.reading import Draft, read_tables

Row = Sequence[str | int | None]


def sheet(*rows: Row, merged: Iterable[str] = ()) -> Draft:
    """The draft of a sheet of 2024."""
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    for block in merged:
        page.merge_cells(block)
    file = BytesIO()
    book.save(file)
    return read_tables(read_file("table.xlsx", file.getvalue()), 2024)


def test_columns_for_quarters_are_stages() -> None:
    draft = sheet(
        ["序号", "工作任务", "完成时限", None, None, None, "牵头单位", "责任单位"],
        [None, None, "一季度", "二季度", "三季度", "四季度", None, None],
        [1, "建平台", "方案", "开工", None, "建成", "甲局", "乙局、丙局"],
        [2, "办展会", None, "√", None, None, "甲局", None],
        merged=["A1:A2", "B1:B2", "C1:F1", "G1:G2", "H1:H2"],
    )
    first, second = draft.rows
    assert [(stage.day.isoformat(), stage.what) for stage in first.due.stages] == [
        ("2024-03-31", "方案"),
        ("2024-06-30", "开工"),
        ("2024-12-31", "建成"),
    ]
    assert (first.number, first.leads, first.supports) == ("1", ("甲局",), ("乙局", "丙局"))
    assert [day.isoformat() for day in second.due.dates] == ["2024-06-30"]
    assert draft.questions == ()


def test_a_project_over_several_rows_is_a_task_for_each_lead_also_beyond_a_repeated_header() -> None:
    header = ["序号", "项目名称", "主要内容", "区政府分管领导", "牵头单位", "配合单位", "完成时限"]
    draft = sheet(
        ["2024年民生实事目标任务责任分解表"],
        header,
        ["1", "增加教育资源", "学校12个", "副区长A", "教育局", "经开区\n高新园（邹区镇）\n各街道", "年底前"],
        ["3", "老城厢复兴", "故居修缮", "副区长A", "文体旅局", "", "年底前"],
        [None, None, "道路整治", "副区长B", "住建局", "五星街道", "年底前"],
        header,
        ["", "", "立面整治", "副区长B", "城管局", "", "年底前"],
        merged=["A4:A5", "B4:B5"],
    )
    assert [(row.cell, row.number, row.title, row.leads, row.supervisor) for row in draft.rows] == [
        ("B3", "1", "增加教育资源", ("教育局",), "副区长A"),
        ("B4", "3", "老城厢复兴", ("文体旅局",), "副区长A"),
        ("B4", "3", "老城厢复兴", ("住建局",), "副区长B"),
        ("B7", "3", "老城厢复兴", ("城管局",), "副区长B"),
    ]
    assert draft.rows[0].supports == ("经开区", "高新园（邹区镇）", "各街道")
    assert [(one.cell, one.why) for one in draft.questions] == [("B7", "任务名称为空，暂按上一行“老城厢复兴”")]


def test_chapters_in_merged_cells_are_sections_and_what_is_beside_them_the_tasks() -> None:
    draft = sheet(
        ["工作任务", "序号", "具体要求", "责任科室", "时限要求"],
        ["一、主动公开", 1, "公开预算", "财务科", "年底前"],
        [None, 2, "公开清单", "办公室、信访科", "持续推进"],
        ["二、平台（续）", 3, "建成平台", "同上", "6月底前"],
        [None, 4, "合计十项上线", "办公室", "6月底前"],
        ["合计", None, "4项", None, None],
        merged=["A2:A3", "A4:A5"],
    )
    assert [(row.section, row.title, row.leads) for row in draft.rows] == [
        ("一、主动公开", "公开预算", ("财务科",)),
        ("一、主动公开", "公开清单", ("办公室", "信访科")),
        ("二、平台", "建成平台", ("办公室", "信访科")),
        ("二、平台", "合计十项上线", ("办公室",)),
    ]


def test_of_columns_for_several_levels_the_lowest_is_the_offices_own() -> None:
    draft = sheet(
        ["序号", "省级任务", "省级责任单位", "市级任务", "市级责任单位", "县级任务", "县级责任单位", "完成时限"],
        [1, "a", "省厅", "b", "市局", "c", "县局、乡镇", "7月底"],
    )
    assert [(row.cell, row.title, row.leads) for row in draft.rows] == [("F2", "c", ("县局", "乡镇"))]


def test_the_first_unit_leads_where_the_header_or_a_note_says_so() -> None:
    named = ["类别", "任务内容", "责任单位（排第一位的为牵头单位）", "完成时限"]
    draft = sheet(named, ["经济", "稳就业", "人社局、教育局", "年底前"])
    assert (draft.rows[0].leads, draft.rows[0].supports) == (("人社局",), ("教育局",))
    noted = sheet(["任务内容", "责任单位", "完成时限"], ["稳就业", "人社局、教育局", "年底前"], ["注：首位为牵头单位"])
    assert (noted.rows[0].leads, noted.rows[0].supports) == (("人社局",), ("教育局",))


def test_a_cell_may_say_itself_who_leads() -> None:
    assert read_units("市住建局（牵头）、市财政局") == Named(("市住建局",), ("市财政局",))
    assert read_units("牵头单位：市住建局；配合单位：市财政局、市人社局") == Named(
        ("市住建局",), ("市财政局", "市人社局")
    )
    assert read_units("A局、B局牵头，C局、D局配合") == Named(("A局", "B局"), ("C局", "D局"))
    assert read_units("各科室按职责分工负责") == Named((), ("各科室",))
    assert read_units("—") == Named((), ())


def test_a_list_left_open_is_asked_about() -> None:
    assert left_open("市财政局、市人社局等")
    assert left_open("市财政局等按职责分工负责")
    assert not left_open("学前教育科等有关科室")
    draft = sheet(["任务内容", "牵头单位", "配合单位", "完成时限"], ["稳就业", "人社局", "教育局、民政局等", "年底前"])
    assert [(one.cell, one.why) for one in draft.questions] == [("C2", "“等”之后未列全")]
    assert draft.rows[0].supports == ("教育局", "民政局")


def test_a_chapter_may_have_its_number_in_a_column_of_its_own() -> None:
    draft = sheet(
        ["序号", "目标任务", "责任部门（牵头）", "配合部门", "推进时间", "联系电话"],
        ["一", "经济发展", None, None, None, None],
        [1, "完成投资100亿元", "发改局", "财政局", "12月底前", "5550100"],
        ["（一）", "工业", None, None, None, None],
        [2, "新增企业20家", "经信局", None, "上半年", "5550101"],
    )
    assert [(row.section, row.title, row.leads, row.person) for row in draft.rows] == [
        ("一、经济发展", "完成投资100亿元", ("发改局",), None),
        ("一、经济发展/（一）工业", "新增企业20家", ("经信局",), None),
    ]
    assert draft.questions == ()


def test_a_goal_is_the_task_where_no_column_says_more() -> None:
    draft = sheet(["序号", "工作目标", "责任单位", "完成时间"], [1, "绿化率达到40%", "林业局", "10月"])
    assert [(row.title, row.result) for row in draft.rows] == [("绿化率达到40%", None)]
