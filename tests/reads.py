"""Which fields of declared models the code reads: by the types that its annotations tell, without running it.

A small reading of types, no checker: what it cannot follow counts as no read, so a reader has to be written
plainly. What only checks a declaration while it is read (validators, and what they alone call) is no reader.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import functools
import importlib
import inspect
import re
import types
import typing
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from chalicelib.declarations import Declaration

ROOT: Final = Path(__file__).parents[1]
Reads = dict[tuple[type, str], set[str]]
Types = dict[str, list[Any]]  # what each name may be
_GOING: Final = frozenset(
    {
        "sorted",
        "reversed",
        "list",
        "tuple",
        "set",
        "frozenset",
        "iter",
        "next",
        "max",
        "min",
        "enumerate",
        "zip",
    }
)


def reads() -> Reads:
    """(class, field) → the functions of chalicelib that read it, but those that nobody calls."""
    found: Reads = defaultdict(set)
    told = {"<module>", *re.findall(r"\w+", "".join(map(_text, [ROOT / "app.py", *_files("admin")])))}
    for path in _files("chalicelib"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
        tree = ast.parse(_text(path))
        _Reading(module, found).file(tree)
        told |= set(_mentioned(tree))
    return {read: {f for f in by if f.rpartition(".")[2] in told} for read, by in found.items()}


def reads_in(text: str, module: types.ModuleType) -> Reads:
    """The same of the text of one module, whoever calls it."""
    found: Reads = defaultdict(set)
    _Reading(module, found).file(ast.parse(text))
    return found


def _files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _mentioned(tree: ast.Module) -> Iterator[str]:
    """The names that code mentions beside where they are defined; those of decorated functions, too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.FunctionDef) and (node.decorator_list or node.name.startswith("__")):
            yield node.name


def classes_of(hint: Any) -> Iterator[Any]:
    """The alternatives of an annotation."""
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        yield from classes_of(typing.get_args(hint)[0])
    elif origin in (typing.Union, types.UnionType):
        for each in typing.get_args(hint):
            yield from classes_of(each)
    elif hint is not None:
        yield hint


@functools.cache
def _hints(of: Any) -> Mapping[str, Any]:
    home = of.__name__ if inspect.ismodule(of) else getattr(of, "__module__", None)
    if not str(home).startswith(("chalicelib", __package__)):
        return {}
    try:
        return typing.get_type_hints(of, include_extras=True)
    except (NameError, TypeError, AttributeError):
        return {}


def _member(owner: Any, name: str) -> Any:
    """What an attribute of a class's instance is: an annotation, or a function that is called."""
    found = inspect.getattr_static(owner, name, None)
    if isinstance(found, property):
        return _hints(found.fget).get("return")
    if isinstance(found, functools.cached_property):
        return _hints(found.func).get("return")
    if isinstance(found, classmethod | staticmethod):
        return found.__func__
    if inspect.isfunction(found):
        return found
    return _hints(owner).get(name) if inspect.isclass(owner) else None


def elements_of(hint: Any) -> Iterator[Any]:
    """What one gets who goes through it."""
    for each in classes_of(hint):
        arguments = typing.get_args(each)
        if arguments and typing.get_origin(each) is not type:
            yield from (arguments if typing.get_origin(each) is tuple else arguments[:1])


class _Reading:
    def __init__(self, module: types.ModuleType, found: Reads) -> None:
        self.module, self.found, self.here = module, found, "<module>"
        self.known: dict[str, Any] = {}

    def file(self, tree: ast.Module) -> None:
        self.body(tree.body, {}, None)

    # --- statements --------------------------------------------------------------------------------

    def body(self, statements: Iterable[ast.stmt], env: Types, owner: type | None) -> None:
        for statement in statements:
            self.statement(statement, env, owner)

    def statement(self, node: ast.stmt, env: Types, owner: type | None) -> None:  # noqa: C901 - by kind
        match node:
            case ast.ClassDef():
                cls = getattr(self.module, node.name, None)
                checks = _checks(node) if inspect.isclass(cls) and issubclass(cls, Declaration) else set()
                self.body([s for s in node.body if getattr(s, "name", "") not in checks], {}, cls)
            case ast.FunctionDef():
                self.function(node, env, owner)
            case ast.Assign():
                value = self.types(node.value, env)
                for target in node.targets:
                    self.bind(target, value, env)
            case ast.AnnAssign(target=ast.Name(id=name)):
                if node.value is not None:
                    self.types(node.value, env)
                env[name] = [self.evaluated(node.annotation)]
            case ast.For():
                self.bind(node.target, [e for t in self.types(node.iter, env) for e in elements_of(t)], env)
                self.body([*node.body, *node.orelse], env, owner)
            case ast.With():
                for item in node.items:
                    self.types(item.context_expr, env)
                self.body(node.body, env, owner)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.stmt):
                        self.statement(child, env, owner)
                    elif isinstance(child, ast.expr):
                        self.types(child, env)
                    else:
                        self.other(child, env, owner)

    def other(self, node: ast.AST, env: Types, owner: type | None) -> None:
        """Handlers, cases and the like."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                self.statement(child, env, owner)
            elif isinstance(child, ast.expr):
                self.types(child, env)

    def function(self, node: ast.FunctionDef, outer: Types, owner: type | None) -> None:
        env, before = dict(outer), self.here
        self.here = f"{self.module.__name__}.{owner.__name__ + '.' if owner else ''}{node.name}"
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        for number, argument in enumerate(arguments):
            if argument.annotation is not None:
                env[argument.arg] = [self.evaluated(argument.annotation)]
            elif number == 0 and owner is not None:
                env[argument.arg] = [owner]
        self.body(node.body, env, None)
        self.here = before

    def evaluated(self, annotation: ast.expr) -> Any:
        written = ast.unparse(annotation)
        if written not in self.known:
            try:
                self.known[written] = eval(written, vars(self.module))  # noqa: S307 - our own code
            except (NameError, TypeError, AttributeError):
                self.known[written] = None
        return self.known[written]

    def bind(self, target: ast.expr, value: list[Any], env: Types) -> None:
        match target:
            case ast.Name(id=name):
                env[name] = value
            case ast.Tuple(elts=parts):
                for number, part in enumerate(parts):
                    inner: list[Any] = []
                    for each in (c for t in value for c in classes_of(t)):
                        arguments = typing.get_args(each)
                        if typing.get_origin(each) is tuple and Ellipsis not in arguments:
                            inner += arguments[number : number + 1]
                        elif dataclasses.is_dataclass(each) or hasattr(each, "_fields"):
                            inner += [*_hints(each).values()][number : number + 1]
                        else:
                            inner += elements_of(each)
                    self.bind(part, inner, env)

    # --- expressions -------------------------------------------------------------------------------

    def types(self, node: ast.expr, env: Types) -> list[Any]:  # noqa: C901 - by kind
        """What an expression may be, each read within it noted."""
        match node:
            case ast.Name(id=name):
                if name in env:
                    return env[name]
                known = getattr(self.module, name, getattr(builtins, name, None))
                declared = _hints(self.module).get(name)
                return [declared] if declared is not None else [known]
            case ast.Attribute():
                return [m for t in self.types(node.value, env) for m in self.attribute(t, node.attr)]
            case ast.Call():
                return self.call(node, env)
            case ast.Subscript():
                self.types(node.slice, env)
                return [e for t in self.types(node.value, env) for e in self.item(t, node.slice)]
            case ast.NamedExpr(target=target):
                value = self.types(node.value, env)
                self.bind(target, value, env)
                return value
            case ast.BoolOp(values=values):
                return [t for value in values for t in self.types(value, env)]
            case ast.IfExp():
                self.types(node.test, env)
                return [*self.types(node.body, env), *self.types(node.orelse, env)]
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                inner = dict(env)
                for part in node.generators:
                    going = [e for t in self.types(part.iter, inner) for e in elements_of(t)]
                    self.bind(part.target, going, inner)
                    for test in part.ifs:
                        self.types(test, inner)
                if isinstance(node, ast.DictComp):
                    self.types(node.key, inner)
                    return [dict[Any, t] for t in self.types(node.value, inner) if _is_hint(t)]  # type: ignore[misc]
                return [list[t] for t in self.types(node.elt, inner) if _is_hint(t)]  # type: ignore[misc]
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                going = [t for part in parts for t in self.types(part, env)]
                return [list[t] for t in going if _is_hint(t)]  # type: ignore[misc]
            case ast.Starred():
                return [e for t in self.types(node.value, env) for e in elements_of(t)]
            case ast.Lambda():
                self.types(node.body, dict(env))
                return []
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.types(child, env)
        return []

    def attribute(self, hint: Any, name: str) -> Iterator[Any]:
        if inspect.ismodule(hint):
            yield getattr(hint, name, None)
            return
        for each in classes_of(hint):
            cls = typing.get_origin(each) or each
            if inspect.isclass(cls):
                for owner in cls.__mro__:
                    if name in _own(owner):
                        self.found[owner, name].add(self.here)
                        break
            if issubclass_of(cls, Mapping) and name in ("values", "get", "items"):
                arguments = typing.get_args(each)
                if len(arguments) == 2:
                    value: Any = arguments[1]
                    shape = {"values": list[value], "get": value, "items": list[tuple[arguments[0], value]]}
                    yield _Result(shape[name])
                continue
            yield _member(cls, name)

    def item(self, hint: Any, where: ast.expr) -> Iterator[Any]:
        for each in classes_of(hint):
            arguments = typing.get_args(each)
            if issubclass_of(typing.get_origin(each), Mapping):
                yield from arguments[1:]
            elif isinstance(where, ast.Slice):
                yield each
            else:
                yield from elements_of(each)

    def call(self, node: ast.Call, env: Types) -> list[Any]:
        for keyword in node.keywords:
            self.types(keyword.value, env)
        given = [self.types(argument, env) for argument in node.args]
        called = ast.unparse(node.func)
        if called in _GOING:
            return _gone_through(called, given)
        if called == "getattr" and len(node.args) > 1 and not isinstance(node.args[1], ast.Constant):
            for cls in (c for t in given[0] for c in classes_of(t) if inspect.isclass(c)):
                for name in _own(cls):
                    self.found[cls, name].add(self.here)
            return []
        answers: list[Any] = []
        for function in self.types(node.func, env):
            if isinstance(function, _Result):
                answers.append(function.hint)
            elif inspect.isclass(function):
                answers.append(function)
            elif callable(function):
                answer = _hints(inspect.unwrap(function)).get("return")
                answers += env.get("self", []) if answer is typing.Self else [answer]
        return answers


def _gone_through(called: str, given: list[list[Any]]) -> list[Any]:
    """What a function of Python's own that goes through something answers."""
    inner = [[e for t in each for e in elements_of(t) if _is_hint(e)] for each in given]
    first = inner[0] if inner else []
    match called:
        case "next" | "max" | "min":
            return first
        case "enumerate":
            return [list[tuple[int, each]] for each in first]  # type: ignore[valid-type]
        case "zip":
            return [list[tuple[tuple(each[0] if each else Any for each in inner)]]]  # type: ignore[misc]
        case _:
            return [list[each] for each in first]  # type: ignore[valid-type]


@dataclasses.dataclass(frozen=True)
class _Result:
    """What a method of a mapping answers."""

    hint: Any


def _is_hint(value: Any) -> bool:
    return value is not None and not isinstance(value, _Result) and not inspect.ismodule(value)


def _own(cls: type) -> Mapping[str, Any]:
    """What a class itself declares, without those that it inherits from."""
    own = vars(cls).get("__annotations__", {})
    return own if isinstance(own, dict) else {}


def issubclass_of(cls: Any, of: type) -> bool:
    """Whether it is a class, and one of those."""
    return inspect.isclass(cls) and issubclass(cls, of)


def _checks(node: ast.ClassDef) -> set[str]:
    """The methods of a declaration that only check it: validators, and what nobody else of it calls."""
    methods = {s.name: s for s in node.body if isinstance(s, ast.FunctionDef)}
    calls = {name: _called(method) for name, method in methods.items()}
    checks = {
        name for name, m in methods.items() if any("validator" in ast.unparse(d) for d in m.decorator_list)
    }
    while True:
        more = {
            name
            for name in methods.keys() - checks
            if name.startswith("_")
            and any(name in calls[check] for check in checks)
            and not any(name in calls[other] for other in methods.keys() - checks)
        }
        if not more:
            return checks
        checks |= more


def _called(method: ast.FunctionDef) -> set[str]:
    return {
        node.attr
        for node in ast.walk(method)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    }
