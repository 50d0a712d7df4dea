"""Twilio's words for what became of a message, in ours.

Statuses: Twilio, "Message status values". Codes: Twilio, "Error and warning dictionary"; the same code may
come in the answer to a send and in a receipt (through a Messaging Service nearly all come in the receipt).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.domain.message import Failure, Status

STATUSES: Final[Mapping[str, tuple[Status, Failure | None]]] = {
    "accepted": (Status.ACCEPTED, None),
    "scheduled": (Status.ACCEPTED, None),
    "queued": (Status.ACCEPTED, None),
    "sending": (Status.SENT, None),
    "sent": (Status.SENT, None),
    "delivered": (Status.DELIVERED, None),
    "read": (Status.DELIVERED, None),
    "undelivered": (Status.UNDELIVERED, Failure.UNKNOWN),
    # A text of which one part failed did not arrive.
    "partially_delivered": (Status.UNDELIVERED, Failure.UNKNOWN),
    "failed": (Status.REJECTED, Failure.UNKNOWN),
    "canceled": (Status.CANCELLED, None),
}
"""The status, and the reason where no code beside it says more."""

EXPIRED: Final = "30036"
"""The validity period ran out: the code, and not the status, says so."""

OPTED_OUT: Final = "21610"

FAILURES: Final[Mapping[str, Failure]] = {
    "14107": Failure.RATE_LIMITED,
    "20003": Failure.AUTH,
    "20429": Failure.RATE_LIMITED,
    "21211": Failure.INVALID_DESTINATION,
    "21212": Failure.SENDER_INVALID,
    "21217": Failure.INVALID_DESTINATION,
    "21408": Failure.GEO_BLOCKED,
    "21602": Failure.CONTENT_REJECTED,
    "21604": Failure.INVALID_DESTINATION,
    "21606": Failure.SENDER_INVALID,
    "21608": Failure.CONFIG,
    "21609": Failure.CONFIG,
    OPTED_OUT: Failure.OPTED_OUT,
    "21611": Failure.QUEUE_FULL,
    "21612": Failure.UNREACHABLE_PERMANENT,
    "21614": Failure.NOT_MOBILE,
    "21617": Failure.CONTENT_REJECTED,
    "21635": Failure.NOT_MOBILE,
    "21661": Failure.SENDER_INVALID,
    "21701": Failure.CONFIG,
    "21703": Failure.SENDER_INVALID,
    "30001": Failure.QUEUE_FULL,
    "30002": Failure.CONFIG,
    "30003": Failure.UNREACHABLE_TEMPORARY,
    "30004": Failure.BLOCKED_BY_RECIPIENT,
    "30005": Failure.INVALID_DESTINATION,
    "30006": Failure.NOT_MOBILE,
    "30007": Failure.CARRIER_FILTERED,
    "30008": Failure.UNKNOWN,
    "30022": Failure.RATE_LIMITED,
    "30032": Failure.SENDER_UNREGISTERED,
    "30034": Failure.SENDER_UNREGISTERED,
    EXPIRED: Failure.EXPIRED,
    "30410": Failure.NETWORK_ERROR,
    "63038": Failure.RATE_LIMITED,
}

LATER: Final[Mapping[str, float | None]] = {
    "14107": None,
    "20429": None,
    "21611": 30.0,
    "30001": 30.0,
    "30022": None,
    "63038": 900.0,
}
"""Codes of a send that was surely not taken and may be asked again after so many seconds.

The sender's queue is full for a while; the day's limit (63038) needs patience.
"""

MISCONFIGURED: Final = frozenset({"20003", "21212", "21606", "21609", "21661", "21701", "21703", "30002"})
"""Codes of a send that every text of this sender will get until the operator mends something.

21608 is not among them: a trial account may text its verified numbers.
"""
