"""What of the document the initiatives cover."""

from typing import Any

import pytest

from duban.core.checking.check_document import check_document
from duban.core.planning.coverage import Covered, coverage
from duban.core.planning.document_file import DocumentFile
from duban.core.planning.files import Files, Written
from tests.core.small_plan import files, plan_file, step, written

SENTENCES: dict[str, Any] = {
    "1.1": {"text": "修路，养路，护路。", "undertakings": ["修路", "养路", "护路"]},
    "1.2": {"text": "建公园。", "undertakings": ["建公园"]},
}


def document(**changes: Any) -> DocumentFile:
    return DocumentFile.model_validate({"sentences": SENTENCES | changes})


def one(name: str, source: str, *covers: str) -> Written:
    return written(name, step("draft"), source=source, covers=list(covers))


def plan(*initiatives: Written, complete: bool = True, sentences: DocumentFile | None = None, **more: Any) -> Files:
    said = {"document": sentences or document(), "document_name": "document.yaml"} | more
    return files(*initiatives, plan=plan_file(complete=complete), **said)


def found(checked: Files) -> list[tuple[Any, ...]]:
    return [(problem.file, problem.id, *problem.location) for problem in check_document(checked)]


WHOLE = (one("repair", "1.1a", "修路", "养路"), one("guard", "1.1b", "护路"), one("park", "1.2"))


def test_a_whole_sentence_and_one_in_parts() -> None:
    assert coverage(document(), WHOLE) == (
        Covered(
            "1.1",
            "修路，养路，护路。",
            ("repair", "guard"),
            {"修路": ("repair",), "养路": ("repair",), "护路": ("guard",)},
        ),
        Covered("1.2", "建公园。", ("park",), {"建公园": ("park",)}),
    )
    assert found(plan(*WHOLE)) == []


def test_a_part_that_names_nothing_carries_out_nothing() -> None:
    (sentence, _) = coverage(document(), [one("repair", "1.1a")])
    assert (sentence.initiatives, list(sentence.undertakings.values())) == (("repair",), [(), (), ()])


def test_a_complete_plan_leaves_nothing_out() -> None:
    assert found(plan(one("repair", "1.1a", "修路"), one("guard", "1.1b"))) == [
        ("plan/guard.yaml", "missing-covers", "source"),
        ("document.yaml", "uncovered-undertaking", "sentences", "1.1", "undertakings", 1),
        ("document.yaml", "uncovered-undertaking", "sentences", "1.1", "undertakings", 2),
        ("document.yaml", "uncovered-sentence", "sentences", "1.2"),
    ]


def test_a_plan_that_is_not_complete_may() -> None:
    assert found(plan(one("repair", "1.1a"), complete=False)) == []


def test_nothing_is_said_of_what_is_left_out_while_an_initiative_cannot_be_used() -> None:
    assert found(plan(one("repair", "1.1a", "修路"), lost=frozenset({"park"}))) == []


@pytest.mark.parametrize(
    ("initiative", "problems"),
    [
        (one("x", "1.3"), [("plan/x.yaml", "unknown-sentence", "source")]),
        (one("x", "1.1", "修路", "修桥"), [("plan/x.yaml", "unknown-undertaking", "covers", 1)]),
    ],
)
def test_sources_and_phrases_are_those_of_the_document(initiative: Written, problems: list[tuple[Any, ...]]) -> None:
    assert found(plan(initiative, complete=False)) == problems


def test_the_document_in_itself() -> None:
    bad = document(
        **{
            "1.3a": {"text": "甲。"},
            "3.1": {"text": "乙。"},
            "2.1": {"text": "丙丁。", "undertakings": ["丙", "戊", "丙"]},
        }
    )
    expected = [
        ("document.yaml", "wrong-form", "sentences", "1.3a"),
        ("document.yaml", "wrong-source", "sentences", "3.1"),
        ("document.yaml", "not-in-sentence", "sentences", "2.1", "undertakings", 1),
        ("document.yaml", "duplicate-id", "sentences", "2.1", "undertakings", 2),
    ]
    assert found(plan(complete=False, sentences=bad)) == expected
    assert found(plan(sentences=bad, plan_name="", lost=frozenset({"x"}))) == expected
    without_plan = files(plan=None, document=bad, document_name="document.yaml")
    assert ("document.yaml", "wrong-source", "sentences", "3.1") not in found(without_plan)


def test_a_complete_plan_needs_a_document() -> None:
    assert found(plan(document=None, document_name="")) == [("plan.yaml", "no-document", "complete")]
    assert found(plan(document=None)) == []  # it is there, and cannot be used
    assert found(plan(document=None, document_name="", complete=False)) == []


def test_a_sentence_of_a_table_is_told_with_its_cell() -> None:
    left = document(**{"1.3": {"text": "植树。", "cell": "B7"}})
    (problem,) = check_document(plan(*WHOLE, sentences=left))
    assert problem.message == "no initiative carries out sentence 1.3 of cell B7 (植树。)"
