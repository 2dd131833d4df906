"""`shipworthy ai`: run the gateway in front of the models, switch their uses off and on, hand out keys."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shipworthy.cli.ai_run import forget, run
from shipworthy.cli.arguments import AsJson
from shipworthy.cli.choices import folder
from shipworthy.cli.output import GAPS, NOTHING_OPEN, emit, say
from shipworthy.cli.register import By, name_of
from shipworthy.errors import MissingExtra, ShipworthyError

if TYPE_CHECKING:
    from shipworthy.gateway.control import Control
    from shipworthy.gateway.policy import Policy

app = typer.Typer(
    help="The AI gateway: timeouts, fallbacks, budgets, redaction and a kill switch for calls of models.",
    no_args_is_help=True,
)
keys_app = typer.Typer(
    help="Virtual keys: what a prototype uses in place of a provider's.", no_args_is_help=True
)
app.add_typer(keys_app, name="keys")
app.command("run", context_settings={"allow_interspersed_args": False})(run)
app.command("forget")(forget)

_In = Annotated[
    Path,
    typer.Option(
        "--in", help="The folder of the prototype; the current one unless said.", parser=folder
    ),
]
_HERE = Path()
_Prototype = Annotated[
    str | None,
    typer.Option(
        "--prototype",
        help="Its name in the policy; needed where there are several.",
        metavar="NAME",
    ),
]
_Feature = Annotated[
    str | None, typer.Option("--feature", help="One feature of it.", metavar="NAME")
]
_Model = Annotated[
    str | None, typer.Option("--model", help="One model, for every prototype.", metavar="NAME")
]


@app.command("init")
def init(path: _In = _HERE) -> None:
    """Write a policy to begin with: .shipworthy/ai.yaml."""
    from shipworthy.gateway.example import write_example

    file = write_example(path)
    say(f"Wrote {file}. Name your providers and models in it. Next: shipworthy ai check")


@app.command("check")
def check(path: _In = _HERE, as_json: AsJson = False) -> None:
    """Say what the policy means, and what it leaves open: prices, keys, uses that nothing stands in for.

    Exit code 0: nothing is open; 1: something is; 2: the policy cannot be read.
    """
    from shipworthy.gateway.outlook import outlook

    _, policy = read_policy_in(path)
    found = outlook(policy)
    if as_json:
        _json(found.document)
    else:
        emit("".join(f"{line}\n" for line in found.lines), None)
    say("Next: shipworthy ai keys add, then shipworthy ai serve")
    raise typer.Exit(GAPS if found.open else NOTHING_OPEN)


@app.command("serve")
def serve(
    path: _In = _HERE,
    host: Annotated[
        str | None, typer.Option("--host", help="Instead of that of the policy.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Instead of that of the policy.", min=0, max=65535)
    ] = None,
) -> None:
    """Run the gateway until it is interrupted. Several with the same policy are replicas of each other.

    Provider keys come from the environment variables that the policy names, and from nowhere else.
    """
    _needs_gateway()
    import uvloop

    from shipworthy.gateway.outlook import outlook
    from shipworthy.gateway.serve import Serving

    file, policy = read_policy_in(path)
    serving = Serving(file, policy, host=host, port=port)

    for question in outlook(policy).open:
        if question.startswith("provider "):
            say(f"Take care: {question}.")

    def told(at: Serving) -> None:
        say(f"Listening on http://{at.host}:{at.bound_port} (admin: {at.admin_socket}).")
        say(
            f"Next: point a prototype there, e.g. OPENAI_BASE_URL=http://{at.host}:{at.bound_port}/v1"
        )

    uvloop.run(serving.run(told))


@app.command("off")
def off(
    feature: _Feature = None,
    prototype: _Prototype = None,
    model: _Model = None,
    reason: Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")] = "",
    by: By = None,
    path: _In = _HERE,
) -> None:
    """Switch models off, for everything or for what is named; counts from the very next request on.

    Callers then get the answer that is registered for the feature, its message, or an error that says so.
    """
    file, policy = read_policy_in(path)
    scope, name = _scope(policy, prototype, feature, model), name_of(by)
    with _control(file, policy) as control:
        control.switch_off(scope, name, reason)
    # Written down after the fact: an emergency does not wait for a register, nor fail with it.
    try:
        _written(file, "off", scope, name, reason)
    except ShipworthyError as error:
        say(f"Off all the same, but not written down: {error}. Next: shipworthy register verify")
    say(f"{_in_words(scope)} is off. Next: shipworthy ai status; shipworthy ai on takes it back")


@app.command("on")
def on(
    feature: _Feature = None,
    prototype: _Prototype = None,
    model: _Model = None,
    reason: Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")] = "",
    by: By = None,
    path: _In = _HERE,
) -> None:
    """Switch models on again, for what was switched off by the same words."""
    file, policy = read_policy_in(path)
    scope, name = _scope(policy, prototype, feature, model), name_of(by)
    with _control(file, policy) as control:
        if not any(switch.scope == scope for switch in control.switches()):
            say(f"{_in_words(scope)} was not off. Next: shipworthy ai status")
            return
        _written(file, "on", scope, name, reason)
        control.switch_on(scope)
    say(f"{_in_words(scope)} is on again.")


@app.command("status")
def status(path: _In = _HERE, as_json: AsJson = False) -> None:
    """Say what is off, who switched it off, and what was spent today."""
    from shipworthy.gateway.prices import NANO
    from shipworthy.gateway.state import open_ledger

    file, policy = read_policy_in(path)
    with (
        _control(file, policy) as control,
        closing(open_ledger(file, policy)) as ledger,
    ):
        switches, day = control.switches(), ledger.today()
        spent = {n: (s / NANO, r / NANO) for n, (s, r) in ledger.spent(day).items()}
    if as_json:
        off = [
            {"scope": s.scope, "by": s.by, "reason": s.reason, "at": _time(s.at)} for s in switches
        ]
        dollars = {n: {"spent": s, "set_aside": r} for n, (s, r) in spent.items()}
        _json({"off": off, "day": day, "dollars": dollars})
        return
    lines = [
        f"off: {_in_words(s.scope)}, by {s.by} at {_time(s.at)}"
        + (f": {s.reason}" if s.reason else "")
        for s in switches
    ] or ["Nothing is off."]
    lines += [f"{name}: ${s:.4f} spent, ${r:.4f} set aside" for name, (s, r) in spent.items()]
    if not spent:
        lines.append(f"Nothing was spent on {day}.")
    emit("".join(f"{line}\n" for line in lines), None)


@keys_app.command("add")
def add_key(
    prototype: _Prototype = None,
    feature: _Feature = None,
    name: Annotated[
        str, typer.Option("--name", help="Who or what it is for.", metavar="TEXT")
    ] = "",
    path: _In = _HERE,
) -> None:
    """Make a key and print it, once: only its hash is kept."""
    file, policy = read_policy_in(path)
    scope = _scope(policy, _one(policy, prototype), feature, None)
    of, _, part = scope.partition("/")
    with _control(file, policy) as control:
        key, text = control.add_key(of, part, name)
    print(text)
    say(f"Key {key.id} for {_in_words(scope)}. It is not shown again: put it where the prototype")
    say("reads its provider's key from, e.g. OPENAI_API_KEY.")


@keys_app.command("list")
def list_keys(path: _In = _HERE, as_json: AsJson = False) -> None:
    """List the keys; their text is not known any more."""
    file, policy = read_policy_in(path)
    with _control(file, policy) as control:
        keys = control.keys()
    if as_json:
        _json(
            [{**_row(key), "revoked": _time(key.revoked) if key.revoked else None} for key in keys]
        )
        return
    lines = [
        f"{key.id}  {key.prototype}{'/' if key.feature else ''}{key.feature}  {key.name}"
        f"{'  revoked ' + _time(key.revoked) if key.revoked else ''}"
        for key in keys
    ]
    emit("".join(f"{line.rstrip()}\n" for line in lines) or "No keys yet.\n", None)
    say("Next: shipworthy ai keys add, or revoke ID")


@keys_app.command("revoke")
def revoke_key(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `shipworthy ai keys list` shows it.")],
    path: _In = _HERE,
) -> None:
    """Put a key out of force, from the very next request on."""
    file, policy = read_policy_in(path)
    with _control(file, policy) as control:
        if not control.revoke_key(id):
            raise UnknownName(f"there is no key {id} in force. Next: shipworthy ai keys list")
    say(f"Key {id} is out of force.")


class UnknownName(ShipworthyError):
    """A prototype, feature, model or key that the gateway does not know."""


def _needs_gateway() -> None:
    try:
        import aiohappyeyeballs  # noqa: F401
        import httptools  # noqa: F401
        import jsonschema_rs  # noqa: F401
        import orjson  # noqa: F401
        import uvloop  # noqa: F401
    except ImportError as error:
        raise MissingExtra(f"the gateway's part {error.name}", "gateway") from error


def read_policy_in(path: Path) -> tuple[Path, Policy]:
    """The policy file of a prototype and what it says. Raises BrokenPolicy and MissingExtra."""
    _needs_gateway()
    from shipworthy.gateway.policy_file import find_policy, read_policy

    file = find_policy(path)
    return file, read_policy(file)


def _control(file: Path, policy: Policy) -> closing[Control]:
    from shipworthy.gateway.state import open_control

    return closing(open_control(file, policy))


def _scope(policy: Policy, prototype: str | None, feature: str | None, model: str | None) -> str:
    """What is meant: `*`, `prototype`, `prototype/feature` or `model:NAME`. Raises UnknownName."""
    if model is not None:
        if feature or prototype:
            raise UnknownName("--model is for every prototype: leave --prototype and --feature out")
        return f"model:{_among(model, policy.models, 'model')}"
    if feature is None:
        return "*" if prototype is None else _among(prototype, policy.prototypes, "prototype")
    of = _one(policy, prototype)
    return f"{of}/{_among(feature, policy.prototypes[of].features, 'feature')}"


def _one(policy: Policy, prototype: str | None) -> str:
    if prototype is None and len(policy.prototypes) == 1:
        return next(iter(policy.prototypes))
    if prototype is None:
        raise UnknownName(f"which one? --prototype {', '.join(policy.prototypes)}")
    return _among(prototype, policy.prototypes, "prototype")


def _among(name: str, known: dict[str, Any], what: str) -> str:
    if name not in known:
        raise UnknownName(
            f"the policy knows no {what} {name}; it knows {', '.join(known) or 'none'}"
        )
    return name


def _written(file: Path, action: str, scope: str, by: str, reason: str) -> None:
    """Put a flip into the register of the prototype, where it has one."""
    from shipworthy.register import NoRegister, Register

    try:
        entry = Register(file.parent.parent).append(
            "switch", by, {"action": action, "scope": scope, "reason": reason}
        )
        say(f"Written down as entry {entry.number} of the register.")
    except NoRegister:
        say("There is no register here, so nothing is written down. Next: shipworthy register init")


def _in_words(scope: str) -> str:
    if scope == "*":
        return "everything"
    kind, _, name = scope.partition(":")
    if name:
        return f"the {kind} {name}"
    of, _, feature = scope.partition("/")
    return f"the feature {feature} of {of}" if feature else f"the prototype {of}"


def _row(key: Any) -> dict[str, Any]:
    named = ("id", "prototype", "feature", "name")
    return {name: getattr(key, name) for name in named} | {"made": _time(key.made)}


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(document: Any) -> None:
    from shipworthy.documents import to_json

    emit(to_json(document), None)
