"""Servers that no monitor, load balancer or deployment can ask whether they work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.health_edits import with_health
from shipworthy.prototype.inventory.landmarks import landmark
from shipworthy.prototype.inventory.servers import Hosting, Server
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_HEALTH = regex(
    r"(^|[/_.-])(health|healthz|health-?check|healthy|readyz|readiness|livez|liveness)/?$"
    r"|^(/api)?(/v\d+)?(/system|/server)?/(ready|live|alive|ping|heartbeat|status|up|uptime|version)/?$",
    re.IGNORECASE,
)
# Where `/status` is that of the server; in a router it may be that of anything.
_ENTRY = regex(r"(^|/)(index|main|app|server|health|status|ping|api)\.[a-z]+$|/route\.[jt]s$")
# The same as a literal: a mount path, a route of a framework whose routes are not read.
_NAMED = regex(
    r"[\"'`](/?[\w/-]*/)?_?(health|healthz|health-?check|ready|readyz|readiness|live|livez|liveness"
    r"|ping|heartbeat)/?[\"'`]",
    re.IGNORECASE,
)
_PACKAGES = frozenset(
    """@godaddy/terminus @nestjs/terminus express-healthcheck express-actuator lightship
    fastapi_health fastapi_healthcheck health_check django_health_check healthcheck watchman
    under-pressure @fastify/under-pressure""".split()
)
_BY_ITSELF = {"streamlit": "/_stcore/health", "gradio": "/config", "chainlit": "/project/settings"}
_CONTAINER = regex(r"^\s*(HEALTHCHECK\s+(?!NONE)|healthcheck:)")
_HOSTED = regex(
    r"(^|/)(Dockerfile[^/]*|Procfile|fly[^/]*\.toml|render\.ya?ml|railway\.(json|toml)|app\.ya?ml)$"
)
# How hosts are told what to ask: fly.toml, render.yaml, railway, Replit, Kubernetes.
_DESCRIBES = regex(
    r"(^|/)(fly[^/]*\.toml|render\.ya?ml|railway\.(json|toml)|\.replit-artifact/artifact\.toml)$"
)
_ASKS = regex(
    r"^\s*(- )?\"?(healthCheckPath|healthcheckPath|health_check_path)\"?\s*[:=]"
    r"|^\s*\[+(http_service\.checks|services\.(http_|tcp_)?checks|checks(\.\w+)?"
    r"|services\.production\.health\.\w+)\]+"
)


class NoHealthEndpoint(
    Control,
    id="no-health-endpoint",
    title="No health endpoint",
    consequence="A server that hangs is not noticed, and a broken release is not stopped.",
    severity=Severity.LOW,
    satisfies=("A40", "L04", "L03"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        judged = [s for s in prototype.servers if _is_deployed_by_hand(prototype, s)]
        if not judged:
            yield self.not_applicable(
                "no server of its own runs here: platforms watch static pages and functions"
            )
        for server in judged:
            yield self._judge(prototype, server)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """An address that answers with the build that runs, in front of everything else."""
        named = [s for s in prototype.servers if s.subject == finding.subject]
        server = next((s for s in named if f" the {s.framework} server " in finding.message), None)
        written = with_health(prototype, server) if server is not None else None
        if written is None:
            return None
        path, text = written
        said = f"Let {path} tell whether the server works, and which build it is"
        return Remedy(said, Review.SAFE, (Write(path, text),))

    def _judge(self, prototype: Prototype, server: Server) -> Finding:
        if server.framework in _BY_ITSELF and not server.routes:
            said = f"{server.framework.title()} answers {_BY_ITSELF[server.framework]} by itself"
            return self.satisfied(server.subject, said, prototype.evidence("code", server.start))
        found = (
            _endpoint(prototype, server)
            or _container(prototype, server)
            or _asked_by_host(prototype, server)
        )
        if found is not None:
            message, evidence = found
            return self.satisfied(server.subject, message, evidence)
        count = len(server.routes)
        routes = "route" if count == 1 else "routes"
        return self.gap(
            server.subject,
            f"None of the {count} {routes} of the {server.framework} server tells whether it works:"
            " there is no /health for a monitor or a deployment to ask",
            prototype.evidence("code", server.start),
            landmark(prototype, server.folder),
        )


def _is_deployed_by_hand(prototype: Prototype, server: Server) -> bool:
    if server.hosting is Hosting.PROCESS:
        return True
    hosted = (path for path in prototype.files if _HOSTED.search(path))
    inside = any(_is_beside(path, server.folder) for path in hosted)
    return server.hosting is Hosting.FRAMEWORK and inside


def _is_beside(path: str, folder: str) -> bool:
    place = path.rpartition("/")[0]
    return place in (folder, "")


def _endpoint(prototype: Prototype, server: Server) -> tuple[str, Evidence] | None:
    """A route for it, one that answers at the root, or code that names such a path."""
    for route in server.routes:
        fixed = not any(sign in route.path for sign in ":{<[")
        own = _ENTRY.search(route.location.path) or "health" in route.path.lower()
        if fixed and own and _HEALTH.search(route.path) and route.method in ("GET", "HEAD", "*"):
            message = f"{route.path} tells whether it works"
            return message, prototype.evidence("code", route.location)
    started = prototype.modules.reachable([server.start.path])
    for route in server.routes:
        if route.location.path not in started:
            continue
        bare = route.path in ("/", "") and route.method == "GET"
        if (
            bare
            and server.hosting is Hosting.PROCESS
            and not _sends_a_page(prototype, route.location)
        ):
            message = "GET / answers as long as it works"
            return message, prototype.evidence("code", route.location)
    for path in sorted(server.files):
        packages = prototype.modules.packages.get(path, frozenset())
        file = prototype.files[path]
        named = _NAMED.search(file.text or "")
        if named or packages & _PACKAGES:
            line = file.line_at(named.start()) if named else 1
            return "A path for it is set up", prototype.evidence("code", Location(path, line))
    return None


_PAGE = regex(r"sendFile|render|TemplateResponse|send_from_directory|FileResponse|redirect", re.I)


def _sends_a_page(prototype: Prototype, where: Location) -> bool:
    lines = prototype.files[where.path].lines[where.line - 1 : max(where.end_line, where.line)]
    return any(_PAGE.search(line) for line in lines)


def _container(prototype: Prototype, server: Server) -> tuple[str, Evidence] | None:
    """HEALTHCHECK of a Dockerfile: the container asks the server by itself."""
    for path in prototype.delivery.containers:
        if not _is_beside(path, server.folder):
            continue
        for number, line in enumerate(prototype.files[path].lines, 1):
            if _CONTAINER.match(line) and "HEALTHCHECK" in line:
                where = Location(path, number)
                return "Its container is checked", prototype.evidence("deployment", where)
    return None


def _asked_by_host(prototype: Prototype, server: Server) -> tuple[str, Evidence] | None:
    """The page or path that the description of the host asks before it trusts a release."""
    for file in prototype.files.values():
        if not _DESCRIBES.search(file.path):
            continue
        place = file.folder.removesuffix(".replit-artifact").rstrip("/")
        if place not in (server.folder, ""):
            continue
        for number, line in enumerate(file.lines, 1):
            if _ASKS.search(line):
                where = Location(file.path, number)
                return "Its host asks whether it works", prototype.evidence("deployment", where)
    return None
