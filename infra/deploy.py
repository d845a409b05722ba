"""Deploy a stack, after printing what that will change.

    python -m infra.deploy --stack NAME --bucket BUCKET [Parameter=value …]   prints the change set alone
    python -m infra.deploy … --execute                                        prints it, asks, carries it out

BUCKET takes the template and the archive that `make package` has built: private, in the stack's region. A
parameter that is not named keeps its value. What would replace something that holds people is refused.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError, WaiterError

from infra.existing import outliving, parameter_of
from infra.template import ROOT

PACKAGE: Final = ROOT / "build" / "package"
_CAPABILITIES: Final = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
_NO_CHANGES: Final = ("didn't contain changes", "No updates are to be performed")
Clients = Callable[[str], Any]


def upload(clients: Clients, bucket: str, package: Path = PACKAGE) -> str:
    """Put archive and template into the bucket, each named by its content; the template's address."""
    archive = (package / "deployment.zip").read_bytes()
    key = f"wugan/{hashlib.sha256(archive).hexdigest()}.zip"
    template = json.loads((package / "template.json").read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    text = json.dumps(template, ensure_ascii=False, sort_keys=True).encode()
    said = f"wugan/{hashlib.sha256(text).hexdigest()}.json"
    s3 = clients("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=archive)
    s3.put_object(Bucket=bucket, Key=said, Body=text)
    url: str = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": said})
    return url.partition("?")[0]


def change_set(
    clients: Clients, stack: str, template: str, given: Mapping[str, str], known: Sequence[str]
) -> tuple[str, list[dict[str, Any]]]:
    """Have CloudFormation say what would change: the change set's name, and its changes; none: no changes."""
    cloudformation = clients("cloudformation")
    before = _parameters_of(cloudformation, stack)
    name = f"wugan-{hashlib.sha256(f'{template}{sorted(given.items())}'.encode()).hexdigest()[:16]}"
    kept = [
        {"ParameterKey": p, "UsePreviousValue": True} for p in known if p in (before or ()) and p not in given
    ]
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=name,
        ChangeSetType="CREATE" if before is None else "UPDATE",
        TemplateURL=template,
        Capabilities=_CAPABILITIES,
        Parameters=[*({"ParameterKey": p, "ParameterValue": v} for p, v in given.items()), *kept],
    )
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(StackName=stack, ChangeSetName=name)
    except WaiterError:
        why = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name).get("StatusReason", "")
        if any(word in why for word in _NO_CHANGES):
            return name, []
        raise SystemExit(f"CloudFormation refuses: {why}") from None
    pages = cloudformation.get_paginator("describe_change_set").paginate(StackName=stack, ChangeSetName=name)
    return name, [each["ResourceChange"] for page in pages for each in page["Changes"]]


def _parameters_of(cloudformation: Any, stack: str) -> set[str] | None:
    """The parameters that a stack has; None where there is none, or it was only begun."""
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError:
        return None
    if found["StackStatus"] == "REVIEW_IN_PROGRESS":
        return None
    return {each["ParameterKey"] for each in found.get("Parameters", ())}


def lost_by(changes: Sequence[Mapping[str, Any]], kept: Mapping[str, str]) -> list[str]:
    """What holds people, or leads to them, and would be replaced or taken out of the stack."""
    return sorted(
        change["LogicalResourceId"]
        for change in changes
        if change["LogicalResourceId"] in kept
        and (change["Action"] == "Remove" or change.get("Replacement") in ("True", "Conditional"))
    )


def in_words(changes: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line a change: what is done, to what, and whether it is another one afterwards."""
    rows = sorted(
        (c["Action"], c["LogicalResourceId"], c["ResourceType"], c.get("Replacement", "")) for c in changes
    )
    return [
        f"{action:7} {name:32} {kind}{' REPLACED' if again == 'True' else ''}"
        for action, name, kind, again in rows
    ]


def tell_the_queue(clients: Clients, stack: str, inbox: str) -> None:
    """Have an inbox that was there already tell the stack's own queue of what is dropped."""
    found = clients("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="InboxQueue")
    url = found["StackResourceDetail"]["PhysicalResourceId"]
    said = clients("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    queue = {"QueueArn": said["QueueArn"], "Events": ["s3:ObjectCreated:*"]}
    clients("s3").put_bucket_notification_configuration(
        Bucket=inbox, NotificationConfiguration={"QueueConfigurations": [queue]}
    )


def deploy(options: argparse.Namespace, clients: Clients, ask: Callable[[str], str] = input) -> int:
    """Print the change set, and carry it out if that is wished and said again; 1 where it may not be."""
    template = json.loads((PACKAGE / "template.json").read_text(encoding="utf-8"))
    given = dict(each.partition("=")[::2] for each in options.parameters)
    if unknown := given.keys() - template["Parameters"].keys():
        print(f"the template has no parameter {', '.join(sorted(unknown))}")
        return 1
    url = upload(clients, options.bucket)
    name, changes = change_set(clients, options.stack, url, given, list(template["Parameters"]))
    print("\n".join(in_words(changes)) or "nothing changes")
    if lost := lost_by(changes, outliving(template)):
        print(f"REFUSED: {', '.join(lost)} would be another one, and nobody would be found in it")
        return 1
    if not options.execute or not changes:
        return 0
    if ask(f"{len(changes)} changes to {options.stack}: write its name to go on: ") != options.stack:
        print("left as it is")
        return 1
    cloudformation = clients("cloudformation")
    kind = "create" if all(each["Action"] == "Add" for each in changes) else "update"
    cloudformation.execute_change_set(StackName=options.stack, ChangeSetName=name)
    cloudformation.get_waiter(f"stack_{kind}_complete").wait(StackName=options.stack)
    if inbox := given.get(parameter_of("InboxBucket")):
        tell_the_queue(clients, options.stack, inbox)
    return 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--stack", required=True)
    parser.add_argument("--bucket", required=True, help="takes archive and template")
    parser.add_argument(
        "--execute", action="store_true", help="carry it out, once its name was written again"
    )
    parser.add_argument("parameters", nargs="*", metavar="Parameter=value")
    return deploy(parser.parse_args(), boto3.client)


if __name__ == "__main__":
    sys.exit(main())
