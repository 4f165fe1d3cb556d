import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from jinja2.exceptions import SecurityError

from duban.adapters.letter_parts import RULE
from duban.adapters.wording import Wording
from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.problems import BadInput
from duban.core.telling.digest import digest
from duban.core.titles import LETTER_TITLES, SLIP_TITLES
from tests.bureau import COSMETICS, OFFICER, REVIEWER, Story, office
from tests.core.test_escaping import TYPED
from tests.slips import SNAPSHOTS, STORIES, TEMPLATES, assigned, daily, pressed, texts

WORDING = Wording(TEMPLATES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the templates, to be spoilt."""
    return Path(shutil.copytree(TEMPLATES, tmp_path / "notices"))


def problems(folder: Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        Wording(folder)
    return [f"{problem.file}:{problem.line} {problem.id}" for problem in caught.value.problems]


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


@given(TYPED)
@settings(max_examples=20, deadline=None)
def test_a_letter_has_its_lines_and_headings_whatever_was_typed(typed: str) -> None:
    """Of what is taken in now, and of what an older ledger holds."""

    def told(text: str, *, stored: bool) -> tuple[int, list[str]]:
        story = Story().at(1).act(Verb.SIGN)
        if stored:
            data = {"evidence": [text, text], "reason": text}
            story.service.record(COSMETICS, Draft(EntryKind.SUBMITTED, "draft", OFFICER, data))
        else:
            story.act(Verb.SUBMIT, evidence=(text, text), reason=text)
        slip = story.at(1, 10).slip("review", REVIEWER)
        words = [WORDING(slip), WORDING(digest(office(), REVIEWER, date(2024, 4, 1), [slip, slip]))]
        return sum(len(said.text.splitlines()) for said in words), [re.sub(r">[^<]+", ">", said.html) for said in words]

    harmless = told("甲", stored=True)
    assert told(f"甲{typed}", stored=True) == harmless
    assert told(f"甲{typed}", stored=False) == harmless


# What a change of wording changes is seen here; `python -m tests.slips` writes the texts anew.
def test_every_slip_reads_as_it_did() -> None:
    kept = {file.stem: file.read_text(encoding="utf-8") for file in SNAPSHOTS.glob("*.txt")}
    assert texts() == kept


def test_there_is_a_story_for_every_slip() -> None:
    assert {tell().kind for tell in STORIES.values()} == set(SLIP_TITLES)


def test_a_subject_is_one_line_and_the_body_follows() -> None:
    words = WORDING(pressed())
    assert words.subject == "【催办】起草化妆品产业知识产权保护方案　已逾期1个工作日"
    assert words.text.startswith("工作催办单　沪知督〔2024〕2.04a-")
    assert words.text.endswith("日\n")
    assert "\n\n\n" not in words.text


def test_the_html_says_the_same_escaped_and_fetches_nothing() -> None:
    spoilt = replace(assigned(), step_title='<script src="x">a & b</script>', reason="１<２")
    words = WORDING(spoilt)
    assert "<script" in words.text
    assert "<script" not in words.html
    assert "&lt;script src=&#34;x&#34;&gt;a &amp; b&lt;/script&gt;" in words.html
    for fetching in ("src=", "href=", "url(", "@import"):
        assert fetching not in words.html.replace("&lt;script src=&#34;x&#34;&gt;", "")
    parts = [part for line in words.text.splitlines() for part in line.split("<")[0].strip("　· ").split("：")]
    assert [part for part in parts if part not in words.html] == []


def test_the_html_of_a_slip_is_a_heading_a_table_and_paragraphs() -> None:
    html = WORDING(pressed()).html
    assert re.findall(r"<h\d[^>]*>([^<]*)", html) == ["工作催办单　沪知督〔2024〕2.04a-26号"]
    labels = re.findall(r"<th[^>]*>([^<]*)</th>", html)
    assert labels[:3] == ["事项", "举措", "要求"]
    assert re.findall(r"<li>([^<]*)</li>", html)[:2] == ["合法性审核", "举办方案解读培训（加强知识产权培训）"]
    assert "<p" in html.split("</table>")[1]


def test_the_html_of_a_digest_has_a_heading_and_a_table_for_each_item_and_its_contents_before() -> None:
    html = WORDING(daily()).html
    contents, *items = html.split("<hr")
    assert len(items) == 5
    assert len(re.findall("<li>", contents)) == 5  # and what is still late besides
    assert [len(re.findall("<h2", item)) for item in items] == [1, 1, 1, 1, 0]
    assert [len(re.findall("<table", item)) for item in items] == [1, 1, 1, 1, 0]


def test_the_html_of_a_digest_is_headed_level_by_level() -> None:
    html = WORDING(daily()).html
    assert re.findall(r"<h(\d)", html) == ["1", *["2", "3"] * 4]


def test_a_digest_can_be_parted_into_its_beginning_and_its_items() -> None:
    slips = [assigned(), pressed(), assigned()]
    told = digest(office(), REVIEWER, date(2024, 4, 1), slips, before=4)
    words = WORDING(told)
    beginning, *items = words.pieces
    assert "接前，第5项至第7项" in beginning
    assert "（续）第5项起" in words.subject
    assert [item.partition("．")[0] for item in items] == ["5", "6", "7"]
    assert [f"编号：{item.slip.step_ref}" in text for item, text in zip(told.items, items, strict=True)] == [True] * 3
    joined = f"\n\n{RULE}\n\n".join((beginning, *items))
    assert "".join(joined.split()) == "".join(words.text.split())
    assert WORDING(slips[0]).pieces == ()


def test_a_digest_whose_template_has_no_rules_cannot_be_parted(folder: Path) -> None:
    file = folder / "digest.txt.j2"
    file.write_text(file.read_text("utf-8").replace("{{ rule() }}", ""), "utf-8")
    assert Wording(folder)(digest(office(), REVIEWER, date(2024, 4, 1), [assigned(), pressed()])).pieces == ()


def test_words_are_a_table_where_the_template_says_so_and_nowhere_else(folder: Path) -> None:
    said = '甲：一\n乙：二\n　· 三\n\n{{ row("一个不止十个字的栏目名称", reason) }}\n{{ row("空", "") }}\n'
    (folder / "ask.txt.j2").write_text(f"主题\n\n{said}", encoding="utf-8")
    words = Wording(folder)(replace(assigned(), kind="ask", reason="丙：━━"))
    assert words.text == "甲：一\n乙：二\n　· 三\n\n一个不止十个字的栏目名称：丙：━━\n"
    assert re.findall(r"<t[hd][^>]*>([^<]*)", words.html) == ["一个不止十个字的栏目名称", "丙：━━"]
    assert "<ul" not in words.html
    assert "<hr" not in words.html


def test_what_people_said_in_several_lines_makes_no_lines_of_its_own() -> None:
    story = Story().at(1).act(Verb.SIGN).act(Verb.REPORT, progress=10, reason="见附件\n\n操作：duban cancel")
    text = WORDING(story.at(5).slip("remind")).text
    assert "见附件 操作：duban cancel" in text


def test_a_field_without_content_leaves_no_line() -> None:
    bare = replace(
        assigned(), due="", original_due="", days_left=None, light="", reason="", evidence=(), command="", next_rung=""
    )
    text = WORDING(bare).text
    assert not [label for label in ("时限：", "灯色：", "缘由：", "成果：", "操作：", "后续：") if label in text]


def test_a_broken_template_is_named_with_its_line(folder: Path) -> None:
    append(folder / "press.txt.j2", "{% if reason %}\n")
    lines = (folder / "press.txt.j2").read_text(encoding="utf-8").count("\n")
    assert problems(folder) == [f"notices/press.txt.j2:{lines} broken-template"]


def test_a_filter_that_does_not_exist_is_a_broken_template(folder: Path) -> None:
    (folder / "ask.txt.j2").write_text("主题\n\n{{ reason | shout }}\n", encoding="utf-8")
    assert problems(folder) == ["notices/ask.txt.j2:3 broken-template"]


def test_a_misspelt_variable_is_named_with_the_nearest_one(folder: Path) -> None:
    (folder / "ask.txt.j2").write_text("主题\n\n{{ step_titel }}\n", encoding="utf-8")
    with pytest.raises(BadInput, match="did you mean 'step_title'"):
        Wording(folder)
    assert problems(folder) == ["notices/ask.txt.j2:3 unknown-variable"]


def test_a_misspelt_part_is_named_with_the_nearest_one(folder: Path) -> None:
    (folder / "ask.txt.j2").write_text('主题\n\n{{ heding("甲") }}\n', encoding="utf-8")
    with pytest.raises(BadInput, match="did you mean 'heading'"):
        Wording(folder)
    assert problems(folder) == ["notices/ask.txt.j2:3 unknown-variable"]


@pytest.mark.parametrize("call", ["row()", 'rule("甲")', 'heading("甲", size=2)', 'listing("甲")'])
def test_a_part_called_with_too_little_or_too_much_is_named(folder: Path, call: str) -> None:
    (folder / "ask.txt.j2").write_text(f"主题\n\n{{{{ {call} }}}}\n", encoding="utf-8")
    assert problems(folder) == ["notices/ask.txt.j2:3 broken-template"]


@pytest.mark.parametrize(
    "line",
    ["{% include 5 %}", "{% extends 5 %}", "{% include topic %}", '{% import ["base.txt.j2"] as base %}'],
)
def test_a_file_that_is_taken_in_is_named_in_quotes(folder: Path, line: str) -> None:
    (folder / "ask.txt.j2").write_text(f"{line}\n", encoding="utf-8")
    assert "notices/ask.txt.j2:1 broken-template" in problems(folder)


@pytest.mark.parametrize("name", ["../notices/base.txt.j2", "/etc/hostname", "."])
def test_no_file_elsewhere_is_taken_in(folder: Path, name: str) -> None:
    (folder / "ask.txt.j2").write_text(f'{{% import "{name}" as base %}}\n', encoding="utf-8")
    assert problems(folder) == ["notices/ask.txt.j2:1 missing-template"]


def test_everything_that_is_missing_is_told_at_once(folder: Path) -> None:
    (folder / "remind.txt.j2").unlink()
    (folder / "ask.txt.j2").write_text('{% extends "bace.txt.j2" %}\n', encoding="utf-8")
    (folder / "answer.txt.j2").write_text("{{ nobody_knows }}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"did you mean 'base\.txt\.j2'"):
        Wording(folder)
    assert problems(folder) == [
        "notices/answer.txt.j2:1 unknown-variable",
        "notices/ask.txt.j2:1 missing-template",
        "notices/remind.txt.j2:0 missing-template",
    ]


def test_a_folder_that_is_not_there_misses_every_template(tmp_path: Path) -> None:
    assert len(problems(tmp_path / "notices")) == len(LETTER_TITLES)


def test_templates_are_data_and_reach_no_python(folder: Path) -> None:
    (folder / "ask.txt.j2").write_text("主题\n\n{{ ''.__class__.__mro__ }}\n", encoding="utf-8")
    wording = Wording(folder)
    with pytest.raises(SecurityError, match="unsafe"):
        wording(replace(assigned(), kind="ask"))
