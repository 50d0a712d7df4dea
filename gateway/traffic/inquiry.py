"""Threads as the traffic moves them: a text joins, a question opens, a flag is raised."""

from __future__ import annotations

from dataclasses import replace

from gateway.store.threads import Thread, ThreadState
from gateway.traffic.scene import Scene

UNCLEAR = "opt_out_unclear"
"""The flag of a text that may be an opt-out."""


def open_question(scene: Scene) -> Thread:
    """Open a thread for what was just asked; a text kept earlier for a person becomes part of it."""
    return _put(scene, origin="info", state=ThreadState.WAITING, flag=None)


def keep_for_person(scene: Scene, origin: str) -> Thread:
    """Keep a text that no machine could answer, without silencing the bot."""
    thread = scene.open_thread
    if thread is None:
        return _put(scene, origin=origin, state=ThreadState.UNSOLICITED, flag=_flag(origin))
    waits = scene.message is not None and thread.state.silences_bot
    return _join(scene, thread, _awaited(thread) if waits else thread.state, _flagged(thread, origin))


def join(scene: Scene) -> Thread:
    """Add the text to the running thread; a closed one is opened again."""
    thread = scene.thread
    if thread is None:
        return open_question(scene)
    if thread.state is ThreadState.CLOSED:
        scene.emit("thread.reopened", thread.id)
        thread = replace(thread, closed_at=None, closed_reason=None, asked_at=scene.now)
    return _join(scene, thread, _awaited(thread), thread.flag)


def close(scene: Scene, thread: Thread, reason: str) -> None:
    """Close a thread for a flow; one that may hold an opt-out waits for a person who reads it."""
    if thread.flag == UNCLEAR and scene.person.address.marketing_held_at is not None:
        scene.set_thread(replace(thread, state=_awaited(thread), updated_at=scene.now))
    else:
        scene.close_thread(thread, reason)


def _put(scene: Scene, *, origin: str, state: ThreadState, flag: str | None) -> Thread:
    current = scene.open_thread
    if current is not None:
        scene.emit("thread.opened", current.id, origin=origin)
        promoted = replace(current, origin=origin, asked_at=scene.now)
        return _join(scene, promoted, state, flag or current.flag)
    thread = Thread(
        project=scene.project.name,
        id=scene.changes.new_id(),
        address_id=scene.person.address.id,
        number=scene.person.address.number,
        sender=scene.sender.number,
        state=state,
        origin=origin,
        locale=scene.locale,
        asked_at=scene.now,
        created_at=scene.now,
        updated_at=scene.now,
    )
    scene.emit("thread.opened", thread.id, origin=origin)
    return _join(scene, thread, state, flag)


def _join(scene: Scene, thread: Thread, state: ThreadState, flag: str | None) -> Thread:
    joined = replace(thread, state=state, flag=flag, updated_at=scene.now)
    if scene.message is None:
        scene.set_thread(joined)
        return joined
    joined = replace(joined, last_inbound_at=scene.now)
    scene.set_thread(joined)
    scene.attach_to_thread(joined.id)
    scene.emit("thread.message", joined.id, direction="in")
    return joined


def _awaited(thread: Thread) -> ThreadState:
    return ThreadState.ASSIGNED if thread.assignee else ThreadState.WAITING


def _flagged(thread: Thread, origin: str) -> str | None:
    """A doubtful opt-out outlasts every later flag: marketing waits for the person who reads it."""
    return thread.flag if thread.flag == UNCLEAR else _flag(origin) or thread.flag


def _flag(origin: str) -> str | None:
    return None if origin == "unsolicited" else origin
