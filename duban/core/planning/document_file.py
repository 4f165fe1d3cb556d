"""The shape of `document.yaml`: the document that a plan carries out, sentence by sentence."""

from pydantic import Field

from duban.core.planning.values import Many, PlainText, Strict


class SentenceFile(Strict):
    """A sentence of the document, and what it says will be done."""

    text: PlainText = Field(description="the sentence, word for word")
    cell: PlainText | None = Field(None, description="the cell of the table it stands in: B7, T2R5C3")
    undertakings: Many[PlainText] = Field(
        (), description="what the sentence says will be done: short phrases copied from it"
    )


class DocumentFile(Strict):
    """`document.yaml`: every sentence by section and place."""

    sentences: dict[str, SentenceFile] = Field(
        min_length=1, description='sentences by section.sentence, in quotes: "2.10"'
    )
