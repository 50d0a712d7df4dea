"""What still goes out after a STOP: its one confirmation, and answers to what was asked since."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from gateway.domain.consent import Scope
from gateway.domain.decision import Ground, Reason
from gateway.domain.message import Purpose
from gateway.domain.sender import OptOutHandler

if TYPE_CHECKING:
    from gateway.domain.consent import Suppression
    from gateway.domain.decision import Request

_ANSWERS = frozenset({Ground.OPT_IN_CONFIRMATION, Ground.HELP, Ground.CONTACT, Ground.INFO, Ground.THREAD})
_INSTANT = timedelta(milliseconds=1)
"""Rows keep milliseconds: two moments nearer than that are the same one."""


def after_stop(request: Request, stop: Suppression) -> tuple[str, Reason | None]:
    """Return a word for the trail, and the reason when the text must not go out."""
    if stop.scope is Scope.MARKETING and request.purpose is not Purpose.MARKETING:
        return "marketing only", None
    if request.purpose is not Purpose.REPLY:
        return f"stopped {stop.scope}", Reason.OPTED_OUT
    if request.ground is Ground.OPT_OUT_CONFIRMATION:
        own = _confirms(request, stop)
        return ("its confirmation", None) if own else ("another STOP", Reason.OPTED_OUT)
    if request.ground not in _ANSWERS:
        return f"stopped, no {request.ground}", Reason.OPTED_OUT
    if request.asked_at - stop.at < _INSTANT:
        return "stopped, asked before", Reason.OPTED_OUT
    if _blocked(request, stop):
        return "stopped, the carrier blocks", Reason.BLOCKED_BY_NETWORK
    return "stopped, asked since", None


def _confirms(request: Request, stop: Suppression) -> bool:
    """Tell whether the text answers the latest STOP, or the first one when a second came before it left."""
    moments = (stop.at, stop.confirmed_at or stop.at)
    return any(abs(request.asked_at - moment) < _INSTANT for moment in moments)


def _blocked(request: Request, stop: Suppression) -> bool:
    """Tell whether the carrier heard the STOP and refuses everything since; of a form it knows nothing."""
    return request.sender.optout_handled_by is not OptOutHandler.APP and stop.carrier_blocks
