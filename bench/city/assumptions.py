"""假设 · Everything about a city and about AWS that is assumed, not measured; nothing was run on AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CITY: Final = 1_360_000  # recipients
SHARDS: Final = 32
SHARD: Final = CITY // SHARDS  # people
FILE_ROWS: Final = 1_000_000  # of the file from whose drop to the last certificate it is counted
FILE_RECIPIENTS: Final = 250_000  # whom such a file is about
AWAITED: Final = 0.07  # of these, on an ordinary day
ROW_BYTES: Final = 120  # of a file
RANGES_AT_ONCE: Final = 10  # of a large file, as the template lets its queue call
LARGEST_ROSTER: Final = 3_000_000  # with a warmed table

MILLISECONDS: Final[Mapping[str, float]] = {
    "dynamodb.Query": 5,
    "dynamodb.GetItem": 4,
    "dynamodb.TransactWriteItems": 15,
    "dynamodb.PutItem": 6,
    "dynamodb.DeleteItem": 6,
    "dynamodb.UpdateItem": 6,
    "dynamodb.BatchGetItem": 15,
    "dynamodb.BatchWriteItem": 15,
    "dynamodb.Scan": 15,
    "s3.GET": 20,
    "s3.PUT": 40,
    "s3.POST": 40,
    "s3.LIST": 30,
    "s3.HEAD": 15,
    "s3.DELETE": 15,
    "stepfunctions.StartExecution": 15,
    "stepfunctions.DescribeExecution": 15,
    "stepfunctions.ListExecutions": 30,
    "stepfunctions.SendTaskSuccess": 15,
    "sns.Publish": 15,
    "sqs.SendMessage": 10,
    "kms.GenerateDataKey": 8,
    "kms.Decrypt": 8,
    "kms.Sign": 15,
    "secretsmanager.GetSecretValue": 15,
}
"""How long a call takes from within the region, first byte to last."""

SLOWER: Final = 1.5  # a CPU of Lambda against the machine that measures
ONE_CPU: Final = 1_769  # MB of a function that has one CPU; less memory, less of it
INVOCATION: Final = 900  # seconds

PARTITION_WRITES: Final = 1_000  # write units a second that one partition takes
PARTITION_READS: Final = 3_000
NEW_TABLE_WRITES: Final = 4_000  # a new table on demand; a WarmThroughput lifts it

# US dollars; list prices of us-east-1 as they were noted on PRICED. Those of aws-cn are not known here.
PRICED: Final = "2026-11-29"
USD_A_MILLION_WRITES: Final = 0.625
USD_A_MILLION_READS: Final = 0.125
USD_A_MILLION_TRANSITIONS: Final = 25.0
USD_A_GB_AND_YEAR: Final = 77 / 14.3  # storage with backups, as in the estimate of that day
USD_A_MILLION_WRITES_OF_AUDIT: Final = 0.78  # of a table that is seldom read (Standard-IA)
USD_A_GB_AND_YEAR_OF_AUDIT: Final = (0.10 + 0.20) * 12  # likewise; its backups cost what all do
USD_BESIDE: Final = 35 + 30 + 25 + 17  # keys, secrets, alarms; Lambda; S3; the rest: estimated that day
"""Of a deployment of a million people and a year."""


def seconds_of(calls: Mapping[str, int]) -> float:
    """How long these calls take, one after another; KeyError for one of which nothing is assumed."""
    return sum(MILLISECONDS[name] * count for name, count in calls.items()) / 1000


def cpu_factor(memory: int) -> float:
    """Seconds on a function of so much memory (MB) for a CPU second here."""
    return SLOWER * max(1.0, ONE_CPU / memory)
