"""One line for each thing that happened: JSON, or coloured text on a terminal.

Event names are constants (`inbound.received`); ids travel as context (`structlog.contextvars`). What a line
may say is decided by `gateway.redaction`, for our own lines and those of every library.
"""

from __future__ import annotations

import copy
import logging
import sys
import threading
from typing import TYPE_CHECKING, Any, TextIO

import structlog

from gateway.redaction import clean, describe_trace, redact, redact_argument, redact_foreign, register_secret

if TYPE_CHECKING:
    from types import TracebackType

    from structlog.typing import EventDict, ExcInfo, Processor

__all__ = ["catch_crashes", "configure", "register_secret"]

_OURS = ("gateway", "flows")
_STRUCTURE = {"timestamp", "level", "logger"}


def configure(level: str = "INFO", *, json: bool | None = None, stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream` (standard error), once and redacted.

    `json=None` means JSON unless the stream is a terminal. Libraries speak from WARNING up.
    """
    out = stream or sys.stderr
    as_json = not out.isatty() if json is None else json
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _Handler)]:
        root.removeHandler(handler)
    handler = _Handler(out)
    handler.setFormatter(_Formatter(as_json, colors=out.isatty()))
    root.addHandler(handler)
    root.setLevel(max(logging.WARNING, logging.getLevelName(level)))
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, _wrap],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def catch_crashes() -> None:
    """Log what Python itself would print with its words in clear: errors that nobody caught."""
    log = logging.getLogger("gateway.crash")

    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("process.crashed", exc_info=(kind, error, trace))

    def thread_crashed(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            crashed(args.exc_type, args.exc_value, args.exc_traceback)

    def unraisable(args: sys.UnraisableHookArgs) -> None:
        log.error("error.ignored", exc_info=args.exc_value)

    sys.excepthook = crashed
    threading.excepthook = thread_crashed
    sys.unraisablehook = unraisable


class _Handler(logging.StreamHandler[TextIO]):
    """A handler whose own failure does not print the arguments of the line."""

    def handleError(self, record: logging.LogRecord) -> None:
        self.stream.write(f'{{"level": "error", "event": "log.failed", "logger": "{clean(record.name)}"}}\n')


class _Formatter(structlog.stdlib.ProcessorFormatter):
    def __init__(self, as_json: bool, colors: bool) -> None:
        renderer: Processor = (
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if as_json
            else structlog.dev.ConsoleRenderer(colors=colors)
        )
        super().__init__(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record if isinstance(record.msg, dict) else _quieten(record))


def _quieten(record: logging.LogRecord) -> logging.LogRecord:
    """Return a stdlib record whose arguments are redacted before they are put into its text."""
    quiet = copy.copy(record)
    quiet.exc_text = None
    if not record.args:
        quiet.msg = redact_foreign(str(record.msg))
    elif isinstance(record.args, dict):
        quiet.args = {key: redact_argument(value) for key, value in record.args.items()}
    else:
        quiet.args = tuple(redact_argument(value) for value in record.args)
    return quiet


def _explain_exception(_logger: Any, _method: str, event: EventDict) -> EventDict:
    info: ExcInfo | BaseException | bool | None = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()  # type: ignore[assignment]
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = describe_trace(error)
    return event


def _redact_event(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Redact each value; what the chain itself adds is clean, a library's text was prepared by `_quieten`."""
    shown = {
        key: value if key.startswith("_") or key in _STRUCTURE else redact(key, value)
        for key, value in event.items()
    }
    if "_record" in event:
        shown["event"] = clean(event["event"])
    return shown


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _explain_exception,
    _redact_event,
]
_wrap = structlog.stdlib.ProcessorFormatter.wrap_for_formatter
