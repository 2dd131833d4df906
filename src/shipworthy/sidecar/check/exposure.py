"""Doors beside the proxy: its administration, the application's own port, secrets in its log."""

from __future__ import annotations

import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from shipworthy.prototype.edge.attack import Exchange
from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    broken,
    exchange,
    held,
    not_applicable,
    unknown,
)
from shipworthy.sidecar.check.listeners import addresses_of
from shipworthy.sidecar.check.target import Target, fresh_word

FAMILY = "exposure"
APPLICATION = "application-port"
_ADMIN = ("/config_dump", "/stats/prometheus", "/clusters", "/server_info", "/certs", "/listeners")
_TELLS = (b"envoy_", b'"configs"', b"static_listener", b"::max_connections", b'"ca_cert"')


def attempts(target: Target) -> Iterator[Attempt]:
    """Administration, application, log."""
    del target
    safe = "the application answers, or a refusal; never the proxy's own pages"
    tries = f"the administration of the proxy: {', '.join(_ADMIN[:3])} …"
    yield Attempt("administration-by-http", tries, safe, _admin)
    safe = "a socket that its owner alone may open, in a folder of the same kind"
    yield Attempt("administration-socket", "who may open its socket?", safe, _socket)
    safe = "on loopback addresses only"
    tries = "where does the application itself listen?"
    yield Attempt(APPLICATION, tries, safe, _application)
    safe = "the request is there, the secret is not"
    tries = "a secret in a query, looked for in the access log"
    yield Attempt("secret-in-log", tries, safe, _log)


def _admin(target: Target) -> Seen:
    lines = []
    for path in _ADMIN:
        answer = target.ask("GET", path)
        lines.append(exchange(f"GET {path}", answer))
        if answer is not None and answer.status == 200 and any(w in answer.body for w in _TELLS):
            return broken("the proxy shows its inside", lines[-1])
    return held(f"none of {len(_ADMIN)} pages is shown", *lines[:2])


def _socket(target: Target) -> Seen:
    if target.admin is None:
        return unknown("where it listens is not known here")
    if not target.admin.exists():
        return unknown("its socket is not there")
    own = stat.S_IMODE(target.admin.stat().st_mode)
    above = stat.S_IMODE(target.admin.parent.stat().st_mode)
    line = Exchange(sent=target.admin.name, got=f"socket {own:04o} in a folder {above:04o}")
    if not stat.S_ISSOCK(target.admin.stat().st_mode):
        return broken("it is no socket", line)
    if own & 0o077 and above & 0o077:
        return broken("others of this machine may open it", line)
    return held("its owner alone", line)


def _application(target: Target) -> Seen:
    if target.app_port is None:
        return not_applicable("the application behind this proxy is our own echo")
    if not sys.platform.startswith("linux"):
        return unknown("who listens where can only be read on Linux")
    found = addresses_of(target.app_port)
    line = Exchange(sent=f"port {target.app_port}", got=", ".join(found) or "nobody listens")
    if not found:
        return unknown("nobody listens on the port of the application", line)
    open_ = [a for a in found if not (a.startswith("127.") or a == "::1")]
    if open_:
        return broken(f"whoever reaches this machine goes around the proxy: {open_[0]}", line)
    return held("on loopback only", line)


def _log(target: Target) -> Seen:
    if not target.policy.observe.access_log:
        return not_applicable("the policy wants no log")
    if target.log is None:
        return unknown("where the log is written is not known here")
    way = target.way()
    path = way.path if way else "/"
    mark, secret = f"/{fresh_word()}", f"hush{fresh_word()}"
    asked = f"{path.rstrip('/')}{mark}?token={secret}"
    target.ask("GET", asked, ("authorization", f"Bearer {secret}"), ("cookie", f"a={secret}"))
    text = _written(target.log, mark.encode())
    line = Exchange(sent=f"GET …{mark}?token=hush…", got="in the log" if text else "not in the log")
    if secret.encode() in text:
        return broken("the secret is in the log", line)
    return held("the request without its secret", line) if text else unknown("not logged", line)


def _written(log: Path, mark: bytes) -> bytes:
    """The lines about it, once they are there: logs are written now and then."""
    end = time.monotonic() + 12
    while time.monotonic() < end:
        lines = [x for x in (log.read_bytes() if log.exists() else b"").splitlines() if mark in x]
        if lines:
            return b"\n".join(lines)
        time.sleep(0.2)
    return b""
