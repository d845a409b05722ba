"""Which rights a call to AWS needs: pairs of an IAM action and the ARN of what it is done to.

From the Service Authorization Reference, for the calls that this project makes. A call that is not listed,
or a parameter that would need more, is an error: whoever makes it first writes here what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from moto.kms.utils import KEY_ID_LEN

from sandbox.rights.places import Places

Need = tuple[str, str]
"""(IAM action, ARN)"""
Asked = Mapping[str, Any]

_ENCRYPT: Final = "kms:GenerateDataKey"
_DECRYPT: Final = "kms:Decrypt"
_MORE_RIGHTS: Final = frozenset(
    {"ACL", "Tagging", "ObjectLockMode", "ObjectLockLegalHoldStatus"}
    | {"GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP", "BypassGovernanceRetention"}
)
"""Parameters of S3 for which its plain actions do not suffice."""
_AUDIT_TABLE: Final = {"Fn::GetAtt": ["AuditTable", "Arn"]}
_ITEMS: Final = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Get": "dynamodb:GetItem",
}


class UnknownCallError(NotImplementedError):
    """Nobody has said yet which rights a call needs."""


def needs(service: str, operation: str, asked: Asked, places: Places) -> Iterator[Need]:
    """What a call needs. Raises UnknownCallError."""
    known = _CALLS.get((service, operation))
    if known is None:
        raise UnknownCallError(f"{service} {operation}: say in {__name__} which rights it needs")
    return known(asked, places)


# --- DynamoDB ------------------------------------------------------------------------------------


def _table(places: Places, asked: Asked) -> str:
    return places.arn("dynamodb", f"table/{asked['TableName']}")


def _on_table(action: str) -> Callable[[Asked, Places], Iterator[Need]]:
    def known(asked: Asked, places: Places) -> Iterator[Need]:
        index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
        yield f"dynamodb:{action}", _table(places, asked) + index

    return known


def _put(asked: Asked, places: Places) -> Iterator[Need]:
    yield from _on_table("PutItem")(asked, places)
    yield from _overwriting(asked, places)


def _overwriting(asked: Asked, places: Places) -> Iterator[Need]:
    """What is put unconditionally may stand there already: in the audit table that is to alter an entry.

    No right of IAM's can ask for a condition; so here it needs one that nobody has.
    """
    table = _table(places, asked)
    appends = "attribute_not_exists" in asked.get("ConditionExpression", "")
    if places.logical.get(table) == _AUDIT_TABLE and not appends:
        yield "dynamodb:UpdateItem", table


def _on_tables(action: str) -> Callable[[Asked, Places], Iterator[Need]]:
    def known(asked: Asked, places: Places) -> Iterator[Need]:
        for table in asked["RequestItems"]:
            yield f"dynamodb:{action}", places.arn("dynamodb", f"table/{table}")

    return known


def _transaction(asked: Asked, places: Places) -> Iterator[Need]:
    """There is no right to transactions: each item needs its own."""
    done = {(kind, item["TableName"]) for each in asked["TransactItems"] for kind, item in each.items()}
    for kind, table in sorted(done):
        yield _ITEMS[kind], places.arn("dynamodb", f"table/{table}")
    for each in asked["TransactItems"]:
        if "Put" in each:
            yield from _overwriting(each["Put"], places)


# --- S3 ------------------------------------------------------------------------------------------


def _object(asked: Asked, places: Places) -> str:
    if more := _MORE_RIGHTS & asked.keys():
        raise UnknownCallError(f"s3 with {', '.join(sorted(more))}: say in {__name__} which rights it needs")
    return f"{places.bucket(asked['Bucket'])}/{asked['Key']}"


def _sealed(action: str, asked: Asked, places: Places) -> Iterator[Need]:
    if key := asked.get("SSEKMSKeyId"):
        yield action, places.called(key, "kms", "key/")
    elif key := places.sealed.get(asked["Bucket"]):
        yield action, key


def _read(asked: Asked, places: Places) -> Iterator[Need]:
    yield "s3:GetObjectVersion" if "VersionId" in asked else "s3:GetObject", _object(asked, places)
    yield from _sealed(_DECRYPT, asked, places)


def _head(asked: Asked, places: Places) -> Iterator[Need]:
    yield next(_read(asked, places))


def _write(asked: Asked, places: Places) -> Iterator[Need]:
    yield "s3:PutObject", _object(asked, places)
    yield from _sealed(_ENCRYPT, asked, places)
    if "IfMatch" in asked:  # whether it is still what was read
        yield "s3:GetObject", _object(asked, places)


def _write_part(asked: Asked, places: Places) -> Iterator[Need]:
    """A part is sealed with the key of the whole, which must be opened for it."""
    yield from _write(asked, places)
    yield from _sealed(_DECRYPT, asked, places)


def _delete(asked: Asked, places: Places) -> Iterator[Need]:
    yield "s3:DeleteObjectVersion" if "VersionId" in asked else "s3:DeleteObject", _object(asked, places)


def _abort(asked: Asked, places: Places) -> Iterator[Need]:
    yield "s3:AbortMultipartUpload", _object(asked, places)


def _list(asked: Asked, places: Places) -> Iterator[Need]:
    yield "s3:ListBucket", places.bucket(asked["Bucket"])


# --- the rest ------------------------------------------------------------------------------------


def _queue(action: str) -> Callable[[Asked, Places], Iterator[Need]]:
    def known(asked: Asked, places: Places) -> Iterator[Need]:
        yield f"sqs:{action}", places.arn("sqs", asked["QueueUrl"].rsplit("/", 1)[-1])

    return known


def _publish(asked: Asked, places: Places) -> Iterator[Need]:
    """A phone has no ARN; only `*` allows it."""
    yield "sns:Publish", asked.get("TopicArn") or asked.get("TargetArn") or "a phone"


def _states(action: str, of: str | None) -> Callable[[Asked, Places], Iterator[Need]]:
    def known(asked: Asked, places: Places) -> Iterator[Need]:
        yield f"states:{action}", "*" if of is None else asked[of]

    return known


def _data_key(asked: Asked, places: Places) -> Iterator[Need]:
    yield _ENCRYPT, places.called(asked["KeyId"], "kms", "key/")


def _sign(asked: Asked, places: Places) -> Iterator[Need]:
    yield "kms:Sign", places.called(asked["KeyId"], "kms", "key/")


def _decrypt(asked: Asked, places: Places) -> Iterator[Need]:
    key = asked.get("KeyId") or asked["CiphertextBlob"][:KEY_ID_LEN].decode(errors="replace")
    yield _DECRYPT, places.called(key, "kms", "key/")


def _secret(asked: Asked, places: Places) -> Iterator[Need]:
    arn = places.called(asked["SecretId"], "secretsmanager", "secret:")
    yield "secretsmanager:GetSecretValue", arn
    if arn in places.sealed:
        yield _DECRYPT, places.sealed[arn]


def _assume(asked: Asked, places: Places) -> Iterator[Need]:
    yield "sts:AssumeRole", asked["RoleArn"]


_CALLS: Final[Mapping[tuple[str, str], Callable[[Asked, Places], Iterator[Need]]]] = {
    **{
        ("dynamodb", action): _on_table(action)
        for action in ("GetItem", "UpdateItem", "DeleteItem", "Query", "Scan", "DescribeTable")
    },
    ("dynamodb", "PutItem"): _put,
    ("dynamodb", "BatchGetItem"): _on_tables("BatchGetItem"),
    ("dynamodb", "BatchWriteItem"): _on_tables("BatchWriteItem"),
    ("dynamodb", "TransactGetItems"): _transaction,
    ("dynamodb", "TransactWriteItems"): _transaction,
    ("kms", "Decrypt"): _decrypt,
    ("kms", "GenerateDataKey"): _data_key,
    ("kms", "Sign"): _sign,
    ("s3", "AbortMultipartUpload"): _abort,
    ("s3", "CompleteMultipartUpload"): _write_part,
    ("s3", "CreateMultipartUpload"): _write,
    ("s3", "DeleteObject"): _delete,
    ("s3", "GetObject"): _read,
    ("s3", "HeadObject"): _head,
    ("s3", "ListObjectsV2"): _list,
    ("s3", "PutObject"): _write,
    ("s3", "UploadPart"): _write_part,
    ("secretsmanager", "GetSecretValue"): _secret,
    ("sns", "Publish"): _publish,
    ("sts", "AssumeRole"): _assume,
    ("sqs", "DeleteMessage"): _queue("DeleteMessage"),
    ("sqs", "DeleteMessageBatch"): _queue("DeleteMessage"),
    ("sqs", "GetQueueAttributes"): _queue("GetQueueAttributes"),
    ("sqs", "ReceiveMessage"): _queue("ReceiveMessage"),
    ("sqs", "SendMessage"): _queue("SendMessage"),
    ("sqs", "SendMessageBatch"): _queue("SendMessage"),
    ("stepfunctions", "DescribeExecution"): _states("DescribeExecution", "executionArn"),
    ("stepfunctions", "ListExecutions"): _states("ListExecutions", "stateMachineArn"),
    ("stepfunctions", "SendTaskFailure"): _states("SendTaskFailure", None),
    ("stepfunctions", "SendTaskSuccess"): _states("SendTaskSuccess", None),
    ("stepfunctions", "StartExecution"): _states("StartExecution", "stateMachineArn"),
    ("stepfunctions", "StopExecution"): _states("StopExecution", "executionArn"),
}

WRITES: Final = frozenset(
    {
        *(f"dynamodb:{word}Item" for word in ("Put", "Update", "Delete", "BatchWrite")),
        *("kms:GenerateDataKey", "kms:Sign", "sns:Publish", "sts:AssumeRole"),
        *("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload"),
        *("sqs:SendMessage", "sqs:DeleteMessage", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility"),
        *(
            "states:StartExecution",
            "states:StopExecution",
            "states:SendTaskSuccess",
            "states:SendTaskFailure",
        ),
        *("logs:CreateLogStream", "logs:PutLogEvents", "cloudwatch:PutMetricData"),
    }
)
"""Actions that change something (access levels Write and Permissions management)."""
READS: Final = frozenset(
    {
        *(f"dynamodb:{word}" for word in ("GetItem", "BatchGetItem", "Query", "Scan", "DescribeTable")),
        *("dynamodb:ConditionCheckItem", "kms:Decrypt", "secretsmanager:GetSecretValue"),
        *("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "sqs:GetQueueAttributes"),
        *("states:DescribeExecution", "states:ListExecutions"),
    }
)
"""Actions that change nothing (access levels Read and List)."""
