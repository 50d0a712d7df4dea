"""What the machine says to a contact: templates rendered in the scene's language, put into the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.domain.consent import Scope
from gateway.domain.gate import Ground
from gateway.domain.message import Purpose
from gateway.traffic.outbox import Draft, Outbox, Text
from gateway.traffic.scene import Scene


class Replies:
    """Renders first and puts later, so that a text that cannot be rendered leaves nothing behind."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def render(
        self, scene: Scene, template: str, variables: Mapping[str, Any], *, shipped: bool = False
    ) -> Text:
        """Fill in a template; raises TemplateError."""
        values = {"scope": _scope_of(scene), **variables}
        return self._outbox.render(
            scene.project, scene.sender, template, scene.locale, scene.now, values, shipped=shipped
        )

    def put(
        self,
        scene: Scene,
        text: Text,
        ground: Ground,
        *,
        source: str,
        purpose: Purpose = Purpose.REPLY,
        dialogue_id: str | None = None,
    ) -> None:
        """Write an automatic text; the gate and the loop guard decide whether it goes out."""
        draft = Draft(
            text=text,
            purpose=purpose,
            ground=ground,
            asked_at=scene.now,
            in_reply_to=scene.message.id if scene.message else None,
            thread_id=_thread_of(scene),
            dialogue_id=dialogue_id,
            available_at=scene.arrived,
            withheld=scene.withheld,
            why=(source,),
        )
        self._outbox.put(scene.project, scene.sender, scene.person, scene.changes, scene.now, draft)


def _scope_of(scene: Scene) -> Scope:
    """Return what a STOP closes for this contact: never less than an earlier one did."""
    stop = scene.person.suppression
    return Scope.ALL if stop is not None and stop.scope is Scope.ALL else scene.project.optout_scope


def _thread_of(scene: Scene) -> str | None:
    if scene.message is not None:
        return scene.message.thread_id
    return scene.open_thread.id if scene.open_thread else None
