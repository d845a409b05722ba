"""What EventBridge tells a function that it calls, and Lambda a queue about what it has given up."""

from __future__ import annotations

import json
from datetime import datetime

from sandbox.kernel.functions import Function
from sandbox.kernel.resource_makers import ACCOUNT, PARTITION, REGION


def scheduled_event(rule: str, due: datetime) -> str:
    """A rule was due at an instant."""
    event = {
        "version": "0",
        "id": f"{rule}-{due:%Y%m%dT%H%M}",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": f"{due:%Y-%m-%dT%H:%M:%SZ}",
        "region": REGION,
        "resources": [f"arn:{PARTITION}:events:{REGION}:{ACCOUNT}:rule/{rule}"],
        "detail": {},
    }
    return json.dumps(event)


def given_up(function: Function, event: str, said: str, at: datetime, *, tries: int) -> str:
    """A function has failed at an event for good; `said` is what it raised, in JSON."""
    told = {
        "version": "1.0",
        "timestamp": at.isoformat(),
        "requestContext": {
            "functionArn": f"{function.arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": tries,
        },
        "requestPayload": json.loads(event),
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": json.loads(said),
    }
    return json.dumps(told)
