"""YAML files as checked values, each with what is wrong in it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from duban.adapters.yaml_text import Document, read_document
from duban.core.problems import BadInput, Location, Problem

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Read(Generic[M]):
    """A file that was read: what it says, if it can be used, and what is wrong with it."""

    name: str
    value: M | None
    problems: tuple[Problem, ...]
    document: Document | None = None

    def line(self, location: Location) -> int:
        """The line of a place in the value; 0 when nothing could be read."""
        return self.document.line(location) if self.document else 0

    def place(self, location: Location) -> tuple[str, int]:
        """The file and the line of a place in the value."""
        return self.name, self.line(location)


def load_model(path: Path, model: type[M]) -> M:
    """Read a file as a model; raises BadInput with all problems of the file."""
    return usable(read_model(path, model))


def usable(read: Read[M]) -> M:
    """What a file says; raises BadInput with all that is wrong with it."""
    if read.problems or read.value is None:
        raise BadInput(read.problems)
    return read.value


def read_model(path: Path, model: type[M]) -> Read[M]:
    """Read a file as a model."""
    name = file_name(path)
    try:
        document = read_document(path, name)
    except BadInput as bad:
        return Read(name, None, bad.problems)
    value, problems = validated(document, document.data, model, name)
    return Read(name, value, (*document.problems, *problems), document)


def validated(
    document: Document, data: dict[str, Any], model: type[M], name: str
) -> tuple[M | None, tuple[Problem, ...]]:
    """The data of a document as a model, or what is wrong with it."""
    try:
        return model.model_validate(data), ()
    except ValidationError as error:
        from duban.core.checking.rewording import reword  # noqa: PLC0415  what is right is read faster

        problems = reword(model, error.errors(include_url=False), name, document.written)
        return None, tuple(replace(one, line=document.line(one.location)) for one in problems)


def file_name(path: Path) -> str:
    """A file as messages name it: as seen from the working directory when it lies in it, else as given."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
