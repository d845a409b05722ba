"""Where resources are: their ARNs, the keys that seal them, and the words by which a policy names them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


class Named(Protocol):
    """A resource that exists: what Ref and Fn::GetAtt give."""

    @property
    def ref(self) -> str:
        """What Ref gives."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """What Fn::GetAtt gives, by name."""


@dataclass(frozen=True, slots=True)
class Places:
    """The account's resources, as calls name them."""

    partition: str
    region: str
    account: str
    stack: str = ""
    sealed: Mapping[str, str] = field(default_factory=dict)
    """ARN of the KMS key by bucket name or by a secret's ARN; without what AWS seals with keys of its own."""
    named: Mapping[str, str] = field(default_factory=dict)
    """ARN by what a call may say instead: a secret's name, a key's alias."""
    logical: Mapping[str, Any] = field(default_factory=dict)
    """What a policy file says for an ARN."""

    def arn(self, service: str, resource: str) -> str:
        """An ARN in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def bucket(self, name: str) -> str:
        """The ARN of a bucket."""
        return f"arn:{self.partition}:s3:::{name}"

    def called(self, name: str, service: str, kind: str) -> str:
        """The ARN of what a call names by its ARN, its id or a name of its own."""
        if name in self.named:
            return self.named[name]
        return name if name.startswith("arn:") else self.arn(service, f"{kind}{name}")

    def in_a_policy(self, arn: str) -> Any:
        """What a policy file would say for an ARN; of an object no more than the folder it is in."""
        if arn in self.logical:
            return self.logical[arn]
        whole, _, key = arn.partition("/")
        if whole in self.logical and ":s3:::" in whole:
            folder, slash, _ = key.partition("/")
            resource = self.logical[whole]["Fn::GetAtt"][0]
            return {"Fn::Sub": f"${{{resource}.Arn}}/{folder + '/*' if slash else '*'}"}
        told = arn.replace(f":{self.region}:", ":${AWS::Region}:").replace(self.account, "${AWS::AccountId}")
        told = told.replace(f"arn:{self.partition}:", "arn:${AWS::Partition}:")
        return {"Fn::Sub": told.replace(f":{self.stack}-", ":${AWS::StackName}-")} if told != arn else arn


def places_of(
    template: Mapping[str, Any],
    resolve: Callable[[Any], Any],
    made: Mapping[str, Named],
    pseudo: Mapping[str, str],
) -> Places:
    """The places of a template whose resources are made."""
    sealed, named, logical = dict[str, str](), dict[str, str](), dict[str, Any]()
    for name, resource in template["Resources"].items():
        if name not in made:
            continue
        ref, properties = made[name].ref, resource.get("Properties", {})
        arn = made[name].attributes.get("Arn", ref)
        if arn.startswith("arn:"):
            logical[arn] = {"Ref": name} if arn == ref else {"Fn::GetAtt": [name, "Arn"]}
            named[ref] = arn
        if resource["Type"] == "AWS::S3::Bucket" and (key := _bucket_key(resolve, properties)):
            sealed[ref] = key
        if resource["Type"] == "AWS::SecretsManager::Secret" and "KmsKeyId" in properties:
            sealed[arn] = resolve(properties["KmsKeyId"])
    partition, region, account, stack = (
        pseudo[f"AWS::{word}"] for word in ("Partition", "Region", "AccountId", "StackName")
    )
    return Places(partition, region, account, stack, sealed, named, logical)


def _bucket_key(resolve: Callable[[Any], Any], properties: Mapping[str, Any]) -> str | None:
    for rule in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]:
        key: str | None = resolve(rule["ServerSideEncryptionByDefault"].get("KMSMasterKeyID"))
        return key
    return None


def policy_files(project: Path) -> dict[str, str]:
    """The policy file of each function, by the function's name in the template, in lower case."""
    configured = json.loads((project / ".chalice" / "config.json").read_text(encoding="utf-8"))
    return {
        name.replace("_", ""): f".chalice/{function['iam_policy_file']}"
        for stage in configured["stages"].values()
        for name, function in stage["lambda_functions"].items()
    }
