"""`paper`: Word papers of slips; `check`: their templates; letters that carry them."""

import shutil
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from tests.adapters.test_papers import spoil, text
from tests.cli.conftest import DIRECTORY, Bureau, lines, write
from tests.cli.look.test_notices import deliver

CONFIG = Path(__file__).parents[3] / "config"
LETTERHEAD = "letterhead: {issuer: 某局, number: '督{year}/{initiative}/{sequence}', names: {assign: 任务书}}\n"


@pytest.fixture
def papers(bureau: Bureau) -> Bureau:
    """The small bureau with templates, and a step that is handed out."""
    shutil.copytree(CONFIG / "papers", bureau.config / "papers")
    bureau.tick("cosmetics")
    return bureau


def test_a_paper_is_written_under_its_own_name_or_where_one_says(papers: Bureau) -> None:
    told = papers.ok("paper", "assign", "cosmetics/draft")
    (file,) = papers.root.glob("*.docx")
    assert told == f"已写入 {file.name}\n"
    assert file.name.startswith("工作交办单 〔2024〕1.01-")
    papers.ok("paper", "assign", "cosmetics/draft", "-o", "slip.docx")
    assert (papers.root / "slip.docx").read_bytes() == file.read_bytes()
    assert "起草保护方案" in text(file.read_bytes())


def test_head_name_and_number_are_the_bureaus_own(papers: Bureau) -> None:
    write(papers.config, {"directory.yaml": LETTERHEAD + DIRECTORY})
    papers.ok("paper", "assign", "cosmetics/draft")
    (file,) = papers.root.glob("任务书 督2024-1.01-*.docx")
    said = text(file.read_bytes()).splitlines()
    assert said[:2] == ["某局", "任务书"]
    assert said[2].startswith("督2024/1.01/")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("pres", "cosmetics/draft"), "没有文书 pres：是否指 press？"),
        (("press", "cosmetics/draft"), "没有发出过《工作催办单》；可以出具的有《工作交办单》"),
        (("assign", "cosmetics/darft"), "举措 cosmetics 中没有事项 darft：是否指 draft？"),
        (("assign", "cosmetic/draft"), "没有举措 cosmetic：是否指 cosmetics？"),
        (("assign", "cosmetics"), "请写明事项，如 举措/事项"),
    ],
)
def test_what_there_is_not_is_refused_in_words(papers: Bureau, words: tuple[str, str], told: str) -> None:
    result = papers.run("paper", *words)
    assert result.exit_code == 4
    assert told in result.stderr
    assert not list(papers.root.glob("*.docx"))


def test_a_bulletin_is_of_a_month_or_a_week(papers: Bureau) -> None:
    papers.tick("cosmetics", "training")
    papers.ok("paper", "bulletin")
    papers.ok("paper", "bulletin", "--month", "2024-04", "-o", "april.docx")
    (file,) = papers.root.glob("督查通报*.docx")
    assert file.name == "督查通报 〔2024〕月报第1期.docx"
    assert file.read_bytes() == (papers.root / "april.docx").read_bytes()
    papers.ok("paper", "bulletin", "--week", "2024-04-03", "-o", "week.docx")
    assert "2024年4月1日至2024年4月7日" in text((papers.root / "week.docx").read_bytes())
    assert "培训人次" not in text((papers.root / "april.docx").read_bytes())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("bulletin", "--month", "2024-13"), 2),
        (("bulletin", "--month", "April"), 2),
        (("bulletin", "--month", "2024-04", "--week", "2024-04-03"), 2),
        (("bulletin", "cosmetics"), 2),
        (("assign",), 2),
        (("assign", "cosmetics/draft", "--month", "2024-04"), 2),
        (("bulletin", "--month", "2024-05"), 4),
        (("closing", "cosmetics"), 4),
        (("closing", "cosmetics/draft"), 4),
        (("closing", "cosmetics/darft"), 4),
    ],
)
def test_what_cannot_be_written_is_refused(papers: Bureau, words: tuple[str, ...], code: int) -> None:
    assert papers.run("paper", *words).exit_code == code
    assert not list(papers.root.glob("*.docx"))


def test_a_report_is_of_a_step_or_of_an_initiative(papers: Bureau) -> None:
    papers.ok("cancel", "cosmetics/draft", "--as", "deputy-director", "--reason", "并入另一事项")
    papers.ok("paper", "closing", "cosmetics/draft", "-o", "step.docx")
    assert "已终止" in text((papers.root / "step.docx").read_bytes())


def test_a_bureau_without_templates_has_no_papers_and_is_told(bureau: Bureau) -> None:
    bureau.tick("cosmetics")
    assert lines(bureau.ok("check"))[-1] == "0 problems"
    result = bureau.run("paper", "assign", "cosmetics/draft")
    assert result.exit_code == 3
    assert "config/papers/assign.docx: missing-template" in result.stderr


def test_a_template_that_asks_for_an_unknown_word_is_a_problem_of_the_check(papers: Bureau) -> None:
    spoil(papers.config / "papers" / "press.docx", "{{ reason }}", "{{ 理由 }}")
    result = papers.run("check")
    assert result.exit_code == 3
    assert "config/papers/press.docx: unknown-word: this paper has no word '理由'" in result.stdout
    assert papers.run("paper", "assign", "cosmetics/draft").exit_code == 0, "a paper waits for no other's template"


def test_a_number_that_two_letters_could_bear_is_a_problem_of_the_check(bureau: Bureau) -> None:
    write(bureau.config, {"directory.yaml": "letterhead: {number: '督{year}/{sequence}'}\n" + DIRECTORY})
    result = bureau.run("check")
    assert result.exit_code == 3
    assert "config/directory.yaml:1: ambiguous-number: two papers could bear one number" in result.stdout


def mails(bureau: Bureau, post: str) -> list[EmailMessage]:
    found = [message_from_bytes(file.read_bytes(), policy=default) for file in bureau.var.glob(f"mail/{post}/*.eml")]
    return [one for one in found if isinstance(one, EmailMessage)]


def test_letters_carry_papers_where_the_directory_says_so(papers: Bureau) -> None:
    officer = "title: 保护处联络员"
    write(papers.config, {"directory.yaml": DIRECTORY.replace(officer, f"{officer}, papers: true")})
    papers.tick("cosmetics", "training")
    deliver()
    (mine,), (other,) = mails(papers, "protection-officer"), mails(papers, "service-officer")
    assert list(other.iter_attachments()) == []
    (paper,) = mine.iter_attachments()
    papers.ok("paper", "assign", "cosmetics/draft", "-o", "slip.docx")
    assert paper.get_content() == (papers.root / "slip.docx").read_bytes()
    assert (paper.get_filename() or "").startswith("工作交办单 〔2024〕1.01-")
    assert "已送达" in papers.ok("notices", "--to", "protection-officer")
