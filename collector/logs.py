"""One line an event on standard error, as text or as JSON. Never a token, a header or a body.

JSON lines (`log_format = json`) have the same keys in every process: `time` (UTC, milliseconds), `level` (debug, info,
warning, error, critical), `process` (up, collector, writer, builder, app …), `pid`, `logger` (the module), `event` (the
message before its figures are filled in, so equal events have equal words), `message`, and `error` (a traceback) only
where there is one.
"""

import json
import logging
import sys
import threading
import time
import types
from typing import Any, TextIO

TEXT, JSON_LINES = "text", "json"
FORMATS = (TEXT, JSON_LINES)
LEVELS = ("debug", "info", "warning", "error")


def configure_logging(process: str, form: str = TEXT, level: str = "info", *, stream: TextIO | None = None) -> None:
    """Log from ``level`` up as ``form``, one of FORMATS; ``process`` is how this one is called in each line.

    Warnings of Python and errors that end a thread or the process become lines too.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(process, form))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(form == JSON_LINES)
    if form == JSON_LINES:
        sys.excepthook = _log_end
        threading.excepthook = _log_thread_end


def is_json() -> bool:
    """Whether this process logs JSON lines."""
    return any(isinstance(handler.formatter, _Json) for handler in logging.getLogger().handlers)


def _formatter(process: str, form: str) -> logging.Formatter:
    return _Json(process) if form == JSON_LINES else _text(process)


def _text(process: str) -> logging.Formatter:
    words = f"%(asctime)s.%(msecs)03dZ %(levelname)s {process} %(name)s: %(message)s"
    formatter = _Text(words, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    return formatter


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        made: str | None = getattr(record, "line", None)
        return super().format(record) if made is None else made


class _Json(logging.Formatter):
    def __init__(self, process: str) -> None:
        super().__init__(datefmt="%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        if made := getattr(record, "line", None):
            return str(made)
        line = {
            "time": f"{self.formatTime(record, self.datefmt)}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "process": self._process,
            "pid": record.process,
            "logger": record.name,
            "event": str(record.msg),
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def ready_records(process: str, form: str) -> None:
    """Give every record its line as `%(line)s`, for a library that formats with a template of its own."""
    formatter = _formatter(process, form)

    def make(*args: Any, **named: Any) -> logging.LogRecord:
        record = logging.LogRecord(*args, **named)
        record.line = formatter.format(record)
        record.exc_info = None  # it is in the line
        return record

    logging.setLogRecordFactory(make)


def _log_end(kind: type[BaseException], error: BaseException, trace: types.TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("process").critical("ended by an error nobody expected", exc_info=(kind, error, trace))


def _log_thread_end(end: threading.ExceptHookArgs) -> None:
    name = end.thread.name if end.thread else "unknown"
    error = end.exc_value or end.exc_type()
    logging.getLogger("process").critical(
        "the thread %s was ended by an error nobody expected", name, exc_info=(end.exc_type, error, end.exc_traceback)
    )
