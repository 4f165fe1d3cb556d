"""Letters as chat messages: Markdown in which nothing of the text is markup."""

from dataclasses import replace

from duban.carrying import Letter

SIGNATURE = "—— 督办系统"
"""Below every message, so that a robot may be set to take only messages with the word 督办."""

CONTINUED, TO_BE_CONTINUED = "（续）", "（未完，续见下一条）"
LONGEST_SUBJECT = 200

INERT = str.maketrans("`*[]<>\\", "｀＊［］＜＞＼")
"""Wide forms of the characters that make links, mentions, tags and emphasis: what people write must not become one."""


def inert(letter: Letter) -> Letter:
    """A letter whose words no service takes for markup, but for its own links."""
    subject = letter.subject.translate(INERT)
    subject = subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…"
    pieces = tuple(_linked(piece.translate(INERT), letter) for piece in letter.pieces)
    return replace(letter, subject=subject, text=_linked(letter.text.translate(INERT), letter), pieces=pieces)


def _linked(text: str, letter: Letter) -> str:
    """A text in which the letter's links can be pressed."""
    for words, address in letter.links:
        text = text.replace(f"{words}：{address}", as_link(words, address))
    return text


def as_link(words: str, address: str) -> str:
    """A link as services take it."""
    return f"[{words}]({address})"


def message(subject: str, text: str, *, last: bool, newline: str = "\n") -> str:
    """A message of a sheet: the subject in bold, where there is one, and the text; `newline` is what breaks a line."""
    told = (f"**{subject}**" if subject else "", text, "" if last else TO_BE_CONTINUED, SIGNATURE)
    return "\n\n".join(filter(None, told)).replace("\n", newline)
