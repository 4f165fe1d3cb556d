"""A plain document: chapters, sentences, undertakings; held against the shipped plan, which people have read."""

from pathlib import Path
from typing import Any

import yaml

from duban.drafting.documents import read_document, sentences, undertakings
from duban.drafting.naming import Named

PLAN = Path(__file__).parent.parent.parent / "config" / "plans" / "shanghai-2024"
NUMERALS = "一二三四五六"


def shipped() -> tuple[list[str], dict[str, Any]]:
    """The shipped document as paragraphs, each parted by a page's end, and its sentences as people read them."""
    document = yaml.safe_load((PLAN / "document.yaml").read_text(encoding="utf-8"))["sentences"]
    sections = yaml.safe_load((PLAN / "plan.yaml").read_text(encoding="utf-8"))["sections"]
    lines = [
        "沪知局〔2024〕7号",
        "各区知识产权局：",
        "请认真贯彻落实。",
        "2024 年 3 月 25 日",
        "上海市知识产权局 2024 年工作要点",
    ]
    for place, section in enumerate(sections):
        whole = "".join(said["text"] for number, said in document.items() if number.startswith(f"{place + 1}."))
        lines += [f"{NUMERALS[place]}、{section['title']}", whole[:61], "", whole[61:]]
    return lines, document


def test_every_sentence_of_the_shipped_document_is_found_with_all_that_it_undertakes() -> None:
    lines, document = shipped()
    found = list(sentences(lines))
    assert [one.text for one in found] == [said["text"] for said in document.values()]
    for one, said in zip(found, document.values(), strict=True):
        told = "，".join(one.undertakings)
        assert [phrase for phrase in said["undertakings"] if phrase not in told and phrase not in one.text] == []
    counted = [
        (len(one.undertakings), len(said["undertakings"])) for one, said in zip(found, document.values(), strict=True)
    ]
    assert sum(found == wanted for found, wanted in counted) >= 40


def test_the_number_the_day_and_the_name_are_the_documents_own() -> None:
    draft = read_document(shipped()[0])
    assert (draft.year, draft.document, str(draft.issued)) == (2024, "沪知局〔2024〕7号", "2024-03-25")
    assert draft.heading == "上海市知识产权局2024年工作要点"
    assert len({row.section for row in draft.rows}) == 6


def test_adverbs_are_left_out_and_a_clause_without_a_promise_stays_with_the_one_before() -> None:
    assert list(undertakings("深入开展高价值专利培育工程，支撑区域经济发展，持续强化知识产权海外布局。")) == [
        "开展高价值专利培育工程，支撑区域经济发展",
        "强化知识产权海外布局",
    ]
    assert list(undertakings("修订《甲办法》《乙办法》，以此为基础加强监管。")) == [
        "修订《甲办法》",
        "修订《乙办法》，以此为基础加强监管",
    ]


def test_brackets_behind_a_sentence_say_who_and_by_when() -> None:
    lines = [
        "某局2024年工作方案",
        "一、优化服务",
        "1.建设服务大厅，完善指南。（牵头单位：甲处；责任单位：乙处、丙处；6月底前完成）",
        "2.举办论坛。",
    ]
    first, second, third = read_document(lines).rows
    assert (first.leads, first.supports) == (("甲处",), ("乙处", "丙处"))
    assert [str(day) for day in (*first.due.dates, *second.due.dates)] == ["2024-06-30", "2024-06-30"]
    assert (third.leads, [str(day) for day in third.due.dates]) == ((), ["2024-12-31"])
    assert next(iter(sentences(lines))).named == Named(("甲处",), ("乙处", "丙处"))


def test_what_people_answer_about_a_sentence_holds_for_all_it_undertakes() -> None:
    lines = ["某局2024年工作方案", "一、优化服务", "建设服务大厅，完善指南。"]
    asked = read_document(lines).questions
    assert {(one.says, one.why) for one in asked} == {("时限", "没有期限，暂按年底"), ("牵头单位", "没有写明牵头单位")}
    told = read_document(lines, said={asked[0].cell: [("时限", "三季度"), ("牵头单位", "甲处、乙处")]})
    assert [(row.leads, str(row.due.dates[-1])) for row in told.rows] == [(("甲处", "乙处"), "2024-09-30")] * 2
    assert told.questions == ()
