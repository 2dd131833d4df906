"""Which calls write to a log: console.*, print, logging, loguru, structlog, pino, winston."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import callee, member_of

LEVELS = frozenset(
    """log info warn warning error debug trace critical exception fatal success dir table
    verbose""".split()
)
NAMES = LEVELS | {"print", "pprint"}
"""The names of all calls that may write to a log."""
_LOGGERS = ("logger", "log", "logging", "winston", "pino", "_logger", "_log", "loguru")


def is_log(call: SgNode) -> bool:
    """True for a call that writes to a log."""
    return log_level(call) is not None


def log_level(call: SgNode) -> str | None:
    """The level of a logging call, "print" for print; None for any other call."""
    function = call.field("function")
    if function is None:
        return None
    kind = function.kind()
    if kind == "identifier":
        name = function.text()
        return "print" if name in ("print", "pprint") and call.kind() == "call" else None
    name_node = member_of(function)
    if name_node is None:
        return None
    name = name_node.text()
    if name not in LEVELS:
        return None
    parts = callee(call).split(".")
    receiver = parts[-2] if len(parts) > 1 else ""
    if "audit" in receiver.lower():
        return None  # a trail that the app keeps in its own database
    if receiver == "console" or receiver.lower() in _LOGGERS or receiver.lower().endswith("logger"):
        return name
    return None
