"""What an operator does once an alarm has called: what has died goes back to where it came from."""

from __future__ import annotations

from chalicelib import intake
from chalicelib.model import FileState
from chalicelib.storage.dynamodb import files
from sandbox.kernel import Sandbox


def redrive(sandbox: Sandbox) -> None:
    """Put back dead files and dead messages."""
    for file in files.everything():
        if file.state is FileState.DEAD:
            intake.redrive(file.feed, file.id)
    sqs, names = sandbox.client("sqs"), sandbox.names
    dead = names["CarrierReportsDeadQueue"]
    while got := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages"):
        for message in got:
            sqs.send_message(QueueUrl=names["CarrierReportsQueue"], MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
    sqs.purge_queue(QueueUrl=names["SchedulesDeadQueue"])  # what failed there runs again the next day
