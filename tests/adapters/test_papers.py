"""Papers as Word files: what the templates say, what is wrong with them, and that an office program opens them."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from duban.adapters.papers import SUFFIX, Papers, paper_problems
from duban.core.problems import BadInput
from duban.core.telling.bulletin_paper import BulletinPaper
from duban.core.telling.closing import ClosingPaper
from duban.core.telling.papers import MATTERS, Paper, SlipPaper
from duban.core.telling.slips import Enclosure
from duban.core.typed import one_line
from tests.papers import PAPERS

CONFIG = Path(__file__).parents[2] / "config"
SHIPPED = Papers(CONFIG / "papers")
LONG = "".join(f"第{number}段，" + "说明办理中遇到的困难、已经采取的措施和下一步打算，" * 6 for number in range(1, 41))
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
opened = pytest.mark.skipif(
    OFFICE is None and "soffice" not in os.environ.get("DUBAN_TESTS_NEED", ""),
    reason="LibreOffice is not installed: papers are not opened here",
)


def text(file: bytes) -> str:
    """All that a Word file says, cells of tables parted by lines."""
    document = Document(BytesIO(file))
    cells = (cell for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join(p.text for p in (*document.paragraphs, *(p for cell in cells for p in cell.paragraphs)))


def pdfs(folder: Path, papers: Iterable[Enclosure]) -> list[PdfReader]:
    """The papers as an office program prints them."""
    files = list[Path]()
    for place, paper in enumerate(papers):
        files.append(folder / f"{place}.docx")
        files[-1].write_bytes(paper.content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return [PdfReader(file.with_suffix(".pdf")) for file in files]


def packed(told: str) -> str:
    """Without spaces, and without quotation marks, whose place is lost where a font has none."""
    return "".join(told.translate({ord(mark): "" for mark in "“”"}).split())


# What they say -------------------------------------------------------------------------------------------------------


def test_there_is_a_paper_of_every_kind_to_try() -> None:
    assert set(PAPERS) == set(MATTERS)


@pytest.mark.parametrize("kind", MATTERS)
def test_a_paper_says_whose_it_is_what_it_is_called_and_its_number(kind: str) -> None:
    paper = PAPERS[kind]()
    said = text(SHIPPED(paper).content)
    for wanted in (paper.matter.issuer, paper.matter.title, paper.matter.number, paper.matter.date):
        assert wanted
        assert wanted in said
    assert not re.search(r"[{}]|None|&amp;|&lt;", said)
    assert SHIPPED(paper).name == f"{paper.matter.title} {paper.matter.number}.docx"


def test_a_pressing_says_what_is_late_since_when_and_what_waits() -> None:
    said = text(SHIPPED(PAPERS["press"]()).content).splitlines()
    assert "保护处联络员：" in said
    assert "2024年4月12日（已逾期1个工作日）" in said
    assert "方案送审稿、起草说明" in said
    assert "举办方案解读培训（加强知识产权培训）" in said
    assert "2024年4月2日　保护处联络员签收" in said


def test_a_paper_says_for_whom_its_recipient_stands_in() -> None:
    paper = PAPERS["press"]()
    stands_in = replace(paper.matter, recipient_title="保护处副处长", acting_for="保护处处长")
    said = text(SHIPPED(replace(paper, matter=stands_in)).content).splitlines()
    assert "保护处副处长（代行保护处处长职责）：" in said


def test_what_there_is_nothing_to_say_to_leaves_no_row_behind() -> None:
    paper = PAPERS["press"]()
    said = text(SHIPPED(replace(paper, matter=replace(paper.matter, issuer="", due="", evidence=()))).content)
    assert "时限" not in said.splitlines()
    assert "成果" not in said.splitlines()
    assert "某市知识产权局" not in said


def test_a_bulletin_has_the_order_of_a_real_one() -> None:
    said = text(SHIPPED(PAPERS["bulletin"]()).content)
    parts = (
        "督查通报",
        "月报第1期",
        "现通报如下",
        "一、总体情况",
        "占50%",
        "二、存在问题",
        "保护处承办的“起草",
        "三、工作要求",
    )
    places = [said.index(part) for part in (*parts, "附件1")]
    assert places == sorted(places)
    assert "■红灯" in said.partition("附件2")[2] + said


def test_a_closing_report_says_of_each_step_how_it_ended() -> None:
    said = text(SHIPPED(PAPERS["closing"]()).content)
    assert "其中逾期办结1项" in said
    assert "逾期3个工作日办结" in said
    assert "2024年4月2日　保护处联络员签收" in said


def test_an_extension_has_room_for_an_answer_until_there_is_one() -> None:
    asked = PAPERS["extension"]()
    assert "□同意延至" in text(SHIPPED(asked).content)
    answered = text(SHIPPED(replace(asked, matter=replace(asked.matter, answer="分管副局长不同意延期"))).content)
    assert "□同意" not in answered
    assert "分管副局长不同意延期" in answered


@given(st.text(max_size=60))
@settings(max_examples=30, deadline=None)
def test_a_paper_says_whatever_was_typed_to_the_letter(typed: str) -> None:
    title = one_line(f"甲{typed}<&>乙").replace("{_", "").replace("_}", "")
    paper = PAPERS["assign"]()
    said = text(SHIPPED(replace(paper, matter=replace(paper.matter, step_title=title))).content)
    assert title in said.splitlines()


def test_the_same_paper_is_the_same_file() -> None:
    one, again = (SHIPPED(PAPERS["press"]()).content for _ in range(2))
    assert one == again


# What is wrong with templates ----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the templates, to be spoilt."""
    return Path(shutil.copytree(CONFIG / "papers", tmp_path / "papers"))


def spoil(file: Path, old: str, new: str, part: str = "word/document.xml") -> None:
    """Put other words into a template."""
    with ZipFile(file) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    assert old in parts[part].decode()
    parts[part] = parts[part].decode().replace(old, new, 1).encode()
    with ZipFile(file, "w") as whole:
        for name, content in parts.items():
            whole.writestr(name, content)


def found(folder: Path) -> list[str]:
    return [f"{Path(one.file).name} {one.id}: {one.message}; {one.remedy}" for one in paper_problems(folder)]


def test_the_shipped_templates_are_all_right_and_a_bureau_may_have_none(folder: Path) -> None:
    assert found(folder) == []
    assert found(folder / "nowhere") == []


@pytest.mark.parametrize("kind", MATTERS)
def test_a_word_that_no_paper_has_is_named_with_its_file(folder: Path, kind: str) -> None:
    spoil(folder / f"{kind}{SUFFIX}", "{{ issuer }}", "{{ isuer }}")
    assert found(folder) == [f"{kind}.docx unknown-word: this paper has no word 'isuer'; did you mean 'issuer'?"]


def test_all_of_them_are_named_at_once_wherever_they_stand(folder: Path) -> None:
    file = folder / "press.docx"
    spoil(file, "{{ reason }}", "{{ 缘由 }}{% if days_left is none and never %}{{ hidden }}{% endif %}")
    spoil(folder / "assign.docx", "{{ line }}", "{{ line.title }}")
    spoil(folder / "bulletin.docx", "{{ row.place }}", "{{ row.palce }}")
    (folder / "extension.docx").unlink()
    assert [line.partition(";")[0] for line in found(folder)] == [
        "assign.docx unknown-word: no row of this paper has a 'title'",
        "press.docx unknown-word: this paper has no word 'hidden'",
        "press.docx unknown-word: this paper has no word 'never'",
        "press.docx unknown-word: this paper has no word '缘由'",
        "extension.docx missing-template: there is no such template",
        "bulletin.docx unknown-word: no row of this paper has a 'palce'",
    ]
    with pytest.raises(BadInput):
        Papers(folder)(PAPERS["press"]())
    assert Papers(folder)(PAPERS["supervise"]()), "a paper waits for no other's template"


def test_a_word_in_a_footer_is_read_too(folder: Path) -> None:
    with ZipFile(folder / "assign.docx") as whole:
        (footer,) = (name for name in whole.namelist() if "footer" in name)
    spoil(folder / "assign.docx", "PAGE", "{{ page }}", footer)
    assert found(folder) == [found(folder)[0]]
    assert "no word 'page'" in found(folder)[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{{ issuer }}", "{{ issuer "),
        ("{{ issuer }}", "{{ issuer | shout }}"),
        ("{%p endif %}", ""),
        ("{{ issuer }}", "{{ issuer + 1 }}"),
        ("{{ issuer }}", "{% for one in history %}{{ one }}"),
    ],
)
def test_a_template_that_cannot_be_filled_in_is_named(folder: Path, old: str, new: str) -> None:
    spoil(folder / "assign.docx", old, new)
    (told,) = found(folder)
    assert told.startswith("assign.docx broken-template: ")


@pytest.mark.parametrize("content", [b"", b"not a Word file", b"PK\x03\x04 half of one"])
def test_a_file_that_is_none_of_words_is_named(folder: Path, content: bytes) -> None:
    (folder / "assign.docx").write_bytes(content)
    (told,) = found(folder)
    assert told.startswith("assign.docx broken-template: it is no Word file")


def test_a_template_reaches_nothing_but_its_words(folder: Path) -> None:
    spoil(folder / "assign.docx", "{{ issuer }}", "{{ issuer.__class__.__mro__ }}")
    assert found(folder) != []


# An office program opens them ----------------------------------------------------------------------------------------


@opened
def test_every_paper_opens_in_an_office_program_and_says_there_what_it_says(tmp_path: Path) -> None:
    told = "起草<&>方案甲"
    marked = [_titled(tell(), told) for tell in PAPERS.values()]
    for paper, pdf in zip(marked, pdfs(tmp_path, map(SHIPPED, marked)), strict=True):
        said = packed("".join(page.extract_text() for page in pdf.pages))
        for wanted in (paper.matter.title, paper.matter.number, paper.matter.issuer, told):
            assert packed(wanted) in said, paper.kind


def _titled(paper: Paper, title: str) -> Paper:
    """A paper whose first matter is called something else."""
    match paper.matter:
        case SlipPaper() as slip:
            return replace(paper, matter=replace(slip, step_title=title))
        case ClosingPaper() as report:
            return replace(paper, matter=replace(report, subject=title))
        case BulletinPaper() as bulletin:
            late = (replace(bulletin.late_steps[0], title=title), *bulletin.late_steps[1:])
            return replace(paper, matter=replace(bulletin, late_steps=late))


@opened
def test_a_long_table_breaks_over_pages_and_its_header_row_is_repeated(tmp_path: Path) -> None:
    paper = PAPERS["bulletin"]()
    assert isinstance(paper.matter, BulletinPaper)
    many = tuple(replace(paper.matter.slow[0], place=place, title=f"第{place}项举措") for place in range(1, 121))
    (pdf,) = pdfs(tmp_path, [SHIPPED(replace(paper, matter=replace(paper.matter, slow=many)))])
    pages = [packed(page.extract_text()) for page in pdf.pages]
    listed = [page for page in pages if re.search(r"第\d+项举措", page)]
    assert len(listed) >= 3
    assert all("办结/总数" in page for page in listed)
    whole = "".join(pages)
    assert all(f"第{place}项举措" in whole for place in range(1, 121))


@opened
def test_a_long_text_breaks_over_pages_and_the_header_row_is_repeated(tmp_path: Path) -> None:
    paper = PAPERS["press"]()
    (pdf,) = pdfs(tmp_path, [SHIPPED(replace(paper, matter=replace(paper.matter, reason=LONG)))])
    pages = [packed(page.extract_text()) for page in pdf.pages]
    assert len(pages) >= 3
    header = packed(f"{paper.matter.title}{paper.matter.number}")
    last = max(place for place, page in enumerate(pages) if "段，" in page)
    assert last >= 1
    assert all(header in page for page in pages[: last + 1])
    whole = "".join(page.removesuffix(str(place)) for place, page in enumerate(pages, start=1)).replace(header, "")
    assert all(f"第{number}段，说明" in whole for number in range(1, 41))
