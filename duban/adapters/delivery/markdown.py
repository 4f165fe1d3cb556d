"""Letters as chat messages: Markdown in which nothing of the text is markup, short enough for the service."""

from duban.ports import Letter

ENDING = "\n\n……（篇幅所限，其余从略）"
SIGNATURE = "\n\n—— 督办系统"
"""Below every message, so that a robot may be set to take only messages with the word 督办."""

INERT = str.maketrans("`*[]<>\\", "｀＊［］＜＞＼")
"""Wide forms of the characters that make links, mentions, tags and emphasis: what people write must not become one."""


def headed(letter: Letter, limit: int, newline: str = "\n") -> str:
    """A message that begins with the subject in bold; at most `limit` bytes, `newline` is what breaks a line."""
    return _signed(f"**{_inert(letter.subject)}**\n\n{_inert(letter.text)}", limit, newline)


def unheaded(letter: Letter, limit: int, newline: str = "\n") -> str:
    """The same without the subject, for services whose messages have a heading of their own."""
    return _signed(_inert(letter.text), limit, newline)


def _inert(text: str) -> str:
    return text.strip().translate(INERT)


def _signed(text: str, limit: int, newline: str) -> str:
    signature = SIGNATURE.replace("\n", newline)
    return cut(text.replace("\n", newline), limit - len(signature.encode())) + signature


def cut(text: str, limit: int) -> str:
    """The text, or as much of it as goes into `limit` bytes of UTF-8 together with an ending that says so."""
    if len(text.encode()) <= limit:
        return text
    return text.encode()[: limit - len(ENDING.encode())].decode(errors="ignore") + ENDING
