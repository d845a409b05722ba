"""Small faults put into a module, one at a time: what a test must notice.

A fault replaces one node of the syntax tree. Text is left alone (docstrings, sentences, the words of an
error), and so are annotations and decorators; a word is changed only where it is compared.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Words = Mapping[str, Sequence[str]]  # the members of each enumeration, by its name

OTHER_COMPARISONS: Final[Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OTHER_ARITHMETIC: Final[Mapping[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
OTHER_FUNCTION: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
LEFT_ALONE: Final = frozenset({"annotation", "returns", "decorator_list"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: the `number`-th that its file admits."""

    path: Path
    number: int
    line: int
    before: str
    after: str

    @property
    def module(self) -> str:
        """As it is imported."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.before}  ->  {self.after}"


@dataclass(frozen=True, slots=True)
class _Change:
    parent: ast.AST
    field: str
    position: int | None  # in a list of nodes
    old: ast.AST
    new: ast.AST

    def apply(self) -> None:
        ast.copy_location(self.new, self.old)
        if self.position is None:
            setattr(self.parent, self.field, self.new)
        else:
            getattr(self.parent, self.field)[self.position] = self.new


def sample(package: Path, words: Words, number: int, seed: int) -> tuple[list[Mutant], int]:
    """So many mutants, spread over a package's files by how many each admits; and how many there are."""
    chance = random.Random(seed)
    every: list[Mutant] = []
    for path in sorted(package.rglob("*.py")):
        of_file = list(mutants(path, words))
        chance.shuffle(of_file)
        every += of_file
    if number >= len(every):
        return every, len(every)
    step = len(every) / number
    first = chance.random() * step
    return [every[int(first + position * step)] for position in range(number)], len(every)


def mutants(path: Path, words: Words) -> Iterator[Mutant]:
    """Every fault that a file admits."""
    for number, change in enumerate(_changes(ast.parse(path.read_text(encoding="utf-8")), words)):
        before, after = (_shown(node) for node in (change.old, change.new))
        yield Mutant(path, number, getattr(change.old, "lineno", 1), before, after)


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def mutated(mutant: Mutant, words: Words) -> ast.Module:
    """A file's syntax tree with the fault in it."""
    tree = ast.parse(mutant.path.read_text(encoding="utf-8"))
    next(change for number, change in enumerate(_changes(tree, words)) if number == mutant.number).apply()
    return ast.fix_missing_locations(tree)


def words_of(folder: Path) -> Words:
    """The enumerations declared below a folder."""
    return {
        node.name: [
            target.id
            for line in node.body
            if isinstance(line, ast.Assign)
            for target in line.targets
            if isinstance(target, ast.Name)
        ]
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id.endswith("Enum") for base in node.bases)
    }


def _changes(node: ast.AST, words: Words) -> Iterator[_Change]:
    for field, value in ast.iter_fields(node):
        if field in LEFT_ALONE or _is_type(node):
            continue
        children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for position, child in children:
            if isinstance(child, ast.AST):
                for new in _others(child, words):
                    yield _Change(node, field, position, child, new)
                yield from _changes(child, words)


def _is_type(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal"


def _others(node: ast.AST, words: Words) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""
    match node:
        case ast.Compare():
            yield from _other_comparisons(node, words)
        case ast.Constant():
            yield from (ast.Constant(value) for value in _other_constants(node.value))
        case ast.MatchValue(value=value):
            yield from (ast.MatchValue(other) for other in _other_words(value, words))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in OTHER_FUNCTION:
            yield ast.Call(ast.Name(OTHER_FUNCTION[name], ast.Load()), args, keywords)
        case ast.stmt():
            yield from _other_statements(node)
        case ast.expr():
            yield from _other_operations(node)


def _other_constants(value: object) -> tuple[int, ...]:
    if isinstance(value, bool):
        return (not value,)
    return (value + 1, value - 1) if isinstance(value, int) else ()


def _other_statements(node: ast.stmt) -> Iterator[ast.stmt]:
    match node:
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in OTHER_ARITHMETIC:
            yield ast.AugAssign(target, OTHER_ARITHMETIC[type(op)](), value)
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()


def _other_operations(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OTHER_ARITHMETIC:
            if not (_is_text(left) or _is_text(right)):
                yield ast.BinOp(left, OTHER_ARITHMETIC[type(op)](), right)


def _other_comparisons(node: ast.Compare, words: Words) -> Iterator[ast.Compare]:
    for position, op in enumerate(node.ops):
        for other in OTHER_COMPARISONS[type(op)]:
            ops = [*node.ops[:position], other(), *node.ops[position + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)
    for word in _other_words(node.left, words):
        yield ast.Compare(word, node.ops, node.comparators)
    for position, operand in enumerate(node.comparators):
        for word in _other_words(operand, words):
            operands = [*node.comparators[:position], word, *node.comparators[position + 1 :]]
            yield ast.Compare(node.left, node.ops, operands)


def _other_words(node: ast.expr, words: Words) -> Iterator[ast.expr]:
    """Another member of the same enumeration, or a word that nobody uses."""
    match node:
        case ast.Constant(value=str(word)):
            yield ast.Constant(f"{word} mutated")
        case ast.Attribute(value=ast.Name(id=name), attr=member) if member in words.get(name, ()):
            members = words[name]
            if len(members) > 1:
                other = members[(members.index(member) + 1) % len(members)]
                yield ast.Attribute(ast.Name(name, ast.Load()), other, ast.Load())


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
