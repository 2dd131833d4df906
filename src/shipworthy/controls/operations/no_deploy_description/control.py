"""Servers of which no file says how they are built and started in production."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.container import IGNORED, dockerfile
from shipworthy.prototype.inventory.landmarks import landmark
from shipworthy.prototype.inventory.manifests import (
    NodeManifest,
    node_manifests,
    read_toml,
    table,
)
from shipworthy.prototype.inventory.servers import Hosting, Server
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.source import Role
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

# Descriptions that are no container and no file of a hosting platform.
_OTHER = regex(
    r"(^|/)([\w-]*deploy[\w-]*|start|run|startup|entrypoint|install)\.(sh|ps1|bat|py|md)$"
    r"|(^|/)(Makefile|justfile|Taskfile\.ya?ml|Vagrantfile|gunicorn[^/]*\.py|nginx[^/]*\.conf"
    r"|[^/]+\.service|supervisord?\.conf|azure\.ya?ml|template\.ya?ml|cdk\.json|app\.json|host\.json"
    r"|apphosting\.ya?ml|zeabur\.[^/]+|koyeb\.ya?ml|devbox\.json|flake\.nix|\.replit|replit\.nix"
    r"|(DEPLOY|DEPLOYMENT|HOSTING)[^/]*\.(md|txt))$",
    re.IGNORECASE,
)
# Hosts of pages and functions, which run no server.
_PAGES = regex(r"(^|/)(netlify\.toml|vercel\.json|firebase\.json|wrangler\.[a-z]+)$")
_DEPLOYS = regex(r"\bdeploy", re.IGNORECASE)
_BY_ITSELF = ("streamlit", "gradio", "chainlit")  # their own clouds start them from the code alone


class NoDeployDescription(
    Control,
    id="no-deploy-description",
    title="No description of how it is deployed",
    consequence="Only who set the server up knows how to start it again.",
    severity=Severity.LOW,
    satisfies=("P14", "P16", "L10"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        servers = [s for s in prototype.servers if s.hosting is Hosting.PROCESS]
        if not servers:
            yield self.not_applicable(
                "nothing runs here that the defaults of a hosting platform do not start"
            )
        for server in servers:
            yield self._judge(prototype, server)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """A Dockerfile beside it, and a list of what it leaves out: keys and installed packages."""
        server = next((s for s in prototype.servers if s.subject == finding.subject), None)
        text = dockerfile(prototype, server) if server is not None else None
        if server is None or text is None:
            return None
        folder = f"{server.folder}/" if server.folder else ""
        writes = [Write(f"{folder}Dockerfile", text)]
        if f"{folder}.dockerignore" not in prototype.files:
            writes.append(Write(f"{folder}.dockerignore", IGNORED))
        said = f"Describe in {folder}Dockerfile how the server is built and started"
        return Remedy(said, Review.SAFE, tuple(writes))

    def _judge(self, prototype: Prototype, server: Server) -> Finding:
        described = _description(prototype, server)
        if described is not None:
            message = f"{described} says how it is started"
            evidence = Evidence("deployment", described, Location(described))
            return self.satisfied(server.subject, message, evidence)
        manifest = _manifest(prototype, server.folder)
        if manifest is not None and "start" in manifest.scripts:
            message = "package.json says how it is started, which hosts of Node.js follow"
            return self.satisfied(
                server.subject, message, landmark(prototype, server.folder, '"start"')
            )
        command = _command(prototype, server)
        if command:
            return self.satisfied(
                server.subject,
                f"pyproject.toml says how it is started: {command}",
                landmark(prototype, server.folder, command),
            )
        if server.framework in _BY_ITSELF:
            message = (
                f"The cloud of {server.framework.title()} starts it from the code and its packages"
            )
            return self.satisfied(server.subject, message, landmark(prototype, server.folder))
        return self.gap(
            server.subject,
            "No file says how the server is built and started in production: no container, no start"
            " command, no settings of a host",
            prototype.evidence("code", server.start),
            landmark(prototype, server.folder),
        )


def _command(prototype: Prototype, server: Server) -> str:
    """The command of pyproject.toml that runs a function of the file in which the server is made or opened
    (https://packaging.python.org/en/latest/specifications/pyproject-toml/#entry-points)."""
    file = prototype.files.get(f"{server.folder}/pyproject.toml".lstrip("/"))
    if file is None:
        return ""
    content = read_toml(file.text or "")
    poetry = table(table(content, "tool"), "poetry")
    commands = {**table(poetry, "scripts"), **table(table(content, "project"), "scripts")}
    for name, target in commands.items():
        module = str(target).partition(":")[0].replace(".", "/")
        for path in (f"{module}.py", f"src/{module}.py", f"{module}/__init__.py"):
            place = f"{server.folder}/{path}".lstrip("/")
            known = prototype.files.get(place)
            if known is not None and _SERVES.search(known.text or ""):
                return name
    return ""


_SERVES = regex(r"\b(uvicorn\.run|hypercorn|gunicorn|waitress|\.run\(|serve\()")


def _description(prototype: Prototype, server: Server) -> str | None:
    """The file that describes it: beside it, or around all parts of the prototype."""
    delivery = prototype.delivery
    known = [
        path for path in (*delivery.containers, *delivery.deployments) if _is_own(prototype, path)
    ]
    known.sort(key=lambda path: not path.startswith(f"{server.folder}/"))
    others = (path for path in prototype.files if _OTHER.search(path))
    pipelines = (path for path in delivery.ci if _deploys(prototype, path))
    return next((p for p in (*known, *others, *pipelines) if _concerns(p, server.folder)), None)


def _is_own(prototype: Prototype, path: str) -> bool:
    """False for hosts of pages, for what was put aside and for what came with a package."""
    foreign = prototype.files[path].role is Role.VENDORED or "/vendor/" in f"/{path}"
    return not (_PAGES.search(path) or is_archived(path) or foreign)


def _deploys(prototype: Prototype, path: str) -> bool:
    return _DEPLOYS.search(prototype.files[path].text or "") is not None


def _concerns(path: str, folder: str) -> bool:
    """False for the files of another part: `frontend/Dockerfile` starts no `backend`."""
    place = path.rpartition("/")[0]
    inside = not folder or place == folder or place.startswith(f"{folder}/")
    return inside or place in ("", "deploy", "infra", "docker", ".github")


def _manifest(prototype: Prototype, folder: str) -> NodeManifest | None:
    return next((m for m in node_manifests(prototype.files) if m.folder == folder), None)
