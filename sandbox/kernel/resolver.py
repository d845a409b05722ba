"""A small deployer: makes a template's resources in the order in which they need each other.

moto's own CloudFormation reports success and leaves out notifications, substitutions, policies,
secrets and alarms. Here a type of resource is either made with AWS's own calls (`resource_makers`), or listed
in NOT_MADE with the reason, or an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from infra.existing import arn_of, parameter_of, ref_of

Template = dict[str, Any]

NOT_MADE: Final[Mapping[str, str]] = {
    "AWS::ApiGateway::RestApi": "the API is served by Chalice's own gateway (server.py)",
    "AWS::ApiGateway::Deployment": "part of the REST API",
    "AWS::ApiGateway::Stage": "part of the REST API",
    "AWS::CloudWatch::Alarm": "moto's alarms never change state; cfn-lint checks them",
    "AWS::Lambda::Permission": "moto does not enforce who may invoke",
    "AWS::Logs::LogGroup": "functions log to the process's own output",
    "AWS::S3::BucketPolicy": "buckets refuse what comes without TLS, and everybody here comes without",
}
"""Types that the sandbox leaves out, and why. Their attributes resolve to `<logical id>.<attribute>`."""

_IN_SUB: Final = re.compile(r"\$\{(!?)([^}]+)\}")


class ResolveError(ValueError):
    """The template says something that this resolver does not understand."""


@dataclass(frozen=True, slots=True)
class Made:
    """A resource that exists: what Ref and Fn::GetAtt give."""

    ref: str
    attributes: Mapping[str, str] = field(default_factory=dict)


Maker = Callable[[str, Mapping[str, Any]], Made]
"""(logical id, resolved properties) -> the resource."""

_NO_VALUE: Final = object()


class Resolver:
    """Resolves one template; `make_all` makes its resources."""

    def __init__(
        self,
        template: Template,
        makers: Mapping[str, Maker],
        pseudo: Mapping[str, str],
        parameters: Mapping[str, str],
    ) -> None:
        self._template = template
        self._makers = makers
        self._values = dict(pseudo)
        self._making: list[str] = []
        self.made: dict[str, Made] = {}
        known = template.get("Parameters", {})
        if unknown := parameters.keys() - known.keys():
            raise ResolveError(f"the template has no parameter {', '.join(sorted(unknown))}")
        for name, parameter in known.items():
            if name not in parameters and "Default" not in parameter:
                raise ResolveError(f"parameter {name} has no value")
            self._values[name] = parameters.get(name, parameter.get("Default"))

    def make_all(self) -> dict[str, Made]:
        """Make every resource, each after those it needs. Raises ResolveError."""
        for name in self._template["Resources"]:
            self._make(name)
        return self.made

    def resolve(self, value: Any) -> Any:
        """A value of the template with its intrinsics replaced; makes the resources it refers to."""
        if isinstance(value, list):
            return [one for one in map(self.resolve, value) if one is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._intrinsic(name, argument)
        resolved = {key: self.resolve(one) for key, one in value.items()}
        return {key: one for key, one in resolved.items() if one is not _NO_VALUE}

    def _intrinsic(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self._ref(argument)
            case "Fn::GetAtt":
                resource, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
                return self._attribute(resource, attribute)
            case "Fn::Sub":
                return self._substitute(argument)
            case "Fn::Join":
                return argument[0].join(self.resolve(argument[1]))
            case "Fn::Select":
                return self.resolve(argument[1])[int(argument[0])]
            case "Fn::If":
                return self.resolve(argument[1 if self.holds(argument[0]) else 2])
        raise ResolveError(f"{name} is not built")

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        return self._values[name] if name in self._values else self._make(name).ref

    def _attribute(self, resource: str, attribute: str) -> str:
        made = self._make(resource)
        if attribute not in made.attributes:
            if self._template["Resources"][resource]["Type"] in NOT_MADE:
                return f"{resource}.{attribute}"
            raise ResolveError(f"{resource} has no attribute {attribute}")
        return made.attributes[attribute]

    def _substitute(self, argument: Any) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def put_in(found: re.Match[str]) -> str:
            literal, name = found.groups()
            if literal:
                return f"${{{name}}}"
            if name in own:
                return str(self.resolve(own[name]))
            return str(self._attribute(*name.split(".", 1)) if "." in name else self._ref(name))

        return _IN_SUB.sub(put_in, text)

    def holds(self, name: str) -> bool:
        """Whether a condition of the template does."""
        return bool(self._test(self._template["Conditions"][name]))

    def _test(self, rule: Mapping[str, Any]) -> bool:
        ((name, argument),) = rule.items()
        match name:
            case "Fn::Equals":
                left, right = map(self.resolve, argument)
                return bool(left == right)
            case "Fn::Not":
                return not self._test(argument[0])
            case "Fn::And":
                return all(map(self._test, argument))
            case "Fn::Or":
                return any(map(self._test, argument))
            case "Condition":
                return self.holds(argument)
        raise ResolveError(f"{name} in a condition is not built")

    def _make(self, name: str) -> Made:
        if name in self.made:
            return self.made[name]
        if name not in self._template["Resources"]:
            raise ResolveError(f"nothing is called {name}")
        if name in self._making:
            raise ResolveError(f"{' needs '.join([*self._making, name])}: a circle")
        self._making.append(name)
        made = self._make_now(name, self._template["Resources"][name])
        self._making.pop()
        self.made[name] = made
        return made

    def _make_now(self, name: str, resource: Mapping[str, Any]) -> Made:
        for needed in _names(resource.get("DependsOn", [])):
            self._make(needed)
        kind = resource["Type"]
        if "Condition" in resource and not self.holds(resource["Condition"]):
            return self._there_already(name, kind)
        if kind in NOT_MADE:
            return Made(name)
        if kind not in self._makers:
            raise ResolveError(f"{name}: the sandbox cannot make a {kind}; write a maker, or say why not")
        return self._makers[kind](name, self.resolve(resource.get("Properties", {})))

    def _there_already(self, name: str, kind: str) -> Made:
        """What is not made: left out, or named by a parameter as there already."""
        if parameter_of(name) not in self._values:
            return Made(name)
        return Made(self.resolve(ref_of(name)), {"Arn": self.resolve(arn_of(name, kind))})


def _names(value: str | list[str]) -> Iterator[str]:
    yield from [value] if isinstance(value, str) else value
