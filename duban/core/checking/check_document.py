"""What is wrong between a document and the initiatives: phrases it does not have, sentences nobody carries out."""

import re
from collections.abc import Iterable, Iterator
from functools import reduce

from duban.core.planning.coverage import coverage, is_part, sentence_of
from duban.core.planning.document_file import DocumentFile
from duban.core.planning.files import Files, Written
from duban.core.problems import Location, Problem, nearest, repeated
from duban.core.texts import english

_NUMBER = re.compile(r"[1-9][0-9]{0,3}\.[1-9][0-9]{0,3}")


def check_document(files: Files) -> Iterator[Problem]:
    """Problems of the document's file, of the initiatives' sources, and, in a complete plan, of what is left out.

    What is left out is not told while an initiative could not be used.
    """
    complete = files.plan is not None and files.plan.complete
    if files.document is None:
        if complete and not files.document_name:
            message = english("the plan is said to be complete, but there is no document.yaml to judge it by")
            yield Problem(
                files.plan_name, 0, "no-document", message, english("add it, or remove `complete`"), ("complete",)
            )
        return
    yield from _sentences(files, files.document)
    for written in files.written:
        yield from _source(written, files.document, complete)
    if complete and not any(isinstance(one, str) for one in files.lost):
        yield from _left_out(files, files.document)


def _sentences(files: Files, document: DocumentFile) -> Iterator[Problem]:
    last = len(files.plan.sections) if files.plan else 0
    for number, sentence in document.sentences.items():
        place = ("sentences", number)
        if not _NUMBER.fullmatch(number):
            remedy = english('write section.sentence, as in "2.10"')
            message = english("{number!r} is no number of a sentence", number=number)
            yield Problem(files.document_name, 0, "wrong-form", message, remedy, place)
        elif last and int(number.partition(".")[0]) > last:
            message = english("sentence {number} belongs to a section that the plan does not have", number=number)
            yield Problem(
                files.document_name, 0, "wrong-source", message, english("correct it, or add the section"), place
            )
        undertakings: list[tuple[str, Location]] = [
            (phrase, (*place, "undertakings", at)) for at, phrase in enumerate(sentence.undertakings)
        ]
        for phrase, where in undertakings:
            if phrase not in sentence.text:
                message = english("sentence {number} does not say {phrase!r}", number=number, phrase=phrase)
                yield Problem(
                    files.document_name, 0, "not-in-sentence", message, english("copy the phrase from it"), where
                )
        for phrase, where in repeated(undertakings):
            yield Problem(
                files.document_name,
                0,
                "duplicate-id",
                english("{phrase!r} is there twice", phrase=phrase),
                english("remove one"),
                where,
            )


def _source(written: Written, document: DocumentFile, complete: bool) -> Iterator[Problem]:
    file, number = written.file, sentence_of(written.file)
    if number not in document.sentences:
        remedy = english("it ends with {last}; correct the source", last=list(document.sentences)[-1])
        yield Problem(
            written.name,
            0,
            "unknown-sentence",
            english("the document has no sentence {number}", number=number),
            remedy,
            ("source",),
        )
        return
    known = document.sentences[number].undertakings
    for at, phrase in enumerate(file.covers):
        if phrase not in known:
            message = english("{phrase!r} is no undertaking of sentence {number}", phrase=phrase, number=number)
            remedy = nearest(phrase, known, english("copy one of: {known}", known=tuple(known)))
            yield Problem(written.name, 0, "unknown-undertaking", message, remedy, ("covers", at))
    if complete and is_part(file) and not file.covers:
        message = english(
            "{source} is a part of sentence {number}, but it does not say which", source=file.source, number=number
        )
        remedy = english("add `covers`, with some of: {known}", known=tuple(known))
        yield Problem(written.name, 0, "missing-covers", message, remedy, ("source",))


def _left_out(files: Files, document: DocumentFile) -> Iterator[Problem]:
    for sentence in coverage(document, files.written):
        place = ("sentences", sentence.number)
        if not sentence.initiatives:
            number, cell, opening = sentence.number, sentence.cell, sentence.opening
            message = english("no initiative carries out sentence {number} ({opening})", number=number, opening=opening)
            if cell:
                message = english(
                    "no initiative carries out sentence {number} of cell {cell} ({opening})",
                    number=number,
                    cell=cell,
                    opening=opening,
                )
            remedy = english('add one with `source: "{number}"`', number=sentence.number)
            yield Problem(files.document_name, 0, "uncovered-sentence", message, remedy, place)
            continue
        for at, (phrase, by) in enumerate(sentence.undertakings.items()):
            if not by:
                message = english(
                    "no initiative of sentence {number} covers {phrase!r}", number=sentence.number, phrase=phrase
                )
                remedy = english("add it under `covers` of {either}", either=_either(sentence.initiatives))
                where = (*place, "undertakings", at)
                yield Problem(files.document_name, 0, "uncovered-undertaking", message, remedy, where)


def _either(names: Iterable[str]) -> str:
    return reduce(lambda one, other: english("{one} or {other}", one=one, other=other), names)
