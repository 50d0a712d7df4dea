"""`inspect` and `classify`: what a text costs, and what it asks for. They need no server.

Both are asked by scripts, many times: they read their arguments with argparse, which costs no start.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.domain.keywords import Vocabulary
    from gateway.domain.simplify import Cost, Tier

_STREAM = "-"

Describe = Callable[[str], dict[str, Any]]


def run(command: str, arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; a wrong argument exits with 2. Raises GatewayError."""
    return COMMANDS[command](arguments)


def _inspect(arguments: Sequence[str]) -> int:
    parser = _parser("inspect", "Count the segments of a text, and name the characters that make it dear.")
    parser.add_argument(
        "--reference-bits", type=int, choices=(8, 16), default=8, help="16 for the header of seven octets"
    )
    parser.add_argument(
        "--simplify", type=_tiers, default=(), metavar="TIERS", help="also apply typography,ligatures,accents"
    )
    given = parser.parse_args(arguments)
    from gateway.domain.simplify import inspect

    return _answer(
        given,
        lambda text: inspect(text, reference_bits=given.reference_bits, tiers=given.simplify),
        _tell_cost,
    )


def _classify(arguments: Sequence[str]) -> int:
    parser = _parser(
        "classify", "Say what an inbound text asks for: stop, start, help, contact, info, a keyword."
    )
    parser.add_argument("--project", metavar="NAME", help="with the words of this project")
    parser.add_argument(
        "--config",
        type=Path,
        default=Path(os.environ.get("GATEWAY_CONFIG", "config.toml")),
        metavar="FILE",
        help="the configuration file of the project (GATEWAY_CONFIG; config.toml)",
    )
    given = parser.parse_args(arguments)
    from gateway.domain.classify import classify
    from gateway.domain.keywords import BUILTIN

    vocabulary = _vocabulary(given.project, given.config) if given.project else BUILTIN
    return _answer(given, lambda text: classify(text, vocabulary).as_json(), _tell_intent)


def _parser(command: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(f"gateway {command}", description=description, allow_abbrev=False)
    parser.add_argument("text", metavar="TEXT", help="the text, or - for JSON strings, one a line")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {"inspect": _inspect, "classify": _classify}


def _answer(
    given: argparse.Namespace, describe: Describe, tell: Callable[[str, dict[str, Any]], None]
) -> int:
    if given.text == _STREAM:
        return _stream(describe)
    if given.json:
        print(json.dumps(describe(given.text)))
    else:
        tell(given.text, describe(given.text))
    return 0


def _stream(describe: Describe) -> int:
    """Answer each line as soon as it came; a line that is no JSON string ends the answers there."""
    write, flush = sys.stdout.write, sys.stdout.flush
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except ValueError as error:
            return _refuse_line(number, str(error))
        if not isinstance(text, str):
            return _refuse_line(number, f"it is {_kind(text)}")
        write(json.dumps(describe(text)) + "\n")
        flush()
    return 0


def _refuse_line(number: int, reason: str) -> int:
    print(f"line {number} is not a JSON string ({reason}); nothing from there on was read", file=sys.stderr)
    return 1


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")


def _tiers(given: str) -> tuple[Tier, ...]:
    from gateway.domain.simplify import Tier

    names = [name.strip() for name in given.split(",") if name.strip()]
    known = [tier.value for tier in Tier]
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
    return tuple(Tier(name) for name in names)


def _vocabulary(project: str, config: Path) -> Vocabulary:
    from gateway.cli.opening import open_settings
    from gateway.content import shipped_folder
    from gateway.content.flows import load_flows
    from gateway.traffic.directory import Directory

    settings = open_settings(config)
    flows = load_flows([settings.flows_folder, shipped_folder("flows")])
    return Directory(settings, flows).project(project).vocabulary


def _tell_cost(text: str, found: dict[str, Any]) -> None:
    from gateway.domain.simplify import cost_of

    _tell_size("", found)
    for cost in cost_of(text):
        _tell_culprit(cost)
    if simplified := found["simplified"]:
        _tell_size("simplified: ", simplified)
        print(simplified["text"])


def _tell_size(head: str, found: dict[str, Any]) -> None:
    parts = " + ".join(map(str, found["parts"]))
    plural = "" if found["segments"] == 1 else "s"
    size = f"{found['segments']} segment{plural} of {found['encoding']}"
    print(f"{head}{size}, {found['units']} units ({parts})")


def _tell_culprit(cost: Cost) -> None:
    import unicodedata

    name = unicodedata.name(cost.character, "no name")
    instead = f"; instead: {cost.replacement.text!r}" if cost.replacement else ""
    saves = f"; alone it costs {cost.saves} of them" if cost.saves else ""
    print(f"not in GSM-7: {cost.character!r} U+{ord(cost.character):04X} {name}{instead}{saves}")


def _tell_intent(_text: str, found: dict[str, Any]) -> None:
    keyword = f" {found['keyword']}" if found["keyword"] else ""
    locale = f", {found['locale']}" if found["locale"] else ""
    print(f"{found['intent']}{keyword}{locale} ({found['confidence']:.2f}: {found['why']})")
