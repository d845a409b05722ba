"""声明文件 · Strict YAML: one file, one frozen model; whatever is not understood stops the build with file
and line.

Refused: unknown keys and words (by the models), a key given twice, keys and codes that YAML 1.1 turns
into something else (`on`, `no`, `0123`, `12:30`), documents that are no mapping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, TextIO, TypeAlias, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from chalicelib.errors import DeclarationError


class Declaration(BaseModel):
    """Base of every declared model: frozen, no unknown keys, no silent conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, arbitrary_types_allowed=False)


class MisplacedError(ValueError):
    """What only several keys together show wrong, and the place of the one to look at."""

    def __init__(self, message: str, *place: int | str) -> None:
        super().__init__(message)
        self.place: Final = place


def _word(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise ValueError("use small letters, digits and _ only")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("say it: it must not be empty")
    return text


Identifier = Annotated[str, AfterValidator(_word)]  # a word of ours: an id, a field, a code
NonEmptyText = Annotated[str, AfterValidator(_said)]  # a sentence that somebody must have written


T = TypeVar("T", bound="Declaration")
Place: TypeAlias = tuple[int | str, ...]
"""A place in a declaration: keys, and positions in lists from 0."""


class _Lines(dict[str, Any]):
    """A mapping that remembers on which line each key stood."""

    lines: dict[str, int]


class _StrictLoader(yaml.CSafeLoader):  # parsed in C: every cold start loads a pack
    pass


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> _Lines:
    result = _Lines()
    result.lines = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        where = f"{node.start_mark.name}:{key_node.start_mark.line + 1}"
        if not isinstance(key, str):
            raise DeclarationError(where, f"the key {key!r} must be written in quotes")
        if key in result:
            raise DeclarationError(where, f"the key {key!r} stands twice")
        result[key] = loader.construct_object(value_node, deep=True)
        result.lines[key] = key_node.start_mark.line + 1
    return result


def _integer(loader: _StrictLoader, node: yaml.ScalarNode) -> int:
    text = str(node.value).replace("_", "")
    if not text.lstrip("-").isdigit() or (len(text.lstrip("-")) > 1 and text.lstrip("-")[0] == "0"):
        where = f"{node.start_mark.name}:{node.start_mark.line + 1}"
        raise DeclarationError(where, f"write {node.value!r} in quotes, or as a plain number")
    return int(text)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_StrictLoader.add_constructor("tag:yaml.org,2002:int", _integer)


def read_yaml(path: Path) -> Mapping[str, Any]:
    """The mapping that a declaration file holds; raises DeclarationError with file and line."""
    try:
        return _document(path.read_text(encoding="utf-8"))
    except DeclarationError:  # which does not know the file
        with path.open(encoding="utf-8") as stream:
            return _parsed(stream, path)


@lru_cache(maxsize=512)  # four packs: each check of a change lays a whole one out anew and reads it
def _document(words: str) -> Mapping[str, Any]:
    return _parsed(words, Path())


def _parsed(words: str | TextIO, path: Path) -> Mapping[str, Any]:
    try:
        document = yaml.load(words, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader, made stricter
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DeclarationError(f"{path}:{line}", str(error.problem)) from error
    if not isinstance(document, _Lines):
        raise DeclarationError(f"{path}:1", "the file must hold one mapping")
    return document


class Origin(NamedTuple):
    """Where something is declared: the file and the place in it."""

    path: Path
    place: Place

    @property
    def where(self) -> str:
        """The "file:line" of it."""
        return place_of(self.path, self.place)


def read_declaration(path: Path, model: type[T]) -> T:
    """One declaration file as its model; DeclarationError with file and line if it does not hold."""
    try:
        known: T = _as_model(path.read_text(encoding="utf-8"), model)
    except (DeclarationError, ValidationError):  # which do not know the file
        return declared(read_yaml(path), model, lambda place: Origin(path, place))
    return known


@lru_cache(maxsize=512)  # models are frozen
def _as_model(words: str, model: type[T]) -> T:
    return model.model_validate(_document(words))


def declared(document: Mapping[str, Any], model: type[T], origin_of: Callable[[Place], Origin]) -> T:
    """A document as its model; DeclarationError with the line at which the place at fault is declared.

    `origin_of` says where each place of the document is declared: a document may be made of several files.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        cause = first.get("ctx", {}).get("error")
        inner = cause.place if isinstance(cause, MisplacedError) else ()
        origin = origin_of((*first["loc"], *inner))
        said = ".".join(str(part) for part in origin.place) or "the file"
        raise DeclarationError(origin.where, f"{said}: {first['msg']}") from error


def _line_of(document: Any, place: Place) -> int:
    """The line of the innermost key of `place` that the document really has."""
    line, here = 1, document
    for part in place:
        if isinstance(here, _Lines) and part in here:
            line, here = here.lines[str(part)], here[str(part)]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
    return line


def place_of(path: Path, place: Place) -> str:
    """The "file:line" of a place in a declaration, for what only several files together can show wrong."""
    return f"{path}:{_line_of(read_yaml(path), place)}"
