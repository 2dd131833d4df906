"""What Envoy reads in production: the same configuration as on a laptop, with secrets by reference."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from shipworthy.sidecar import egress
from shipworthy.sidecar.export.application import Application
from shipworthy.sidecar.host import is_of_this_machine
from shipworthy.sidecar.policy import Policy, Ports, Tls
from shipworthy.sidecar.proxy.certificate_files import secret_of
from shipworthy.sidecar.proxy.configuration import Configuration, build, discovered
from shipworthy.sidecar.proxy.identity import Provider
from shipworthy.sidecar.proxy.upstreams import Upstreams

PLACE = Path("/run/shipworthy")
"""The folder in memory that Envoy reads from; it is made anew at each start."""
FOUND = Path("/etc/shipworthy")
"""Where the exported files lie on the machine."""
IMAGE = "envoyproxy/envoy:v1.40.0"
ARGV = (
    *("envoy", "-c", f"{PLACE}/proxy/bootstrap.json", "--disable-hot-restart"),
    *("--reject-unknown-dynamic-fields", "--log-level", "warning", "--drain-time-s", "30"),
)
_UNKNOWN = "a-value-that-only-the-target-machine-has"  # long enough for every check of a secret


@dataclass(frozen=True, slots=True)
class EnvoyFiles:
    """The files by name, the variables that `prepare.sh` wants, and what is to be said about them."""

    files: Mapping[str, str]
    variables: tuple[str, ...]
    said: tuple[str, ...]


def public(policy: Policy) -> Policy:
    """The policy as a machine on the internet needs it: ports 80 and 443 of all networks, where the
    policy has only those of a laptop; the certificate from files."""
    ports = policy.ports
    if (ports.http, ports.https) == (Ports().http, Ports().https):
        ports = Ports(http=80, https=443, bind="0.0.0.0")  # noqa: S104 - what it is for
    calls = policy.egress
    if calls.mode == "isolate":
        calls = msgspec.structs.replace(calls, mode="advise")
    tls = Tls(certificate="chain.pem", key="key.pem", hsts=policy.tls.hsts)
    return msgspec.structs.replace(policy, ports=ports, egress=calls, tls=tls)


def envoy_files(
    policy: Policy,
    application: Application,
    values: Mapping[str, str],
    provider: Provider | None,
    log: str,
) -> EnvoyFiles:
    """Everything for an Envoy that runs beside its programs, on their loopback. `log`: the file of the
    access log; that of calls out stands beside it. Raises ShipworthyError where the policy asks for what
    cannot be enforced."""
    policy = public(policy)
    beside = {a.path: a.port for a in application.beside if a.path not in ("", "/")}
    keys = {reference.removeprefix("env:") for reference in policy.keys.values()}
    # Of keys the hashes are written, so that their values have to be there; of nothing else.
    known = {
        name: values.get(name, "") if name in keys else _UNKNOWN for name in _variables(policy)
    }
    made = build(policy, Upstreams(application.port, beside), PLACE, known, provider)
    named = {path.stem: content for path, content in discovered(made).items()}
    files = {f"{name}.json": _text(content) for name, content in sorted(named.items())}
    calls = log if log.startswith("/dev/") else str(Path(log).with_name(egress.LOG))
    for own, kept in ((made.files.log, log), (made.files.folder / egress.LOG, calls)):
        files["listeners.json"] = files["listeners.json"].replace(str(own), kept)
    files["bootstrap.json"] = _text(made.bootstrap)
    files["certificate.json"] = _text(secret_of(made.files))
    files["prepare.sh"] = _script(policy, made)
    return EnvoyFiles(files, tuple(sorted(set(known) - keys)), tuple(_said(policy, provider)))


def _variables(policy: Policy) -> set[str]:
    """The names of all variables that the policy names."""
    found = [tokens.secret for tokens in policy.tokens.values() if tokens.secret]
    found += [policy.login.client_secret] if policy.login else []
    found += policy.keys.values()
    return {reference.removeprefix("env:") for reference in found}


def _text(content: object) -> str:
    return json.dumps(content, indent=1) + "\n"


def _script(policy: Policy, made: Configuration) -> str:
    """A shell script that puts everything where Envoy looks, by renames."""
    lines = [*_HEAD, *_secrets(policy, made)]
    return "\n".join([*lines, *_TAIL]) + "\n"


_HEAD = (
    "#!/bin/sh",
    "# Puts what Envoy reads into its private folder. Secrets come from the environment and go nowhere else.",
    "# Once more while Envoy runs: it takes a new policy or certificate without a restart.",
    "set -eu",
    "umask 077",
    f'from="${{SHIPWORTHY_FILES:-{FOUND}}}"',
    f'certificate="${{SHIPWORTHY_CERTIFICATE:-{FOUND}/tls}}"',
    f"to={PLACE}/proxy",
    'mkdir -p "$to/certificate"',
    'put() { cat > "$to/.new" && mv "$to/.new" "$to/$1"; }',
    'wants() { eval "value=\\${$1:-}"; [ -n "$value" ] || { echo "$1 is not set" >&2; exit 1; }; }',
    "url() { base64 | tr -d '\\n=' | tr '+/' '-_'; }",
    "plain() { base64 | tr -d '\\n'; }",
    "",
)
_TAIL = (
    "",
    "for name in chain key; do",
    '  [ -s "$certificate/$name.pem" ] || { echo "$certificate/$name.pem is missing" >&2; exit 1; }',
    '  put "certificate/$name.pem" < "$certificate/$name.pem"',
    "done",
    "for name in certificate clusters routes redirects listeners bootstrap; do",
    '  put "$name.json" < "$from/$name.json"',
    "done",
)


def _secrets(policy: Policy, made: Configuration) -> Iterator[str]:
    """The secret files, each with the shape that the running proxy has, its value filled in there."""
    wanted = {
        f"tokens-{name}.jwks.json": (tokens.secret, "url")
        for name, tokens in policy.tokens.items()
        if tokens.secret
    }
    if policy.login:
        wanted["login-client.json"] = (policy.login.client_secret, "plain")
    encoded = {
        "url": base64.urlsafe_b64encode(_UNKNOWN.encode()).rstrip(b"=").decode(),
        "plain": base64.b64encode(_UNKNOWN.encode()).decode(),
    }
    for path, content in sorted(made.secrets.items()):
        if path.name in wanted:
            reference, way = wanted[path.name]
            variable = reference.removeprefix("env:")
            shape = json.dumps(content).replace(encoded[way], "%s")
            yield f"wants {variable}"
            yield f'printf {shlex.quote(shape)} "$(printf %s "$value" | {way})" | put {path.name}'
        elif path.name == "login-session.json":
            yield from _session(path.name, content)


def _session(name: str, content: object) -> Iterator[str]:
    """The key of the cookies: of the environment where several machines share it, else made here."""
    text = json.dumps(content)
    given = text.split('"inline_bytes": "')[1].partition('"')[0]
    shape = shlex.quote(text.replace(given, "%s"))
    yield f'if [ -n "${{SHIPWORTHY_SESSION_KEY:-}}" ] || [ ! -s "$to/{name}" ]; then'
    yield '  key="${SHIPWORTHY_SESSION_KEY:-$(head -c 32 /dev/urandom | plain)}"'
    yield f'  printf {shape} "$key" | put {name}'
    yield "fi"


def _said(policy: Policy, provider: Provider | None) -> Iterator[str]:
    if is_of_this_machine(policy.host):
        yield f"host: {policy.host} names one machine alone: write the public name there, export again"
    if policy.login and provider is None:
        yield f"login: {policy.login.issuer} did not answer: what asks for a login is closed; export again"
    if policy.keys:
        yield "keys: the SHA-256 of each key stands in the routes; after a new key export again"
