"""`threads list|reply|close`: the agents' inbox from a terminal."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.opening import CONFIG, Config, Json, ProjectName, complete, opened

if TYPE_CHECKING:
    from gateway.store.messages import Message
    from gateway.store.threads import Thread

app = typer.Typer(help="Questions that people answer.", no_args_is_help=True)

ThreadId = Annotated[str, typer.Argument(metavar="ID", help="Id of the thread.")]
Author = Annotated[str, typer.Option("--author", help="Who acts; default: this account.", show_default=False)]


@app.callback()
def threads() -> None:
    """Questions that people answer."""


@app.command("list")
def list_(
    project: ProjectName = None,
    state: Annotated[
        str | None, typer.Option(help="unsolicited, waiting, assigned, answered or closed.")
    ] = None,
    closed: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    as_json: Json = False,
    config: Config = CONFIG,
) -> None:
    """List the threads that are open, the longest waiting first."""
    found = complete(_list(config, project, _state(state), closed))
    if as_json:
        print(json.dumps([_as_json(thread, last) for thread, last in found], indent=2))
        return
    for thread, last in found:
        owner = f" {thread.assignee}" if thread.assignee else ""
        flag = f" !{thread.flag}" if thread.flag else ""
        print(f"{thread.id}  {thread.project}  {thread.number}  {thread.state}{owner}{flag}  {_body(last)}")
    if not found:
        print("no threads", file=sys.stderr)


@app.command()
def reply(
    id: ThreadId,
    body: Annotated[str, typer.Argument(metavar="TEXT", help="The answer.")],
    author: Author = "",
    config: Config = CONFIG,
) -> None:
    """Answer in a thread; the running server hands the text over, or the next to start."""
    message = complete(_reply(config, id, body, author or getpass.getuser()))
    print(f"{message.id} {message.status}")


@app.command()
def close(id: ThreadId, author: Author = "", config: Config = CONFIG) -> None:
    """Close a thread."""
    thread = complete(_close(config, id, author or getpass.getuser()))
    print(f"{thread.id} {thread.state} ({thread.closed_reason})")


def _state(given: str | None) -> str | None:
    from gateway.store.threads import ThreadState

    if given is not None and given not in list(ThreadState):
        raise typer.BadParameter(f"{given!r} is none of {', '.join(ThreadState)}", param_hint="--state")
    return given


async def _list(
    config: Path, project: str | None, state: str | None, closed: bool
) -> list[tuple[Thread, Message | None]]:
    from gateway.store import messages
    from gateway.store import threads as rows

    async with opened(config) as gateway, gateway.database.reading() as tx:
        if project is not None:
            gateway.directory.project(project)
        wanted = closed or state == "closed"
        found = await rows.find_open(tx, project=project, state=state, closed=wanted)
        texts = [await messages.of_thread(tx, project=each.project, thread_id=each.id) for each in found]
    return [(thread, _last_of_contact(written)) for thread, written in zip(found, texts, strict=True)]


def _last_of_contact(written: list[Message]) -> Message | None:
    return next((message for message in reversed(written) if message.direction == "in"), None)


async def _reply(config: Path, id: str, body: str, author: str) -> Message:
    async with opened(config) as gateway:
        return await gateway.desk.reply(id, body, author=author)


async def _close(config: Path, id: str, author: str) -> Thread:
    async with opened(config) as gateway:
        return await gateway.desk.close(id, author=author)


def _body(last: Message | None) -> str:
    return repr(last.body) if last else ""


def _as_json(thread: Thread, last: Message | None) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(thread), "last": last.body if last else None}
