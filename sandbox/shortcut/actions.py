"""Calls that go straight to the action of moto's handler."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from moto.core.exceptions import AWSError
from moto.core.responses import BaseResponse
from moto.dynamodb.responses import DynamoHandler
from moto.sns.responses import SNSResponse
from moto.sqs.responses import SQSResponse
from moto.stepfunctions.responses import StepFunctionResponse

from sandbox.shortcut.place import Action, Place, Refused, copied

_PARSED: Final = frozenset({SNSResponse, SQSResponse})
"""Handlers whose parameters moto has parsed before the action asks for them."""
_INSTANTS: Final = frozenset({"startDate", "stopDate"})


def _action(kind: type[Any], name: str) -> Action:
    def act(place: Place, parameters: Mapping[str, Any]) -> dict[str, Any]:
        handler = _handler(kind, place, copied(parameters))
        answer: dict[str, Any] = copied(getattr(handler, name)().result)
        return answer

    return act


def _handler(kind: type[Any], place: Place, parameters: dict[str, Any]) -> BaseResponse:
    """moto's handler as it stands when a request has been read."""
    handler: Any = kind()
    handler.region = place.region
    handler.current_account = place.account
    handler.headers = {}
    handler.uri_match = {}
    if kind in _PARSED:
        handler.params = parameters
    else:
        handler.body = parameters
        handler.querystring = {name: [value] for name, value in parameters.items()}
    read: BaseResponse = handler
    return read


def _with_instants(act: Action) -> Action:
    """An answer whose instants botocore has read."""

    def answered(place: Place, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        answer = act(place, parameters)
        return None if answer is None else _read(answer)

    return answered


def _read(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _read(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_read(inner) for inner in value]
    if name not in _INSTANTS:
        return value
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _refusing(act: Action) -> Action:
    """An action whose refusals are told at once: it changes nothing where it refuses."""

    def answered(place: Place, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            return act(place, parameters)
        except AWSError as no:
            raise Refused(no.code, no.error_type, no.message) from None

    return answered


def _nothing(act: Action) -> Action:
    """An action without an answer."""

    def answered(place: Place, parameters: Mapping[str, Any]) -> dict[str, Any]:
        act(place, parameters)
        return {}

    return answered


_TABLES: Final[Mapping[str, str]] = {
    "BatchGetItem": "batch_get_item",
    "BatchWriteItem": "batch_write_item",
    "DeleteItem": "delete_item",
    "GetItem": "get_item",
    "PutItem": "put_item",
    "Query": "query",
    "Scan": "scan",
    "TransactWriteItems": "transact_write_items",
    "UpdateItem": "update_item",
}

SHORT: Final[Mapping[tuple[str, str], Action]] = {
    **{("dynamodb", operation): _action(DynamoHandler, name) for operation, name in _TABLES.items()},
    ("sns", "Publish"): _action(SNSResponse, "publish"),
    ("sqs", "ReceiveMessage"): _action(SQSResponse, "receive_message"),
    ("sqs", "DeleteMessageBatch"): _action(SQSResponse, "delete_message_batch"),
    ("sqs", "SendMessageBatch"): _action(SQSResponse, "send_message_batch"),
    ("stepfunctions", "DescribeExecution"): _with_instants(
        _refusing(_action(StepFunctionResponse, "describe_execution"))
    ),
    ("stepfunctions", "ListExecutions"): _with_instants(_action(StepFunctionResponse, "list_executions")),
    ("stepfunctions", "StartExecution"): _with_instants(_action(StepFunctionResponse, "start_execution")),
    ("stepfunctions", "SendTaskSuccess"): _nothing(_action(StepFunctionResponse, "send_task_success")),
}
