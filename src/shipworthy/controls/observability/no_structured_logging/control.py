"""Servers whose only log is what `console.log` and `print` write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.servers import Hosting, Server, runs_for_each_request
from shipworthy.prototype.logs.log_calls import LogCall
from shipworthy.prototype.logs.logger_edits import with_logger
from shipworthy.prototype.logs.python_logger_edits import with_python_logger
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_FEWEST = 5  # routes or bare log calls below which a server is a sketch
_SESSIONS = ("streamlit", "gradio", "chainlit")
_SHARE = 0.2  # of the calls that must go through a logger to say that the server has one
_BARE = ("console", "print", "pprint")
_LOGGERS = regex(
    r"^(pino(-.+)?|winston(-.+)?|bunyan|log4js|loglevel|consola|signale|tslog|roarr|@logtape/.+"
    r"|next-axiom|@axiomhq/.+|@logtail/.+|@vercel/otel|@google-cloud/logging.*|nestjs-pino|nest-winston"
    r"|hono-pino|evlog|structlog|loguru|logging|python_json_logger|pythonjsonlogger|logfire|eliot"
    r"|json_logging|google\.cloud\.logging|aws_lambda_powertools|@aws-lambda-powertools/.+)$"
)
# One line of JSON per event, written by hand.
_JSON = regex(r"(console\.\w+|print)\(\s*(JSON\.stringify|json\.dumps)\(")
_SAYS = regex(r"\b(level|severity|timestamp|ts|event|request_?id)\b", re.IGNORECASE)


# What a command prints is for whoever typed it.
_COMMAND = regex(r"(^|/)(cli|__main__)\.py$|(^|/)(cli|management/commands)/[^/]+\.py$")


class NoStructuredLogging(
    Control,
    id="no-structured-logging",
    title="No structured logging",
    consequence="What happened to one customer cannot be found among the lines of all others.",
    severity=Severity.LOW,
    satisfies=("A40", "P08", "O09", "owasp:A09", "cwe:778"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        judged = 0
        for server in prototype.servers:
            if server.hosting is Hosting.FUNCTIONS:
                judged += 1
                yield self.satisfied(
                    f"{server.subject}#functions",
                    "The platform that calls the functions keeps what they log, call by call",
                    prototype.evidence("code", server.start),
                )
                continue
            calls = _calls(prototype, server)
            if max(len(server.routes), len(calls)) >= _FEWEST:
                judged += 1
                yield self._judge(prototype, server, calls)
        if not judged:
            yield self.not_applicable("no server code logs here, or it is a sketch yet")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """A small logger with the id of the request; a platform's framework has its own ways for that."""
        server = next((s for s in prototype.servers if s.subject == finding.subject), None)
        if server is None:
            return None
        changed = with_logger(prototype, server) or with_python_logger(prototype, server)
        if changed is None:
            return None
        said = (
            f"Log what goes wrong in the {server.framework} server as JSON, with the id of the request"
            " and without secrets"
        )
        writes = tuple(Write(path, text) for path, text in sorted(changed.items()))
        return Remedy(said, Review.CAREFUL, writes)

    def _judge(self, prototype: Prototype, server: Server, calls: list[LogCall]) -> Finding:
        bare = [call for call in calls if call.callee.partition(".")[0] in _BARE]
        found = _logger(prototype, server, calls, len(bare))
        if found is not None:
            message, evidence = found
            return self.satisfied(server.subject, message, evidence)
        shown = [prototype.evidence("code", c.location) for c in bare[:5]]
        if not bare:
            message = f"None of the {len(server.routes)} routes of the {server.framework} server writes a log"
            return self.gap(server.subject, message, prototype.evidence("code", server.start))
        how = "print" if "print" in {call.callee for call in bare} else "the console"
        others = len(calls) - len(bare)
        extent = f"mostly by {how}" if others else f"by {how} only"
        # An app of Streamlit holds one session open and answers no single requests.
        sure = len(bare) >= _FEWEST and server.framework not in _SESSIONS
        sure = sure and not (
            server.hosting is Hosting.FRAMEWORK and runs_for_each_request(prototype)
        )
        return self.gap(
            server.subject,
            f"The {server.framework} server logs {extent} ({_count(bare)}): nothing in a line tells"
            " which request it belongs to",
            *shown,
            confidence=Confidence.HIGH if sure else Confidence.LOW,
        )


def _calls(prototype: Prototype, server: Server) -> list[LogCall]:
    """What its code logs; not what commands say, and scripts that neither its start nor a route leads to."""
    calls = [
        c
        for c in prototype.logs
        if c.location.path in server.files and not _COMMAND.search(c.location.path)
    ]
    if server.hosting is not Hosting.PROCESS or not server.routes:
        return calls
    starts = {server.start.path, *(route.location.path for route in server.routes)}
    run = prototype.modules.reachable(starts)
    return [c for c in calls if c.location.path in run] or calls


def _count(calls: list[LogCall]) -> str:
    files = len({call.location.path for call in calls})
    lines = "1 line" if len(calls) == 1 else f"{len(calls)} lines"
    return f"{lines} in {files} file" + ("s" if files > 1 else "")


def _logger(
    prototype: Prototype, server: Server, calls: list[LogCall], bare: int
) -> tuple[str, Evidence] | None:
    """A logger of its own or of a library that the server uses, or JSON that it writes itself."""
    through = [c for c in calls if c.callee.partition(".")[0] not in _BARE and not _is_vite(c)]
    if through and len(through) >= _SHARE * bare:
        return "It logs through a logger", prototype.evidence("code", through[0].location)
    for path in sorted(server.files):
        for package in sorted(prototype.modules.packages.get(path, ())):
            if _LOGGERS.match(package):
                return f"It logs with {package}", prototype.evidence("code", Location(path))
        file = prototype.files[path]
        text = file.text or ""
        json = _JSON.search(text)
        if json is not None and _SAYS.search(text[json.start() : json.start() + 300]):
            where = Location(path, file.line_at(json.start()))
            return "It writes its log as JSON", prototype.evidence("code", where)
        if server.framework == "fastify" and ("logger: true" in text or "logger: {" in text):
            where = Location(path, file.line_at(text.index("logger: ")))
            return "The framework logs as JSON", prototype.evidence("code", where)
    return None


def _is_vite(call: LogCall) -> bool:
    """The logger of the development server, which templates bring along."""
    return call.callee.startswith("viteLogger")
