"""`inspect` and `classify`: what a text costs, and what it asks for. They need no configuration and no server."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.opening import CONFIG, Config, Json, ProjectName, open_settings

if TYPE_CHECKING:
    from gateway.domain.keywords import Vocabulary
    from gateway.domain.simplify import Tier

_STREAM = "-"

Text = Annotated[str, typer.Argument(metavar="TEXT", help="The text, or - for JSON strings, one a line.")]


class ReferenceBits(str, Enum):
    """Widths of the reference that ties the segments of a text together."""

    EIGHT = "8"
    SIXTEEN = "16"


def inspect(
    text: Text,
    as_json: Json = False,
    reference_bits: Annotated[
        ReferenceBits, typer.Option(help="16 for the header of seven octets.")
    ] = ReferenceBits.EIGHT,
    simplify: Annotated[
        str, typer.Option(metavar="TIERS", help="Also apply: typography,ligatures,accents.")
    ] = "",
) -> None:
    """Count the segments of a text, and name the characters that make it dear."""
    from gateway.domain.simplify import inspect as describe

    tiers = _tiers(simplify)
    bits = 16 if reference_bits is ReferenceBits.SIXTEEN else 8
    _answer(text, as_json, lambda each: describe(each, reference_bits=bits, tiers=tiers), _tell_cost)


def classify(
    text: Text, as_json: Json = False, project: ProjectName = None, config: Config = CONFIG
) -> None:
    """Say what an inbound text asks for: stop, start, help, contact, info, a keyword, or nothing."""
    from gateway.domain.classify import classify as read
    from gateway.domain.keywords import BUILTIN

    vocabulary = _vocabulary(project, config) if project else BUILTIN
    _answer(text, as_json, lambda each: read(each, vocabulary).as_json(), _tell_intent)


def _answer(
    text: str,
    as_json: bool,
    describe: Callable[[str], dict[str, Any]],
    tell: Callable[[dict[str, Any]], None],
) -> None:
    if text == _STREAM:
        _stream(describe)
    elif as_json:
        print(json.dumps(describe(text)))
    else:
        tell(describe(text))


def _stream(describe: Callable[[str], dict[str, Any]]) -> None:
    """Answer each line as soon as it came; a line that is no JSON string ends the answers there."""
    write, flush = sys.stdout.write, sys.stdout.flush
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except ValueError as error:
            _refuse_line(number, str(error))
        if not isinstance(text, str):
            _refuse_line(number, f"it is {_kind(text)}")
        write(json.dumps(describe(text)) + "\n")
        flush()


def _refuse_line(number: int, reason: str) -> None:
    print(f"line {number} is not a JSON string ({reason}); nothing from there on was read", file=sys.stderr)
    raise typer.Exit(1)


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")


def _tiers(given: str) -> tuple[Tier, ...]:
    from gateway.domain.simplify import Tier

    names = [name.strip() for name in given.split(",") if name.strip()]
    known = [tier.value for tier in Tier]
    for name in names:
        if name not in known:
            raise typer.BadParameter(
                f"{name!r} is none of {', '.join(known)}", param_hint="--simplify"
            ) from None
    return tuple(Tier(name) for name in names)


def _vocabulary(project: str, config: Path) -> Vocabulary:
    from gateway.content import shipped_folder
    from gateway.content.flows import load_flows
    from gateway.traffic.directory import Directory

    settings = open_settings(config)
    flows = load_flows([settings.flows_folder, shipped_folder("flows")])
    return Directory(settings, flows).project(project).vocabulary


def _tell_cost(found: dict[str, Any]) -> None:
    _tell_size("", found)
    for character in found["culprits"]:
        _tell_culprit(character)
    if simplified := found["simplified"]:
        _tell_size("simplified: ", simplified)
        print(simplified["text"])


def _tell_size(head: str, found: dict[str, Any]) -> None:
    parts = " + ".join(map(str, found["parts"]))
    plural = "" if found["segments"] == 1 else "s"
    print(f"{head}{found['segments']} segment{plural} of {found['encoding']}, {found['units']} units ({parts})")


def _tell_culprit(character: str) -> None:
    import unicodedata

    from gateway.domain.simplify import replacement_of

    name = unicodedata.name(character, "no name")
    plain = replacement_of(character)
    instead = f"; instead: {plain.text!r}" if plain else ""
    print(f"not in GSM-7: {character!r} U+{ord(character):04X} {name}{instead}")


def _tell_intent(found: dict[str, Any]) -> None:
    keyword = f" {found['keyword']}" if found["keyword"] else ""
    locale = f", {found['locale']}" if found["locale"] else ""
    print(f"{found['intent']}{keyword}{locale} ({found['confidence']:.2f}: {found['why']})")
