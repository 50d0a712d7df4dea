"""The command `gateway`: every command by its name, one file for each noun.

A command's file imports at its top only what is light; what opens a database or a server is imported when
it runs, so that `gateway inspect` starts at once. Exit code 0 good, 1 the thing asked failed, 2 usage.
"""

from __future__ import annotations

import sys

import typer

from gateway.cli import backup, check, draw, folder, messages, play, serve, speech, threads
from gateway.errors import GatewayError

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
app.command("test")(play.test)
app.command("inspect")(speech.inspect)
app.command("classify")(speech.classify)
app.command("send")(messages.send)
app.add_typer(messages.app, name="messages")
app.add_typer(threads.app, name="threads")
app.add_typer(draw.app, name="flows")
app.command("backup")(backup.backup)


def main() -> None:
    """Run the command line; what the gateway itself explains is said in plain words."""
    for stream in (sys.stdout, sys.stderr):
        # A text may hold what the terminal's encoding lacks.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except GatewayError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
