"""Chat messages, and the sheets that a long letter goes in."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from duban.adapters.delivery.markdown import LONGEST_SUBJECT, inert, message
from duban.adapters.delivery.sheets import BETWEEN, Sheet, next_sheet
from duban.carrying import Letter
from tests.adapters.delivery.letters import LETTER


def test_a_message_has_the_subject_in_bold_and_a_signature() -> None:
    assert message("题", "文", last=True) == "**题**\n\n文\n\n—— 督办系统"
    assert message("", "文", last=True) == "文\n\n—— 督办系统"
    assert message("", "文", last=False) == "文\n\n（未完，续见下一条）\n\n—— 督办系统"


def test_lines_are_broken_as_the_service_wants_it() -> None:
    assert message("", "一\n二", last=True, newline="  \n") == "一  \n二  \n  \n—— 督办系统"


def test_what_people_wrote_is_no_markup() -> None:
    text = "[点这里](https://evil.example) <at id=all></at> **急** `rm`"
    said = inert(replace(LETTER, text=text, subject=text, pieces=(text,)))
    assert not set("[]<>*`") & {*said.text, *said.subject, *said.pieces[0]}
    assert "急" in said.text


def test_a_subject_without_end_leaves_room_for_the_text() -> None:
    assert len(inert(replace(LETTER, subject="长" * 5000)).subject) == LONGEST_SUBJECT


def all_sheets(letter: Letter, limit: int) -> list[Sheet]:
    found: list[Sheet] = []
    while not found or not found[-1].last:
        found.append(next_sheet(letter, lambda text: len(text.encode()) <= limit))
        letter = replace(letter, gone=letter.gone | {found[-1].mark})
    return found


TEXT = st.text(st.sampled_from("甲a\n 长"), max_size=60)


@given(st.lists(TEXT, min_size=1, max_size=8), st.integers(12, 150))
def test_sheets_hold_everything_once_in_order_and_none_is_too_long(pieces: list[str], limit: int) -> None:
    sheets = all_sheets(replace(LETTER, pieces=tuple(pieces)), limit)
    assert all(len(sheet.text.encode()) <= limit for sheet in sheets)
    told = "".join(sheet.text.replace(BETWEEN, "") for sheet in sheets)
    assert "".join(told.split()) == "".join("".join(pieces).split())
    assert len({sheet.mark for sheet in sheets}) == len(sheets)
    through = [sheet.through for sheet in sheets]
    assert through == sorted(through)
    assert through[-1] == len(pieces) - 1


@given(st.lists(TEXT, min_size=2, max_size=6), st.integers(190, 400))
def test_what_fits_by_itself_is_never_parted(pieces: list[str], limit: int) -> None:
    sheets = all_sheets(replace(LETTER, pieces=tuple(pieces)), limit)
    assert all(any(piece.strip("\n") in sheet.text for sheet in sheets) for piece in pieces)


def test_sheets_that_say_the_same_are_told_apart() -> None:
    sheets = all_sheets(replace(LETTER, text="长\n" * 100), 100)
    assert len({sheet.mark for sheet in sheets}) == len(sheets) > 3


def test_of_a_letter_that_is_gone_whole_the_last_sheet_comes_again() -> None:
    (only,) = all_sheets(LETTER, 4096)
    again = next_sheet(replace(LETTER, gone=frozenset({only.mark})), lambda text: True)
    assert (again.text, again.last) == (only.text, True)
