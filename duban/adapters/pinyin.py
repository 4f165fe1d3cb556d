"""How Chinese names are spelled: for ids, which people type."""

import re

from pypinyin import lazy_pinyin

SIGNS = re.compile(r"[^0-9A-Za-z\u3007\u4e00-\u9fff]+")


def spelled(text: str) -> list[str]:
    """The syllables of a text in letters a to z; words in Latin letters and numbers as they are, signs left out."""
    syllables = lazy_pinyin(SIGNS.sub(" ", text), v_to_u=False)
    return [one for part in syllables for one in re.findall("[a-z0-9]+", part.lower())]
