"""What the clients wait for, and what their failures mean."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from pynamodb.exceptions import PynamoDBException

from chalicelib.errors import ConflictError
from chalicelib.storage import clients
from chalicelib.storage.clients import is_out_of_reach, never_arrived
from chalicelib.storage.dynamodb import people, tables
from tests.storage import faults
from tests.storage.builders import known

ROOT = Path(__file__).parents[2]
URL = "https://aws.invalid/"


def said(code: str, status: int = 400, *reasons: str) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer | {"CancellationReasons": [{"Code": reason} for reason in reasons]}, "Call")


MEANING = [  # out of reach, never arrived
    (ConnectTimeoutError(endpoint_url=URL), True, True),
    (EndpointConnectionError(endpoint_url=URL), True, True),
    (ReadTimeoutError(endpoint_url=URL), True, False),
    (said("ThrottlingException"), True, True),
    (said("SlowDown", 503), True, False),
    (said("InternalServerError", 500), True, False),
    (said("TransactionCanceledException", 400, "None", "ThrottlingError"), True, True),
    (said("TransactionCanceledException", 400, "None", "ConditionalCheckFailed"), False, True),
    (said("AccessDeniedException"), False, True),
    (NoCredentialsError(), False, True),
    (ValueError("ours"), False, False),
    (ConflictError("ours"), False, False),
]


@pytest.mark.parametrize(("error", "unreachable", "unsent"), MEANING)
def test_what_a_failure_means_also_when_it_is_wrapped(
    error: Exception, unreachable: bool, unsent: bool
) -> None:
    wrapped = PynamoDBException("wrapped", error)
    ours = RuntimeError("ours")
    ours.__cause__ = error
    for each in (error, wrapped, ours):
        assert is_out_of_reach(each) is unreachable
        assert never_arrived(each) is unsent


def read_timeout(request: Any) -> None:
    raise ReadTimeoutError(endpoint_url=request.url)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("operation", ["Query", "GetItem", "TransactWriteItems", "PutItem"])
@pytest.mark.parametrize("fault", [faults.unreachable, read_timeout])
def test_a_timeout_of_the_tables_says_that_it_is_one(operation: str, fault: Callable[[Any], None]) -> None:
    person = known()
    calls = {
        "Query": lambda: people.load(person),
        "GetItem": lambda: people.identity_of(person),
        "TransactWriteItems": lambda: known(number="341602194803054321"),
        "PutItem": lambda: tables.put_if(tables.People("x", "y"), tables.absent(tables.People)),
    }
    with (
        faults.at_call("dynamodb", operation, fault),
        pytest.raises((PynamoDBException, ConnectTimeoutError, ReadTimeoutError)) as raised,
    ):
        calls[operation]()
    assert is_out_of_reach(raised.value)
    assert not isinstance(raised.value, AttributeError)


def test_every_client_gives_up_before_its_function_does() -> None:
    stage = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))["stages"]["prod"]
    shortest = min(function["lambda_timeout"] for function in stage["lambda_functions"].values())
    for service in ("dynamodb", "s3", "sqs", "sns", "stepfunctions", "kms", "secretsmanager"):
        assert clients.longest_call(service) < shortest, service
        config = clients.client(service).meta.config
        assert config.read_timeout == clients.config_of(service).read_timeout
