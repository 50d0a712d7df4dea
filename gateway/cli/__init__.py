"""The command `gateway`. Exit code 0 good, 1 the thing asked failed, 2 usage.

speech      `inspect` and `classify`, which start at once and read their own arguments
commands    all others by name, through typer, which alone takes half a second to start

A command's file imports at its top only what is light; a database or a server is imported when it is used.
"""

from __future__ import annotations

import os
import sys

from gateway.cli import speech
from gateway.errors import GatewayError


def main() -> None:
    """Run the command line; what the gateway itself explains is said in plain words."""
    for stream in (sys.stdout, sys.stderr):
        # A text may hold what the terminal's encoding lacks.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        if sys.argv[1:] and sys.argv[1] in speech.COMMANDS:
            sys.exit(speech.run(sys.argv[1], sys.argv[2:]))
        from gateway.cli.commands import app

        app(prog_name="gateway")
    except BrokenPipeError:
        # Whoever read has seen enough; what is still buffered must not complain at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except GatewayError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
