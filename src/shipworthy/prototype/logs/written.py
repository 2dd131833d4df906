"""Whether a line of Python's standard logging is written: below a warning, only once it is set up."""

from __future__ import annotations

from functools import lru_cache

from shipworthy.prototype.logs.log_calls import LogCall
from shipworthy.prototype.prototype import Prototype
from shipworthy.prototype.source import Language, Role

_QUIET = ("debug", "info")
_MADE = ("logging.getLogger", "import getLogger")
# What sets the root logger up, or brings loggers and handlers of its own.
_SETS_UP = """basicConfig dictConfig fileConfig addHandler setLevel LOGGING log_config setup_logging
loguru structlog celery logfire opentelemetry sentry_sdk azure.functions lambda_handler mangum
functions_framework coloredlogs absl streamlit airflow prefect dramatiq""".split()
_STARTS = ("log-config", "log-level", "LOG_LEVEL", "celery", "serverless", "streamlit")


def is_never_written(prototype: Prototype, call: LogCall) -> bool:
    """True for `logger.info(…)` where nothing sets logging up: Python then writes warnings alone."""
    if call.level not in _QUIET or call.callee in ("print", "pprint"):
        return False
    file = prototype.files[call.location.path]
    standard = call.callee.startswith("logging.") or any(m in (file.text or "") for m in _MADE)
    return file.language is Language.PYTHON and standard and not _is_set_up(prototype)


@lru_cache(maxsize=1)
def _is_set_up(prototype: Prototype) -> bool:
    """True where code in Python sets logging up, or a server is started with a set-up of its own."""
    for file in prototype.files.values():
        if file.role in (Role.TEST, Role.DOCUMENTATION) or not file.text:
            continue
        words = _SETS_UP if file.language is Language.PYTHON else _STARTS
        small = file.language is Language.PYTHON or (
            file.language is None and len(file.text) < 20_000
        )
        if small and any(word in file.text for word in words):
            return True
    return False
