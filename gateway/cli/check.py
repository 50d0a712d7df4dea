"""`check` and `migrate`: is all in order, and bring the database up to date."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.opening import CONFIG, Config, Json, complete, open_settings

if TYPE_CHECKING:
    from gateway.check import Report
    from gateway.settings import Settings


def check(
    config: Config = CONFIG,
    online: Annotated[
        bool, typer.Option("--online", help="Also reach the database and the providers; nothing is sent.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what is wrong in configuration, flows and texts, and where; then show what is in force."""
    from gateway.check import check as examine
    from gateway.check import effective

    settings = open_settings(config)
    report = examine(settings)
    if as_json:
        found = {"problems": [str(p) for p in report.problems], "warnings": list(report.warnings)}
        print(json.dumps({"good": report.good, **found, "effective": effective(settings)}, indent=2))
    else:
        for line in _lines("", effective(settings)):
            print(line)
        _tell(settings, report)
    findings: list[str] = []
    if online:
        from gateway.app import check_online

        findings = [complete(_ask_database(settings)), *complete(check_online(settings))]
    for finding in findings:
        print(finding, file=sys.stderr if as_json else sys.stdout)
    if not report.good or any(finding.startswith("problem:") for finding in findings):
        raise typer.Exit(1)


def migrate(config: Config = CONFIG) -> None:
    """Bring the database up to date."""
    for title in complete(_migrate(open_settings(config))):
        print(f"applied {title}")
    print("the database is up to date")


def _tell(settings: Settings, report: Report) -> None:
    for problem in report.problems:
        print(f"problem: {problem}", file=sys.stderr)
    for warning in report.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if report.good:
        print(f"{settings.file} is good: {_count(settings)}")
    else:
        number = len(report.problems)
        print(f"{settings.file} has {number} problem{'' if number == 1 else 's'}", file=sys.stderr)


def _count(settings: Settings) -> str:
    sizes = {
        "project": len(settings.projects),
        "sender": len(settings.senders),
        "provider": len(settings.providers),
    }
    return ", ".join(f"{size} {noun}{'' if size == 1 else 's'}" for noun, size in sizes.items())


def _lines(place: str, value: Any) -> Iterator[str]:
    """Yield `table.key = value`, as TOML writes it, for every value in force."""
    from gateway.settings.sources import dotted

    if isinstance(value, dict):
        for name, item in value.items():
            key = dotted((name,))
            yield from _lines(f"{place}.{key}" if place else key, item)
    elif value is not None:
        yield f"{place} = {json.dumps(value, ensure_ascii=False)}"


async def _ask_database(settings: Settings) -> str:
    from gateway.store.database import open_database
    from gateway.store.migrate import pending

    database = await open_database(settings.database_url, root=settings.root)
    try:
        waiting = await pending(database)
    finally:
        await database.close()
    if waiting and not settings.database.migrates:
        return f"the database is reached; run `gateway migrate`, {len(waiting)} migrations wait"
    return "the database is reached"


async def _migrate(settings: Settings) -> list[str]:
    from gateway.clock import SystemClock, to_ms
    from gateway.store.database import open_database
    from gateway.store.migrate import migrate as bring_up_to_date

    database = await open_database(settings.database_url, root=settings.root)
    try:
        applied = await bring_up_to_date(database, now_ms=to_ms(SystemClock().now()))
    finally:
        await database.close()
    return [migration.title for migration in applied]
