"""A Compose file: the official Envoy image, and the programs behind it in its network, on loopback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipworthy.sidecar.export.application import Application
from shipworthy.sidecar.export.envoy_files import ARGV, FOUND, IMAGE, PLACE, envoy_files, public
from shipworthy.sidecar.export.exported import Exported
from shipworthy.sidecar.export.systemd import caddyfile
from shipworthy.sidecar.export.yaml_text import as_yaml
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy.identity import Provider

FILE = "compose.yaml"
ROOT = "${PROTOTYPE:-../../..}"
"""The prototype's folder, seen from where the files are written: .shipworthy/export/compose."""
CADDY = "caddy:2-alpine"
_ENVOY = 101  # the user `envoy` of the official image
_DEFENDED = {"cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}


def export(
    policy: Policy,
    application: Application,
    values: Mapping[str, str],
    provider: Provider | None,
) -> Exported:
    """The Compose file, and what its containers read."""
    envoy = envoy_files(policy, application, values, provider, "/dev/stdout")
    files = {f"envoy/{name}": text for name, text in envoy.files.items()}
    services: dict[str, Any] = {"proxy": _proxy(policy, envoy.variables)}
    for program in application.all:
        services[program.name] = _program(policy, program)
        files[f"{program.name}.env"] = _environment(program)
        if program.files:
            files[f"{program.name}.Caddyfile"] = caddyfile(program, "/srv")
    head = (
        "# The proxy and what is behind it. Secrets come from the environment or a file `.env` beside\n"
        "# this one; the certificate from the folder tls. Start: docker compose up --build --detach\n"
    )
    content = {"name": application.name, "services": services}
    files[FILE] = head + as_yaml(content)
    said = (*envoy.said, *application.said, *_said(policy, application))
    return Exported(dict(sorted(files.items())), tuple(said))


def _proxy(policy: Policy, variables: tuple[str, ...]) -> dict[str, Any]:
    ports = public(policy).ports
    start = f"sh {FOUND}/prepare.sh && exec {' '.join(ARGV)}"
    wanted = {name: f"${{{name}:?put {name} into .env}}" for name in variables}
    return {
        "image": IMAGE,
        "user": f"{_ENVOY}:{_ENVOY}",
        "entrypoint": ["/bin/sh", "-c", start],
        "environment": {"SHIPWORTHY_CERTIFICATE": "/tls", **wanted},
        "ports": [
            f"{ports.http}:{ports.http}/tcp",
            f"{ports.https}:{ports.https}/tcp",
            f"{ports.https}:{ports.https}/udp",
        ],
        "volumes": [f"./envoy:{FOUND}:ro", "./tls:/tls:ro"],
        "tmpfs": [f"{PLACE}:uid={_ENVOY},gid={_ENVOY},mode=0700"],
        "read_only": True,
        "sysctls": {"net.ipv4.ip_unprivileged_port_start": 0},
        **_DEFENDED,
        "ulimits": {"nofile": 65536},
        "healthcheck": {
            "test": ["CMD-SHELL", f"test -S {PLACE}/proxy/admin"],
            "interval": "10s",
            "timeout": "2s",
        },
        "stop_grace_period": "40s",
        "restart": "unless-stopped",
    }


def _program(policy: Policy, program: Application) -> dict[str, Any]:
    settings = {"PORT": str(program.port), "HOST": "127.0.0.1", "HOSTNAME": "127.0.0.1"}
    settings |= dict(program.settings)
    if policy.egress.mode != "off":
        gate = f"http://127.0.0.1:{policy.egress.port}"
        settings |= {"HTTPS_PROXY": gate, "HTTP_PROXY": gate, "NODE_USE_ENV_PROXY": "1"}
    made: dict[str, Any] = {"network_mode": "service:proxy", "depends_on": ["proxy"]}
    if program.files:
        made |= {
            "image": CADDY,
            "volumes": [
                f"{ROOT}/{program.files}:/srv:ro",
                f"./{program.name}.Caddyfile:/etc/caddy/Caddyfile:ro",
            ],
            "read_only": True,
            "tmpfs": ["/data", "/config"],
        }
    else:
        if program.dockerfile:
            folder, _, file = program.dockerfile.rpartition("/")
            context = f"{ROOT}/{folder}" if folder else ROOT
            made["build"] = {"context": context, "dockerfile": file}
        else:
            made["image"] = f"${{{_variable(program)}:?there is no Dockerfile: name an image}}"
        made |= {"environment": settings, "env_file": [f"{program.name}.env"]}
    return {**made, **_DEFENDED, "restart": "unless-stopped"}


def _variable(program: Application) -> str:
    return f"{program.name.upper().replace('-', '_')}_IMAGE"


def _environment(program: Application) -> str:
    head = f"# The variables that the code of {program.name} reads. Values are yours to fill in."
    return "\n".join([head, *(f"#{name}=" for name in program.variables)]) + "\n"


def _said(policy: Policy, application: Application) -> Iterator[str]:
    yield f"image: {IMAGE} by its tag; pin the digest that your registry shows for it"
    yield "certificate: the folder tls beside compose.yaml; after a renewal: docker compose restart proxy"
    for program in application.all:
        if program.files:
            yield f"{program.name}: build the site before the start; Caddy serves {program.files}"
        elif not program.dockerfile:
            command = f"; it would start `{program.command}`" if program.command else ""
            yield f"{program.name}: there is no Dockerfile: set {_variable(program)} to an image{command}"
        else:
            yield f"{program.name}: its image must take PORT={program.port} and listen on 127.0.0.1"
    if policy.egress.mode == "isolate":
        yield "egress: advice only: the programs share the proxy's network and may go around it"
