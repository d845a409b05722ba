"""What outlives a stack may be there already: each such table, bucket, key and secret has a parameter.

Existing<Name>   the name of a table or bucket, the ARN of a key or secret; empty: the stack makes its own

Whatever the template keeps when a stack goes (DeletionPolicy: Retain) can be given to the next one, so that a
rebuilt stack with a restored table finds everybody. Every word of the template that names such a resource
(environment, policies, conditions) then names the one that is given. What the stack does not make it does not
alter either: of an existing bucket only its policy is written (`infra/watching.py`). Whoever gives an inbox
has it tell the queue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

Template = dict[str, Any]

_ARN: Final[Mapping[str, str]] = {
    "AWS::DynamoDB::Table": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${%s}",
    "AWS::S3::Bucket": "arn:${AWS::Partition}:s3:::${%s}",
    "AWS::KMS::Key": "${%s}",
    "AWS::SecretsManager::Secret": "${%s}",
}
_PATTERN: Final[Mapping[str, str]] = {
    "AWS::DynamoDB::Table": "|[a-zA-Z0-9_.-]{3,255}",
    "AWS::S3::Bucket": "|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    "AWS::KMS::Key": r"|arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[a-zA-Z0-9-]+",
    "AWS::SecretsManager::Secret": r"|arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+",
}
_WHAT: Final[Mapping[str, str]] = {
    "AWS::DynamoDB::Table": "name of the table",
    "AWS::S3::Bucket": "name of the bucket",
    "AWS::KMS::Key": "ARN of the key",
    "AWS::SecretsManager::Secret": "whole ARN of the secret, its six last letters included",
}
_PLACED: Final = re.compile(r"\$\{([A-Za-z0-9]+)(\.Arn)?\}")


def parameter_of(name: str) -> str:
    """The parameter that names an existing resource."""
    return f"Existing{name}"


def condition_of(name: str) -> str:
    """The condition under which the stack makes a resource itself."""
    return f"Makes{name}"


def outliving(template: Template) -> dict[str, str]:
    """The type of each resource that may be there already, by logical id: what stays when a stack goes."""
    return {
        name: resource["Type"]
        for name, resource in template["Resources"].items()
        if resource.get("Type") in _ARN and resource.get("DeletionPolicy") == "Retain"
    }


def ref_of(name: str) -> Template:
    """What Ref gives of a resource, whoever has made it."""
    return {"Fn::If": [condition_of(name), {"Ref": name}, {"Ref": parameter_of(name)}]}


def arn_of(name: str, kind: str) -> Template:
    """The ARN of a resource, whoever has made it."""
    own = {"Ref": name} if kind == "AWS::SecretsManager::Secret" else {"Fn::GetAtt": [name, "Arn"]}
    return {"Fn::If": [condition_of(name), own, {"Fn::Sub": _ARN[kind] % parameter_of(name)}]}


def taken_over(template: Template) -> None:
    """Add parameters and conditions for all that may be there already, and name it wherever it is named."""
    kinds = outliving(template)
    for section in ("Globals", "Resources", "Outputs"):
        if section in template:
            template[section] = _named(template[section], kinds)
    for name, kind in kinds.items():
        parameter = parameter_of(name)
        template["Parameters"][parameter] = {
            "Type": "String",
            "Default": "",
            "AllowedPattern": _PATTERN[kind],
            "Description": f"{name} is there already: the {_WHAT[kind]}; empty: it is made",
        }
        template["Conditions"][condition_of(name)] = {"Fn::Equals": [{"Ref": parameter}, ""]}
        template["Resources"][name]["Condition"] = condition_of(name)


def _named(value: Any, kinds: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_named(one, kinds) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((word, argument),) = value.items()
        if word == "Ref" and argument in kinds:
            return ref_of(argument)
        if word == "Fn::GetAtt" and argument[0] in kinds:
            return arn_of(argument[0], kinds[argument[0]])
        if word == "Fn::Sub":
            return _substituted(argument, kinds)
    return {key: _named(one, kinds) for key, one in value.items()}


def _substituted(argument: Any, kinds: Mapping[str, str]) -> Template:
    """A text with what may be there already put in as variables of its own: ${Name} and ${Name.Arn}."""
    text, own = (argument, {}) if isinstance(argument, str) else argument
    own = {key: _named(one, kinds) for key, one in own.items()}

    def put_in(found: re.Match[str]) -> str:
        name, wants_arn = found.groups()
        if name not in kinds:
            return found[0]
        variable = f"{name}Arn" if wants_arn else f"{name}Name"
        own[variable] = arn_of(name, kinds[name]) if wants_arn else ref_of(name)
        return f"${{{variable}}}"

    replaced = _PLACED.sub(put_in, text)
    return {"Fn::Sub": [replaced, own] if own else replaced}


def as_written(value: Any) -> Any:
    """A value of the template as infra/*.yaml and the policies write it: by the resource's own name."""
    if isinstance(value, list):
        return [as_written(one) for one in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Fn::If": [str(condition), own, _]} if condition.startswith(condition_of("")):
            return own
        case {"Fn::Sub": [str(text), variables]}:
            return _written_sub(text, dict(variables))
    return {key: as_written(one) for key, one in value.items()}


def _written_sub(text: str, own: dict[str, Any]) -> Template:
    for variable, made in list(own.items()):
        if as_written(made) != made:
            name, wants_arn = variable.removesuffix("Arn").removesuffix("Name"), variable.endswith("Arn")
            text = text.replace(f"${{{variable}}}", f"${{{name}.Arn}}" if wants_arn else f"${{{name}}}")
            del own[variable]
    return {"Fn::Sub": [text, own] if own else text}
