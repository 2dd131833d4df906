"""`shipworthy sidecar`: the policy of the proxy, and the run that `shipworthy up` started."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shipworthy.cli.arguments import AsJson
from shipworthy.cli.output import COULD_NOT_LOOK, GAPS, NOTHING_OPEN, Progress, emit, fail, say
from shipworthy.cli.up import HERE, Here, needs_sidecar

if TYPE_CHECKING:
    from shipworthy.prototype import Prototype
    from shipworthy.sidecar.check.proof import Proof
    from shipworthy.sidecar.policy import Policy
    from shipworthy.sidecar.proxy.identity import Provider

app = typer.Typer(
    help="The proxy around a prototype: its policy, and the run that `shipworthy up` started.",
    no_args_is_help=True,
)


class TargetName(StrEnum):
    """Where a policy can be exported to."""

    SYSTEMD = "systemd"
    COMPOSE = "compose"
    KUBERNETES = "kubernetes"


PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", help="Instead of .shipworthy/policy.yaml in PATH.", metavar="FILE"),
]


@app.command("init")
def init(
    path: Here = HERE,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a policy that is there.")
    ] = False,
    show: Annotated[bool, typer.Option("--print", help="Print it; write nothing.")] = False,
) -> None:
    """Write .shipworthy/policy.yaml from the code: routes and who needs what, limits, headers.

    Each line that was derived says from which file. Edit it; `shipworthy up` applies changes at once.
    """
    from shipworthy.pipeline import open_prototype
    from shipworthy.settings import Settings
    from shipworthy.sidecar.derive import derive
    from shipworthy.sidecar.wish import FILE

    derived = derive(open_prototype(path, Settings()))
    if show:
        emit(derived.text, None)
        return
    file = path / FILE
    if not force and os.path.lexists(file):
        fail(
            f"{file} is there already: --force writes over it, --print shows what would be written"
        )
    _write(file, derived.text)
    say(f"Wrote {file}.")
    for question in derived.undecided:
        say(f"For you to decide: {question}")
    say("Next: read it, then shipworthy up")


@app.command("validate")
def validate(path: Here = HERE, policy: PolicyFile = None, as_json: AsJson = False) -> None:
    """Say whether the policy is one that the proxy takes, and which secrets it wants.

    Exit code 0: it can be started; 1: variables that it names are not set; 2: it is broken.
    """
    needs_sidecar()
    from shipworthy.sidecar.policy_file import read_policy
    from shipworthy.sidecar.rehearsal import rehearse
    from shipworthy.sidecar.wish import Wish

    file = Wish(path, policy).policy_file
    if not file.is_file():
        fail(f"{file} does not exist. Next: shipworthy sidecar init {path}")
    found = read_policy(file)
    missing = rehearse(found)
    if as_json:
        _json({"policy": str(file), "missing": list(missing)})
    else:
        emit(f"{file} is a valid policy: {_outline(found)}.\n", None)
    for name in missing:
        say(f"{name} is not set: put it into the environment, or into the file of --env.")
    say("Next: shipworthy up")
    raise typer.Exit(GAPS if missing else NOTHING_OPEN)


@app.command("status")
def status(path: Here = HERE, as_json: AsJson = False) -> None:
    """Say how the running prototype is: address, requests, latencies, errors, refusals, who is signed in.

    Exit code 0: it serves; 1: it is paused or down; 2: nothing runs.
    """
    found = _ask(path, "status")
    if as_json:
        _json(found)
    else:
        from shipworthy.sidecar.status import status_lines

        emit("".join(f"{line}\n" for line in status_lines(found)), None)
    raise typer.Exit(NOTHING_OPEN if found["state"] == "serving" else GAPS)


@app.command("pause")
def pause(path: Here = HERE) -> None:
    """Answer everything with the maintenance page; the prototype keeps running."""
    found = _ask(path, "pause")
    say(f"{found['url']} shows the maintenance page. Next: shipworthy sidecar resume")


@app.command("resume")
def resume(path: Here = HERE) -> None:
    """Serve again after a pause."""
    say(f"{_ask(path, 'resume')['url']} serves again.")


@app.command("reload")
def reload(path: Here = HERE) -> None:
    """Apply the policy as its file says it now. Changes are applied by themselves, too; this says whether."""
    found = _ask(path, "reload")
    say(f"Applied {found['policy'] or 'the derived policy'}.")


@app.command("stop")
def stop(path: Here = HERE) -> None:
    """End the run in order: the proxy after the requests under way, then the prototype, then its data."""
    from shipworthy.sidecar.control import ask_to_stop
    from shipworthy.sidecar.place import runtime_folder

    ask_to_stop(runtime_folder(path))
    say("It has ended.")


@app.command("check")
def check(
    path: Here = HERE,
    as_json: AsJson = False,
    every: Annotated[
        bool, typer.Option("--all", help="Show each attack, also those that were held off.")
    ] = False,
) -> None:
    """Attack the proxy from outside, on this machine alone: forged headers, foreign origins, wrong tokens,
    oversized, slow and smuggled requests, odd paths, 10,000 clients.

    What could harm goes to a twin with the same policy in front of an echo; the proxy that runs gets the
    rest. Writes .shipworthy/evidence/sidecar.json, which assess counts as proof for a month, as long as
    policy and source stay as they are. Exit code 0: nothing came through; 1: something did; 2: nothing
    could be judged.
    """
    needs_sidecar()
    from shipworthy.pipeline import open_prototype
    from shipworthy.settings import Settings
    from shipworthy.sidecar.check.proof import prove
    from shipworthy.sidecar.check.shown import document, text

    prototype = open_prototype(path, Settings())
    with Progress() as tell:
        proof = prove(prototype, tell)
    if as_json:
        _json(document(proof))
    else:
        emit(text(proof, every=every), None)
        say(_after(proof))
    if proof.blind:
        raise typer.Exit(COULD_NOT_LOOK)
    raise typer.Exit(GAPS if proof.broken else NOTHING_OPEN)


def _after(proof: Proof) -> str:
    if proof.broken:
        return "Next: mend the policy, .shipworthy/policy.yaml, and check again"
    if proof.why_not:
        return "Next: shipworthy up, and in another terminal: shipworthy sidecar check"
    return "Next: shipworthy assess counts what held as proven"


@app.command("trust")
def trust(path: Here = HERE, policy: PolicyFile = None) -> None:
    """Print how this machine's browsers come to trust the local certificate. It changes nothing itself."""
    needs_sidecar()
    from shipworthy.sidecar.certificate import authority, default_authorities
    from shipworthy.sidecar.policy import Policy
    from shipworthy.sidecar.policy_file import read_policy
    from shipworthy.sidecar.trust import instructions
    from shipworthy.sidecar.wish import Wish

    file = Wish(path, policy).policy_file
    found = read_policy(file) if file.is_file() else Policy()
    if found.tls.certificate != "auto":
        say(
            f"The policy names a certificate of its own, {found.tls.certificate}: there is nothing to trust."
        )
        return
    emit(instructions(authority(found.host, default_authorities()).file, found.host), None)


@app.command("export")
def export(
    path: Here = HERE,
    target: Annotated[
        TargetName, typer.Option("--target", help="What runs it in production.")
    ] = TargetName.COMPOSE,
    policy: PolicyFile = None,
    host: Annotated[
        str | None,
        typer.Option("--host", help="The public name, instead of the policy's.", metavar="NAME"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Instead of .shipworthy/export/TARGET in PATH.",
            metavar="FOLDER",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write what takes the policy to production: systemd units, a Compose file, or Kubernetes manifests.

    No secret is written, only the names of the variables and Secrets that hold them (API keys: their
    hashes). What a target cannot do is said here and at the top of its files.
    """
    needs_sidecar()
    from shipworthy.pipeline import open_prototype
    from shipworthy.settings import Settings
    from shipworthy.sidecar.export import Target, application_of
    from shipworthy.sidecar.export import export as exported

    prototype = open_prototype(path, Settings())
    found = _policy_for_export(path, policy, prototype, host)
    made = exported(
        found, Target(target), application_of(prototype), os.environ, _provider_of(found)
    )
    folder = output or path / ".shipworthy" / "export" / target
    made.write(folder)
    if as_json:
        _json({"folder": str(folder), "files": sorted(made.files), "said": list(made.said)})
        return
    say(f"Wrote {len(made.files)} files to {folder}.")
    for line in made.said:
        say(f"- {line}")
    say(f"Next: {_NEXT[target].format(folder=folder)}")


_NEXT = {
    TargetName.SYSTEMD: "copy {folder} to / of the machine, then systemctl enable --now shipworthy-proxy",
    TargetName.COMPOSE: "docker compose --project-directory {folder} up --build --detach",
    TargetName.KUBERNETES: "kubectl apply --server-side -f {folder}/pod, or -f {folder}/gateway-api",
}


def _policy_for_export(
    path: Path, policy: Path | None, prototype: Prototype, host: str | None
) -> Policy:
    """The policy of the file, or a derived one, with the name that the public knows."""
    import msgspec

    from shipworthy.sidecar.derive import derive
    from shipworthy.sidecar.policy_file import read_policy
    from shipworthy.sidecar.wish import Wish

    file = Wish(path, policy).policy_file
    if file.is_file():
        found = read_policy(file)
    elif policy is not None:
        fail(f"{file} does not exist. Next: shipworthy sidecar init {path}")
    else:
        say("There is no policy yet: it is derived. Next: shipworthy sidecar init keeps it.")
        found = derive(prototype).policy
    if host is None:
        return found
    from shipworthy.sidecar.host import is_host_name

    if not is_host_name(host):
        fail(f"--host {host}: a host name is expected, without https:// and port")
    return msgspec.structs.replace(found, host=host)


def _provider_of(policy: Policy) -> Provider | None:
    """Where the provider of the login does what; None, and said, where it does not answer."""
    if policy.login is None:
        return None
    from shipworthy.sidecar.proxy.identity import discover
    from shipworthy.sidecar.proxy.identity.provider import ProviderDown

    try:
        return discover(policy.login.issuer)
    except ProviderDown as error:
        say(str(error))
        return None


def _ask(path: Path, verb: str) -> dict[str, Any]:
    from shipworthy.sidecar.control import ask
    from shipworthy.sidecar.place import runtime_folder

    return ask(runtime_folder(path), verb)


def _write(file: Path, text: str) -> None:
    if file.is_symlink() or file.parent.is_symlink():
        fail(f"{file} is a link: it is not followed out of the prototype")
    try:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")


def _outline(policy: Policy) -> str:
    routes = f"{len(policy.routes)} routes" if len(policy.routes) != 1 else "1 route"
    ways = [
        name
        for name, given in (
            ("login", policy.login),
            ("tokens", policy.tokens),
            ("keys", policy.keys),
        )
        if given
    ]
    return (
        f"{routes}, {' and '.join(ways) or 'no login'}, https://{policy.host}:{policy.ports.https}"
    )


def _json(document: Any) -> None:
    from shipworthy.documents import to_json

    emit(to_json(document), None)
