"""What of a document the initiatives of a plan cover."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from duban.core.planning.document_file import DocumentFile
from duban.core.planning.files import Written
from duban.core.planning.plan import LETTERS
from duban.core.planning.plan_file import InitiativeFile

FIRST_WORDS = 24
"""Characters of a sentence by which a reader knows it."""


@dataclass(frozen=True, slots=True)
class Covered:
    """A sentence, the initiatives that come from it, and for each of its undertakings those that carry it out."""

    number: str
    text: str
    initiatives: tuple[str, ...]
    undertakings: Mapping[str, tuple[str, ...]]
    cell: str | None = None
    """Where the table that was read has it."""

    @property
    def opening(self) -> str:
        """The first words of the sentence."""
        return self.text if len(self.text) <= FIRST_WORDS else f"{self.text[:FIRST_WORDS]}…"


def coverage(document: DocumentFile, written: Iterable[Written]) -> tuple[Covered, ...]:
    """Every sentence, as the document has them.

    An initiative carries out what its `covers` names; without it, the whole sentence, unless its source is a part of
    one (`2.4a`).
    """
    of: dict[str, list[InitiativeFile]] = {}
    for one in written:
        of.setdefault(sentence_of(one.file), []).append(one.file)
    return tuple(
        Covered(
            number,
            sentence.text,
            tuple(file.id for file in of.get(number, ())),
            {
                phrase: tuple(file.id for file in of.get(number, ()) if _carries_out(file, phrase))
                for phrase in sentence.undertakings
            },
            sentence.cell,
        )
        for number, sentence in document.sentences.items()
    )


def sentence_of(file: InitiativeFile) -> str:
    """The sentence an initiative comes from, without the letter of its part."""
    return file.source.rstrip(LETTERS)


def is_part(file: InitiativeFile) -> bool:
    """Whether an initiative carries out a part of its sentence only."""
    return file.source != sentence_of(file)


def _carries_out(file: InitiativeFile, phrase: str) -> bool:
    return phrase in file.covers if file.covers else not is_part(file)
