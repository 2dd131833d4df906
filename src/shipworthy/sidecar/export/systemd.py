"""Units for systemd: the proxy, each program behind it on loopback, one that notices a new certificate."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from shipworthy.sidecar.export.application import Application
from shipworthy.sidecar.export.envoy_files import (
    ARGV,
    FOUND,
    PLACE,
    EnvoyFiles,
    envoy_files,
    public,
)
from shipworthy.sidecar.export.exported import Exported
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy.identity import Provider

LOG = "/var/log/shipworthy/access.log"
_CALLS = "/var/log/shipworthy/egress.log"  # beside it
_ROOM = "/srv"
# https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Sandboxing
_CONFINED = (
    "NoNewPrivileges=yes",
    "PrivateDevices=yes",
    "PrivateTmp=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHome=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectProc=invisible",
    "ProtectSystem=strict",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged",
    "SystemCallErrorNumber=EPERM",
    "UMask=0077",
)
_PROXY = "shipworthy-proxy.service"


def export(
    policy: Policy,
    application: Application,
    values: Mapping[str, str],
    provider: Provider | None,
) -> Exported:
    """The units, and what they read."""
    envoy = envoy_files(policy, application, values, provider, LOG)
    files = {f"etc/shipworthy/{name}": text for name, text in envoy.files.items()}
    units = {
        _PROXY: _proxy(application),
        "shipworthy-certificate.path": _watch(),
        "shipworthy-certificate.service": _renewed(),
    }
    for program in application.all:
        units[_unit(program)] = _program(policy, program)
        files[f"etc/shipworthy/{program.name}.env"] = _environment(program)
    files |= {f"etc/systemd/system/{name}": text for name, text in units.items()}
    files["etc/shipworthy/renew.sh"] = _RENEW
    files["etc/shipworthy/secrets.env"] = _wanted(envoy)
    files["etc/logrotate.d/shipworthy"] = _ROTATED
    if any(program.files for program in application.all):
        files |= {
            f"etc/shipworthy/{p.name}.Caddyfile": caddyfile(p) for p in application.all if p.files
        }
    return Exported(
        dict(sorted(files.items())), (*envoy.said, *application.said, *_said(policy, application))
    )


def _unit(program: Application) -> str:
    return f"shipworthy-{program.name}.service"


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def _proxy(application: Application) -> str:
    programs = " ".join(_unit(program) for program in application.all)
    return _lines(
        "[Unit]",
        "Description=The proxy in front of " + application.name,
        "After=network-online.target",
        f"Wants=network-online.target {programs}",
        "",
        "[Service]",
        "Type=exec",
        "DynamicUser=yes",
        "User=shipworthy-proxy",
        f"RuntimeDirectory={PLACE.name}",
        "RuntimeDirectoryMode=0700",
        "LogsDirectory=shipworthy",
        "LogsDirectoryMode=0750",
        f"EnvironmentFile={FOUND}/secrets.env",
        f"LoadCredential=chain.pem:{FOUND}/tls/chain.pem",
        f"LoadCredential=key.pem:{FOUND}/tls/key.pem",
        "Environment=SHIPWORTHY_CERTIFICATE=%d",
        f"ExecStartPre=/bin/sh {FOUND}/prepare.sh",
        f"ExecStart=/usr/bin/{shlex.join(ARGV)}",
        f"ExecReload=/bin/sh {FOUND}/prepare.sh",
        "Restart=always",
        "RestartSec=1",
        "TimeoutStopSec=40",
        "LimitNOFILE=65536",
        "AmbientCapabilities=CAP_NET_BIND_SERVICE",
        "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
        *_CONFINED,
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    )


def _watch() -> str:
    return _lines(
        "[Unit]",
        "Description=Notices a renewed certificate",
        "",
        "[Path]",
        f"PathChanged={FOUND}/tls/chain.pem",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    )


def _renewed() -> str:
    """As root, which alone reads the key; Envoy watches the folder and needs no restart."""
    return _lines(
        "[Unit]",
        "Description=Takes a renewed certificate",
        f"ConditionPathIsDirectory={PLACE}/proxy/certificate",
        "",
        "[Service]",
        "Type=oneshot",
        f"ExecStart=/bin/sh {FOUND}/renew.sh",
    )


_RENEW = _lines(
    "#!/bin/sh",
    "# Puts a renewed certificate where Envoy watches for one, by renames.",
    "set -eu",
    f"to={PLACE}/proxy/certificate",
    'owner="$(stat -c %u:%g "$to/")"',
    "for name in key chain; do",
    f'  install -m 0600 "{FOUND}/tls/$name.pem" "$to/.$name.new"',
    '  chown "$owner" "$to/.$name.new"',
    '  mv "$to/.$name.new" "$to/$name.pem"',
    "done",
)


def _program(policy: Policy, program: Application) -> str:
    return _lines(
        "[Unit]",
        f"Description={program.name}, behind the proxy on 127.0.0.1:{program.port}",
        "After=network-online.target",
        "Wants=network-online.target",
        "",
        "[Service]",
        "Type=exec",
        "DynamicUser=yes",
        f"StateDirectory={program.name}",
        f"WorkingDirectory={_ROOM}/{program.name}"
        + (f"/{program.folder}" if program.folder else ""),
        f"EnvironmentFile={FOUND}/{program.name}.env",
        *_start(program),
        "Restart=always",
        "RestartSec=2",
        "MemoryMax=2G",
        "TasksMax=512",
        *_calls_out(policy),
        "CapabilityBoundingSet=",
        *_CONFINED,
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    )


def _start(program: Application) -> Iterator[str]:
    settings = {
        "PORT": str(program.port),
        "HOST": "127.0.0.1",
        "HOSTNAME": "127.0.0.1",
        "NODE_ENV": "production",
        "HOME": f"/var/lib/{program.name}",
        **dict(program.settings),
    }
    yield from (f"Environment={shlex.quote(f'{key}={value}')}" for key, value in settings.items())
    home = f"{_ROOM}/{program.name}"
    own = f"{home}/node_modules/.bin:{home}/.venv/bin"
    yield f"Environment=PATH={own}:/usr/local/bin:/usr/bin:/bin"
    if program.files:
        yield f"ExecStart=/usr/bin/caddy run --config {FOUND}/{program.name}.Caddyfile --adapter caddyfile"
    elif program.command:
        yield f"ExecStart=/usr/bin/env {program.command}"
    else:
        yield "# DECIDE: nothing in the prototype says how it is started"
        yield "ExecStart=/usr/bin/false"


def _calls_out(policy: Policy) -> Iterator[str]:
    """With `isolate` the kernel lets the program reach this machine alone: the gate is the only way out."""
    if policy.egress.mode == "off":
        return
    gate = f"http://127.0.0.1:{public(policy).egress.port}"
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        yield f"Environment={name}={gate}"
    yield "Environment=NODE_USE_ENV_PROXY=1"
    if policy.egress.mode == "isolate":
        yield "IPAddressDeny=any"
        yield "IPAddressAllow=localhost"


def _environment(program: Application) -> str:
    return _lines(
        f"# The variables that the code of {program.name} reads. Values are yours to fill in; mode 0600.",
        *(f"#{name}=" for name in program.variables),
    )


def _wanted(envoy: EnvoyFiles) -> str:
    return _lines(
        "# The secrets that the policy names. Values are yours to fill in; mode 0600, owner root.",
        *(f"#{name}=" for name in envoy.variables),
    )


_ROTATED = _lines(
    f"{LOG} {_CALLS} {{",
    "    daily",
    "    rotate 14",
    "    maxsize 100M",
    "    compress",
    "    delaycompress",
    "    missingok",
    "    notifempty",
    "    postrotate",
    f"        systemctl kill --kill-whom=main -s USR1 {_PROXY}",
    "    endscript",
    "}",
)


def caddyfile(program: Application, root: str = "", address: str = "127.0.0.1") -> str:
    """A plain file server for a built site: paths that are no file are the start page's to draw."""
    folder = root or f"{_ROOM}/{program.name}/{program.files}".rstrip("/")
    return _lines(
        "{",
        "\tadmin off",
        "\tauto_https off",
        "}",
        f"http://:{program.port} {{",
        f"\tbind {address}",
        f"\troot * {folder}",
        "\ttry_files {path} /index.html",
        "\tfile_server",
        "}",
    )


def _said(policy: Policy, application: Application) -> Iterator[str]:
    yield f"Envoy 1.40 as /usr/bin/envoy; the prototype, installed and built, in {_ROOM}/{application.name}"
    yield (
        f"certificate: put chain.pem and key.pem of {policy.host} into {FOUND}/tls by a rename, chain.pem"
        " last: your ACME client does; the authority of your laptop is not taken along"
    )
    for program in application.all:
        if program.files:
            yield f"{program.name} is a site without a program: Caddy serves {program.files} (/usr/bin/caddy)"
        elif not program.command:
            yield f"{program.name}: how it is started is yours to write into {_unit(program)}"
        if program.variables:
            yield f"fill in {FOUND}/{program.name}.env: {', '.join(program.variables[:6])}" + (
                f" and {len(program.variables) - 6} more" if len(program.variables) > 6 else ""
            )
    if policy.egress.mode == "isolate":
        yield "egress: databases on other machines are not reached: IPAddressAllow= in the unit lets them in"
    elif policy.egress.mode == "advise":
        yield "egress: advice only: a program that ignores HTTPS_PROXY calls whom it wants"
