"""SNS通道 · Through an SNS topic to a gateway that reads its queue, or as an SNS SMS; reports are pushed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from chalicelib.carriers.port import Handed
from chalicelib.errors import NotTakenError
from chalicelib.settings import settings
from chalicelib.storage.clients import client, never_arrived


class Sns:
    """SNS, which is asked once: it has no token by which it would know a message again."""

    def hand_over(self, message: str, phone: str, text: str) -> Handed:
        """Publish a message to the topic, or to the phone itself."""
        try:
            self._publish(message, phone, text)
        except Exception as error:
            if never_arrived(error):
                raise NotTakenError(f"SNS has not taken a message: {type(error).__name__}") from error
            raise
        return Handed.TAKEN

    def _publish(self, message: str, phone: str, text: str) -> None:
        bears = {"message": {"DataType": "String", "StringValue": message}}
        if settings().sender == "sms":
            client("sns").publish(PhoneNumber=f"+86{phone}", Message=text, MessageAttributes=bears)
            return
        body = json.dumps({"message": message, "phone": phone, "text": text}, ensure_ascii=False)
        client("sns").publish(TopicArn=settings().messages_topic_arn, Message=body, MessageAttributes=bears)

    def fetch_reports(self, after: str) -> tuple[Sequence[Mapping[str, str]], str]:
        """None: the gateway puts its reports into the queue that calls `carrier_report`."""
        return (), after
