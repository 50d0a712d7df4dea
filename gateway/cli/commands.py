"""The command `gateway`: every command by its name, one file for each noun."""

from __future__ import annotations

import typer

from gateway.cli import backup, check, draw, folder, messages, play, serve, speech, threads

_AS_GIVEN = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(
    name="gateway",
    help="Parley, a conversational SMS gateway.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(serve.demo)
app.command("init")(folder.init)
app.command("run")(serve.run)
app.command("check")(check.check)
app.command("migrate")(check.migrate)
app.command("say")(play.say)
app.command("test")(play.play)


@app.command(context_settings=_AS_GIVEN, add_help_option=False)
def inspect(context: typer.Context) -> None:
    """Count the segments of a text, and name the characters that make it dear."""
    speech.run("inspect", context.args)


@app.command(context_settings=_AS_GIVEN, add_help_option=False)
def classify(context: typer.Context) -> None:
    """Say what an inbound text asks for: stop, start, help, contact, info, a keyword, or nothing."""
    speech.run("classify", context.args)


app.command("send")(messages.send)
app.add_typer(messages.app, name="messages")
app.add_typer(threads.app, name="threads")
app.add_typer(draw.app, name="flows")
app.command("backup")(backup.backup)
