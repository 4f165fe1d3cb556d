"""Whatever people typed, pages and papers have the lines, headings, rows and links they have of harmless text.

Pages are read as Prefect's interfaces read them: as CommonMark with tables, strike-through and bare links.
Of text that was stored before it was flattened on its way in, the same holds.
"""

import re
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.telling.board import page
from duban.core.telling.collected import HEADER, collected, document
from duban.core.telling.events import in_full
from duban.core.telling.patrol_page import PatrolFindings, patrol_page
from duban.core.telling.revised import Names
from duban.core.telling.tables import as_csv, escape
from tests.core.builders import Story, moment, work
from tests.core.test_collected import collection

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
BARE_LINK = re.compile(r"https?://[-.\w]|www\.[-.\w]|[-.\w+]+@[-\w]+\.[-\w]", re.IGNORECASE)

PIECES = (
    *("\n", "\n\n", "\r\n", "\t", "\x00", "\u2028", "\u202e", "\u200b", "    ", "　"),
    *("# ", "## 局长批示", "> ", "- ", "+ ", "1. ", "1) ", "---", "===", "***", "| a | b |", "|---|---|"),
    *("**粗**", "__粗__", "_斜_", "~~删~~", "`码`", "```", "\\", "&#35;", "<b>", "</td>", "<script>", "<!--"),
    *(
        "[链](http://x.cn)",
        "![图](x.png)",
        "[x]: http://x.cn",
        "](x)",
        "https://x.cn/a",
        "www.x.cn",
        "a@x.cn",
        "<a@x.cn>",
    ),
    *("同意", "局长批示", "：", "·", "━━━━", "甲"),
)
TYPED = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join)


def shape(markdown: str) -> Counter[str]:
    """How many of each thing there are; texts within one line count as one."""
    found: Counter[str] = Counter()
    for token in READER.parse(markdown):
        found[token.type] += 1
        for part in token.children or ():
            found[part.type] += part.type not in ("text", "text_special")
            found["bare link"] += len(BARE_LINK.findall(part.content))
    return +found


def read(markdown: str) -> str:
    """What a reader sees of a text."""
    return "".join(part.content for token in READER.parse(markdown) for part in token.children or ())


@given(TYPED)
def test_escaped_text_is_text_wherever_it_stands(typed: str) -> None:
    for frame in (
        "{}",
        "# {}",
        "- {}",
        "> {}",
        "**重**：{}　末",
        "| 表 |\n| --- |\n| {} |",
        "![{}](data:x)",
        "前\n{}\n后",
    ):
        assert shape(frame.format(escape(f"甲{typed}"))) == shape(frame.format("甲"))
        begun = escape(typed) or "甲"
        assert shape(frame.format(begun)) == shape(frame.format("甲"))


def test_what_is_escaped_reads_as_it_was_typed() -> None:
    for typed in ("# 1*2_3~4", "甲|乙[丙](丁)`戊`<己>&amp;\\", "1. 甲", "- 乙", "> 丙", "--as x"):
        assert read(escape(typed)) == typed
    assert read(escape("见https://x.cn，www.x.cn或a@x.cn")) == "见https：//x.cn，www．x.cn或a＠x.cn"


def handed_in(typed: str) -> Story:
    """A collection to which a unit hands in what somebody typed, stored as it is."""
    story = Story(*collection("x"))
    said = {"reason": typed, "evidence": [typed, typed]}
    return story.write(Draft(EntryKind.SUBMITTED, "x@works", "officer", said)).tick()


def paper(typed: str) -> str:
    story = handed_in(typed)
    return document(story.look, collected(story.look, story.state, story.entries, story.initiative.steps["x"]))


@given(TYPED)
@settings(max_examples=50, deadline=None)
def test_a_compiled_paper_has_its_rows_and_nothing_else(typed: str) -> None:
    assert shape(paper(typed)) == shape(paper("甲"))


@given(TYPED)
@settings(max_examples=50, deadline=None)
def test_a_compiled_table_has_its_rows_and_no_formula(typed: str) -> None:
    story = handed_in(typed)
    rows = collected(story.look, story.state, story.entries, story.initiative.steps["x"]).rows
    text = as_csv(HEADER, rows)
    assert text.count("\n") == 1 + len(rows)
    assert not re.search(r"(?:^|,)\"?[=+@＝＋－＠-]", text, re.MULTILINE)


@given(TYPED)
def test_an_entry_is_told_in_one_line(typed: str) -> None:
    story = handed_in(typed)
    entry = next(one for one in story.entries if one.kind is EntryKind.SUBMITTED)
    assert len(in_full(Names(story.office.directory, (story.office.plan,)), entry).splitlines()) == 1


@given(TYPED)
@settings(max_examples=50, deadline=None)
def test_the_page_of_an_initiative_takes_any_title_for_text(typed: str) -> None:
    def told(title: str) -> Counter[str]:
        story = Story(work("draft"))
        story.replanned(replace(story.initiative.steps["draft"], title=f"甲{title}"))
        renamed = replace(story.look.initiative, title=f"甲{title}")
        return shape(page(replace(story.look, initiative=renamed), story.decision))

    assert told(typed) == told("")


@given(TYPED)
@settings(max_examples=50, deadline=None)
def test_the_page_of_the_patrol_takes_any_outcome_for_text(typed: str) -> None:
    def told(outcome: str) -> Counter[str]:
        at = moment("2024-06-05")
        row = NoticeRow("k", "here", "draft", "press", "press", "officer", Delivery.DEAD, at, None, 4, outcome, at)
        return shape(patrol_page(PatrolFindings(Story(work("draft")).office, at, ((row,),), (row,), {}, ())))

    assert told(typed) == told("甲")
