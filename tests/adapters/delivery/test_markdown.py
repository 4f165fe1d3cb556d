"""Chat messages."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from duban.adapters.delivery.markdown import ENDING, SIGNATURE, cut, headed, unheaded
from tests.adapters.delivery.letters import LETTER


def test_a_message_has_the_subject_in_bold_and_a_signature() -> None:
    assert headed(LETTER, 4096) == f"**{LETTER.subject}**\n\n{LETTER.text.strip()}\n\n—— 督办系统"
    assert unheaded(LETTER, 4096) == f"{LETTER.text.strip()}\n\n—— 督办系统"


def test_lines_are_broken_as_the_service_wants_it() -> None:
    assert unheaded(replace(LETTER, text="一\n二"), 4096, newline="  \n") == "一  \n二  \n  \n—— 督办系统"


def test_what_people_wrote_is_no_markup() -> None:
    text = "[点这里](https://evil.example) <at id=all></at> **急** `rm`"
    said = unheaded(replace(LETTER, text=text), 4096)
    assert not set("[]<>*`") & set(said)
    assert "急" in said


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(100, 5000))
def test_a_message_is_never_longer_than_allowed_and_says_when_it_was_cut(text: str, limit: int) -> None:
    whole = cut(text, limit)
    assert len(whole.encode()) <= limit
    assert whole == text or (whole.endswith(ENDING) and text.startswith(whole.removesuffix(ENDING)))
    assert len(headed(replace(LETTER, text=text), limit).encode()) <= limit
    assert headed(replace(LETTER, text=text), limit).endswith(SIGNATURE)
