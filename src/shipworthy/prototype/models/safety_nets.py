"""Whether the failure of a model call is caught, in its own file or by the files that use it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from shipworthy.prototype.failures.catches import Handling
from shipworthy.prototype.models.calls import Fallback, ModelCall, Timeout
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Name, Record
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SHORT = 8  # `generate`, `invoke`, `stream` may be anybody's
_CAUGHT = (Handling.HANDLED, Handling.DEFAULTED)


def caught_elsewhere(prototype: Prototype, call: ModelCall) -> bool:
    """True where a failure does not become a failed request, as far as can be seen.

    A function that passes the error on deliberately counts as caught when the call is bounded: its
    caller was meant to decide. A function that another file calls inside a try counts, too, whether
    it is imported there or handed over; a short name counts only where it is imported.
    """
    if call.fallback in (Fallback.PRESENT, Fallback.SWALLOWED):
        return True
    if call.fallback is Fallback.RETHROWN and call.timeout is not Timeout.NONE:
        return True
    path = call.location.path
    users = {p for p, edges in prototype.modules.edges.items() if path in edges}
    names = set(call.reached_through)
    distinct = {n for n in names if len(n) > _SHORT}
    for found in prototype.catches:
        if found.handling in _CAUGHT and found.location.path != path:
            wanted = names if found.location.path in users else distinct
            if any(attempt.rpartition(".")[2] in wanted for attempt in found.attempts):
                return True
    return _is_caught_by_taker(prototype, call) or _is_caught_by_property(prototype, call)


def _is_caught_by_property(prototype: Prototype, call: ModelCall) -> bool:
    """True where the function is kept in a record, `{ call: askModel }`, and the same file tries what is
    kept there: `provider.call(…)`."""
    path = call.location.path
    module = prototype.server_modules.get(path)
    if module is None:
        return False
    functions = {call.function, *call.reached_through}
    kept = {key for key, name in _kept((module.body, module.exports)) if name in functions}
    return any(
        found.location.path == path
        and found.handling in (*_CAUGHT, Handling.LOGGED_ONLY)  # and the next one is asked
        and any("." in tried and tried.rpartition(".")[2] in kept for tried in found.attempts)
        for found in prototype.catches
    )


def _kept(node: object) -> Iterator[tuple[str, str]]:
    """Property and name of each function, or other variable, that a record holds."""
    for record in nodes_in(node, Record):
        yield from ((key, value.id) for key, value in record.pairs if isinstance(value, Name))


def _is_caught_by_taker(prototype: Prototype, call: ModelCall) -> bool:
    """True where the function is handed to one of an imported file that tries what it is given."""
    imported = prototype.modules.edges.get(call.location.path, ())
    return any(
        found.calls_back and found.handling in _CAUGHT and taker in text
        for taker in call.handed_to
        for found in prototype.catches
        if found.location.path in imported
        and (text := prototype.files[found.location.path].text or "")
    )


_SERVES = frozenset(
    """streamlit gradio chainlit fastapi flask starlette django sanic aiohttp nicegui dash panel
    telegram discord slack_bolt celery uvicorn litestar quart""".split()
)


def run_by_hand(prototype: Prototype, call: ModelCall) -> bool:
    """True for a call that a script makes when somebody starts it: at the top level of a Python
    file that serves nothing and that nobody imports, or in a file that only scripts import."""
    return call.location.path in prototype.by_hand or is_script(
        prototype, call.location.path, call.function
    )


def is_script(prototype: Prototype, path: str, function: str, line: int = 0) -> bool:
    """True at the top level of a Python file that serves nothing and that nobody imports, and in a
    function that is called there; also in one with which an imported file tries itself, and at the
    `line` of its top level that runs only then."""
    return _is_script(prototype, path, function, line if function == "module" else 0)


@lru_cache(maxsize=4_096)
def _is_script(prototype: Prototype, path: str, function: str, line: int) -> bool:
    if not path.endswith(".py"):
        return False
    if _asks_at_terminal(prototype, path, function):
        return True
    if prototype.modules.packages.get(path, frozenset()) & _SERVES:
        return False
    if function != "module" and not _is_started_there(prototype, path, function):
        return False
    imported = any(path in edges for edges in prototype.modules.edges.values())
    if imported and function == "module":
        return line > 0 and _is_below_start(prototype.files[path].lines, line)
    return not imported or _tries_itself(prototype, path, function)


def _is_below_start(lines: Sequence[str], line: int) -> bool:
    """True for a line of the block below `if __name__ == "__main__":`."""
    for above in reversed(lines[: line - 1]):
        if above.strip() and not above[0].isspace() and not above.startswith("#"):
            return above.startswith("if __name__")
    return False


def _tries_itself(prototype: Prototype, path: str, function: str) -> bool:
    """True for a function that its file calls only where it is started itself, and no other file names."""
    text = prototype.files[path].text or ""
    started = re.search(r"^if __name__\b", text, re.MULTILINE)
    said = re.compile(rf"(?<!\w){re.escape(function)}(?!\w)")
    if started is None or len(said.findall(text, 0, started.start())) != 1:
        return False
    return not any(
        other.path != path and function in (other.text or "") and said.search(other.text or "")
        for other in prototype.files.values()
        if other.role not in (Role.DOCUMENTATION, Role.TEST)
    )


def _asks_at_terminal(prototype: Prototype, path: str, function: str) -> bool:
    """True for a function that waits for what somebody types: `input("Press ENTER")`."""
    text = prototype.files[path].text or ""
    if "input(" not in text or function == "module":
        return False
    body = re.search(
        rf"^(async )?def {re.escape(function)}\(.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL
    )
    return body is not None and re.search(r"(?<![\w.])input\(", body[0]) is not None


def _is_started_there(prototype: Prototype, path: str, function: str) -> bool:
    """True for `main()` and the like at the foot of a file, unless the file is one that runs on."""
    if _RUNS_ON.search(path):
        return False
    text = prototype.files[path].text or ""
    started = re.search(
        rf"^(if __name__\b.*\s+|\w+\s*=\s*|)(asyncio\.run\()?{re.escape(function)}\(", text, re.M
    )
    return started is not None and _LASTS.search(text) is None


_RUNS_ON = regex(
    r"(^|/)(main|app|bot|server|worker|daemon|agent|cli|lambda_function|handler|wsgi|asgi|scheduler|cron\w*)\.py$"
    r"|(^|/)(api|functions|lambdas?|workers?|jobs|cron)/"
)
_LASTS = regex(r"\bwhile (True|1)\b|schedule\.every|BlockingScheduler|run_forever|infinity_polling")


def faces_users(prototype: Prototype, call: ModelCall) -> bool:
    """True where the call stands in a route, a page or a component, with nobody around to catch."""
    path = call.location.path
    return path.endswith((".tsx", ".jsx")) or any(r.location.path == path for r in prototype.routes)
