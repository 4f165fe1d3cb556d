"""The languages messages are shown in, read from the catalogues of `duban/locale` when one is first asked for."""

from functools import cache
from gettext import translation
from pathlib import Path

from duban.core.texts import ENGLISH, MANDARIN, Language

LOCALE = Path(__file__).parents[1] / "locale"
DOMAIN = "duban"

_WRITTEN = {"zh_CN": MANDARIN, "en": ENGLISH}


@cache
def language(name: str) -> Language:
    """A language by the name of its catalogue; what that lacks is said in the language in which it was written."""
    catalogue = translation(DOMAIN, LOCALE, [name], fallback=True)
    return _WRITTEN[name]._replace(template=catalogue.gettext)
