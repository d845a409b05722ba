"""The rights of each function, read from the template: once as it is spelled, once as it is deployed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from infra.existing import as_written

Template = Mapping[str, Any]
_KNOWN: Final = frozenset({"Sid", "Effect", "Action", "Resource"})


class PolicyError(ValueError):
    """A policy says something that is not judged here."""


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One right: an action on a resource, in the words of the function's policy file."""

    function: str  # logical id in the template
    sid: str
    action: str  # "s3:PutObject"
    resource: str  # "PeopleTable.Arn", "${OutboxBucket.Arn}/*", "*"


class Rule(NamedTuple):
    """One right as it is deployed."""

    grant: Grant
    allows: bool
    resource: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rights:
    """What one function may do."""

    rules: Mapping[str, list[Rule]] = field(default_factory=dict)
    """By action."""

    def allowing(self, action: str, resource: str) -> Grant | None:
        """The right by which an action on a resource is allowed; None if it is not, or is denied."""
        found = None
        for grant, allows, pattern in self.rules.get(action, ()):
            if pattern.fullmatch(resource):
                if not allows:
                    return None
                found = found or grant
        return found


def rights_of(
    template: Template, resolve: Callable[[Any], Any], holds: Callable[[str], bool]
) -> dict[str, Rights]:
    """What each function of a template may do; PolicyError.

    resolve: a value with its intrinsics replaced. holds: whether a condition of the template does.
    """
    rights = {}
    for function, statements in _statements(template):
        rules = defaultdict[str, list[Rule]](list)
        for statement in statements:
            chosen = _chosen(statement, holds)
            if chosen is None:
                continue
            deployed = _listed(resolve(chosen["Resource"]))
            for grant, resource in _grants(function, chosen, deployed):
                rule = Rule(grant, chosen["Effect"] == "Allow", _pattern(resource))
                rules[grant.action].append(rule)
        rights[function] = Rights(dict(rules))
    return rights


def grants_of(template: Template) -> set[Grant]:
    """Everything that is allowed to any function, whatever the template's conditions say; PolicyError."""
    return {
        grant
        for function, statements in _statements(template)
        for statement in statements
        for either in (True, False)
        if (chosen := _chosen(statement, lambda _, either=either: either)) is not None  # type: ignore[misc]
        and chosen["Effect"] == "Allow"
        for grant, _ in _grants(function, chosen, _listed(chosen["Resource"]))
    }


def _statements(template: Template) -> Iterator[tuple[str, list[Any]]]:
    resources = template["Resources"]
    for function, resource in resources.items():
        if resource["Type"] == "AWS::Lambda::Function":
            role = resources[resource["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
            if role.get("ManagedPolicyArns"):
                raise PolicyError(f"{function} has a policy that is not in this project")
            yield function, [s for p in role["Policies"] for s in p["PolicyDocument"]["Statement"]]


def _chosen(statement: Any, holds: Callable[[str], bool]) -> Mapping[str, Any] | None:
    """The statement that a condition chooses; None if it chooses none."""
    while "Fn::If" in statement:
        condition, then, otherwise = statement["Fn::If"]
        statement = then if holds(condition) else otherwise
    if statement == {"Ref": "AWS::NoValue"}:
        return None
    if statement.keys() != _KNOWN:
        raise PolicyError(f"a statement has {sorted(statement)}, and must have {sorted(_KNOWN)}")
    chosen: Mapping[str, Any] = statement
    return chosen


def _grants(
    function: str, statement: Mapping[str, Any], deployed: Iterable[Any]
) -> Iterator[tuple[Grant, Any]]:
    """Each right of a statement with its resource as given in `deployed`."""
    for raw, resource in zip(_listed(statement["Resource"]), deployed, strict=True):
        for action in _listed(statement["Action"]):
            if "*" in action or "?" in action:
                raise PolicyError(f"{function}, {statement['Sid']}: name the actions, not {action}")
            yield Grant(function, statement["Sid"], action, spelled(raw)), resource


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def spelled(resource: Any) -> str:
    """A resource as its policy file says it, in one word."""
    if isinstance(resource, str):
        return resource
    (argument,) = as_written(resource).values()
    return ".".join(argument) if isinstance(argument, list) else str(argument)


def _pattern(resource: str) -> re.Pattern[str]:
    """IAM's own wildcards: * is anything, ? one letter."""
    escaped = re.escape(resource).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.DOTALL)
