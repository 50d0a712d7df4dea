"""`send` and `messages show`: one text, and all that happened to it."""

from __future__ import annotations

import json
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.opening import CONFIG, Config, Json, ProjectName, complete, one_project, opened

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.store.claims import Attempt
    from gateway.store.events import Event
    from gateway.store.messages import Message

app = typer.Typer(help="Texts, in and out.", no_args_is_help=True)

_LONGEST_WAIT = timedelta(minutes=1)


class SendPurpose(StrEnum):
    """The purposes that a text may be sent for from here."""

    ALERT = "alert"
    TRANSACTIONAL = "transactional"
    REMINDER = "reminder"
    MARKETING = "marketing"


def send(
    to: Annotated[str, typer.Option("--to", help="Number to write to.")],
    body: Annotated[str | None, typer.Option("--body", help="The text.")] = None,
    template: Annotated[
        str | None, typer.Option("--template", help="Or a template, such as help/help.")
    ] = None,
    var: Annotated[
        list[str] | None, typer.Option("--var", metavar="NAME=VALUE", help="A value of the template.")
    ] = None,
    purpose: Annotated[SendPurpose, typer.Option(help="What the text is for.")] = SendPurpose.TRANSACTIONAL,
    project: ProjectName = None,
    sender: Annotated[str | None, typer.Option("--sender", help="Our number to send from.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for what becomes of it.")] = False,
    as_json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Write one text for the server to hand over: the running one, or the next to start."""
    if (body is None) == (template is None):
        raise typer.BadParameter("give either --body or --template")
    if body is not None and var:
        raise typer.BadParameter("values belong to a template", param_hint="--var")
    values = dict(map(_variable, var or ()))
    asked = {"to": to, "body": body, "template": template, "variables": values, "sender": sender}
    message = complete(_send(config, project, purpose.value, asked, wait))
    print(json.dumps(_as_json(message)) if as_json else "\n".join(_summary(message)))
    waits = message.status.waiting or message.status == "sending"
    if message.status in {"suppressed", "rejected", "undelivered", "expired", "cancelled"} or (
        wait and waits
    ):
        raise typer.Exit(1)


@app.callback()
def messages() -> None:
    """Texts, in and out."""


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of the text.")],
    as_json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Show a text: where it stands and why, each call made for it, and its history."""
    found = complete(_find(config, id))
    print(json.dumps(_full_json(*found), indent=2) if as_json else "\n".join(_report(*found)))


@app.command()
def cancel(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of the text.")], config: Config = CONFIG
) -> None:
    """Withdraw a text that still waits; what was handed over cannot be taken back."""
    print("\n".join(_summary(complete(_cancel(config, id)))))


async def _cancel(config: Path, id: str) -> Message:
    async with opened(config) as gateway:
        return await gateway.sending.cancel(id)


def _variable(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not equals or not name.isidentifier():
        raise typer.BadParameter(f"{given!r} is not NAME=VALUE", param_hint="--var")
    return name, value


async def _send(
    config: Path, project: str | None, purpose: str, asked: dict[str, Any], wait: bool
) -> Message:
    from gateway.domain.message import Purpose
    from gateway.traffic.sending import Order

    async with opened(config) as gateway:
        name = one_project(project, gateway.settings)
        message = await gateway.sending.send(Order(project=name, purpose=Purpose(purpose), **asked))
        return await _settled(gateway, message) if wait else message


async def _settled(gateway: Gateway, message: Message) -> Message:
    """Return the text once nothing more is to be expected soon: handed over, refused, or held for later."""
    from gateway.clock import to_ms
    from gateway.domain.message import Status
    from gateway.store import messages as rows

    until = gateway.clock.now() + _LONGEST_WAIT
    current = message
    while gateway.clock.now() < until:
        later = (current.available_at or 0) > to_ms(until)
        if current.status.final or (current.status is Status.HELD and later):
            break
        await gateway.clock.sleep(0.25)
        async with gateway.database.reading() as tx:
            current = await rows.find(tx, project=message.project, id=message.id) or current
    return current


async def _find(config: Path, id: str) -> tuple[Message, list[Attempt], list[Event]]:
    from gateway.errors import NotFound
    from gateway.store import claims, events
    from gateway.store import messages as rows

    async with opened(config) as gateway, gateway.database.reading() as tx:
        message = await rows.find(tx, project=None, id=id)
        if message is None:
            raise NotFound("unknown_message", f"there is no text {id!r}")
        attempts = await claims.attempts(tx, project=message.project, id=id)
        return message, attempts, await events.history(tx, project=message.project, object_id=id)


def _summary(message: Message) -> list[str]:
    plural = "" if message.segments == 1 else "s"
    price = f", {message.price} {message.currency}" if message.price is not None else ""
    lines = [
        message.id,
        f"  status   {message.status}" + (f" ({message.reason})" if message.reason else ""),
        f"  size     {message.segments} segment{plural} of {message.encoding}{price}",
        f"  why      {', '.join(message.why)}",
    ]
    if message.status == "held" and message.available_at is not None:
        lines.insert(2, f"  until    {_moment(message.available_at)}")
    return lines


def _report(message: Message, attempts: list[Attempt], history: list[Event]) -> list[str]:
    way = "from {0} to {1}" if message.direction == "in" else "from {1} to {0}"
    lines = [
        *_summary(message),
        f"  text     {message.body!r}",
        f"  way      {way.format(message.number, message.sender)} by {message.provider}",
        f"  project  {message.project}",
        f"  made     {_moment(message.created_at)}",
    ]
    named = (
        ("purpose", message.purpose),
        ("template", message.template),
        ("author", message.author),
        ("thread", message.thread_id),
        ("their id", message.provider_ref),
    )
    lines += [f"  {name:<8} {value}" for name, value in named if value]
    lines += [f"  call {a.number}   {_moment(a.started_at)} {_outcome(a)}" for a in attempts]
    lines += [f"  {_moment(e.at)}  {e.type} {_details(e)}".rstrip() for e in history]
    return lines


def _outcome(attempt: Attempt) -> str:
    if attempt.finished_at is None:
        return "end not seen"
    told = [attempt.outcome, attempt.provider_ref, attempt.code, attempt.detail]
    return " ".join(str(each) for each in told if each)


def _details(event: Event) -> str:
    return " ".join(
        f"{name}={value}" for name, value in event.data.items() if name not in {"number", "sender"}
    )


def _moment(milliseconds: int) -> str:
    from gateway.clock import from_ms

    return from_ms(milliseconds).isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "Z")


def _as_json(message: Message) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(message)


def _full_json(message: Message, attempts: list[Attempt], history: list[Event]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        **_as_json(message),
        "attempts": [asdict(attempt) for attempt in attempts],
        "history": [{"type": e.type, "at": e.at, "data": dict(e.data)} for e in history],
    }
