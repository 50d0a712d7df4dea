"""The exceptions of the gateway, drawn once.

GatewayError
├─ SettingsError        refuse to start; names file, key and reason
├─ StorageError         the database said no; a command of the writer may be replayed
│  └─ Conflict          a transaction lost against another one and may run again
├─ Overloaded           full for now; come back after ``retry_after`` seconds
├─ InvalidRequest       the caller's fault
│  └─ NotFound
└─ ContentError         a flow or a template of the operator is wrong; names file and reason
   └─ TemplateError

Providers do not raise: they return an outcome (`gateway.domain.outcome`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class GatewayError(Exception):
    """Any error that the gateway itself explains."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the operator's files: where, what, and the nearest right name."""

    file: Path | str
    key: str
    reason: str
    suggestion: str | None = None

    def __str__(self) -> str:
        hint = f" (did you mean {self.suggestion!r}?)" if self.suggestion else ""
        where = f"{self.file}: {self.key}" if self.key else str(self.file)
        return f"{where}: {self.reason}{hint}"


class SettingsError(GatewayError):
    """The configuration cannot be used."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class StorageError(GatewayError):
    """The database cannot be reached or refused a statement."""


class Conflict(StorageError):
    """A transaction lost against a concurrent one; running it again is safe."""


class Overloaded(GatewayError):
    """Too much is waiting; nothing was stored."""

    def __init__(self, what: str, *, retry_after: float = 1.0) -> None:
        super().__init__(f"{what} is full, try again in {retry_after:g} s")
        self.retry_after = retry_after


class InvalidRequest(GatewayError):
    """The caller asked for something that cannot be."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class NotFound(InvalidRequest):
    """The thing asked for does not exist."""


class ContentError(GatewayError):
    """A flow or template of the operator's folder is wrong."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class TemplateError(ContentError):
    """A template is missing, does not compile, or lacks a variable."""
