"""`shipworthy ai run` and `ai forget`: a prototype as it is through the gateway, and users forgotten."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shipworthy.cli.choices import folder
from shipworthy.cli.output import say
from shipworthy.errors import ShipworthyError

if TYPE_CHECKING:
    from shipworthy.gateway.adoption import Rerouted
    from shipworthy.gateway.policy import Policy

In = Annotated[
    Path,
    typer.Option(
        "--in", help="The folder of the prototype; the current one unless said.", parser=folder
    ),
]
_HERE = Path()
_IN_BROWSER = ("VITE_", "NEXT_PUBLIC_", "REACT_APP_", "PUBLIC_", "EXPO_PUBLIC_", "NUXT_PUBLIC_")
_OF_MODELS = ("OPENAI", "ANTHROPIC", "GEMINI", "GROQ", "MISTRAL", "OPENROUTER", "LLM", "GOOGLE_AI")


class CannotReadKeys(ShipworthyError):
    """The file that should hold the provider keys cannot be read."""


def run(
    argv: Annotated[
        list[str],
        typer.Argument(metavar="-- COMMAND [ARGS]...", help="What to run, as you run it."),
    ],
    path: In = _HERE,
    prototype: Annotated[
        str, typer.Option("--prototype", help="Its name in the policy.", metavar="NAME")
    ] = "",
    feature: Annotated[
        str,
        typer.Option("--feature", help="The feature that all its calls are of.", metavar="NAME"),
    ] = "",
    port: Annotated[
        int, typer.Option("--port", help="Where the gateway listens; 0 is any.", min=0, max=65535)
    ] = 0,
    env_file: Annotated[
        Path | None,
        typer.Option(
            "--env-file",
            help="Read the providers' keys from this file too, e.g. .env; nothing else of it.",
            metavar="FILE",
        ),
    ] = None,
) -> None:
    """Run a program as it is, with its calls of models going through a gateway of its own.

    Python (requests, httpx, aiohttp, urllib), Node (fetch, http) and Deno (fetch) are rerouted by a preload;
    everything else finds the gateway in the variables that SDKs read, such as OPENAI_BASE_URL. The program
    gets a virtual key in the place of the providers' keys. Calls from a browser are not rerouted.
    Exit code: that of the program; 2: the gateway could not run.
    """
    from shipworthy.cli.ai import read_policy_in
    from shipworthy.gateway.adoption import run_rerouted

    file, policy = read_policy_in(path)
    if env_file is not None:
        _take_keys(env_file, policy)
    for name in sorted(_keys_for_browsers(path)):
        say(
            f"{name} is sent to every browser: those calls are not rerouted, and anybody can take the key."
        )
        say("Next for it: shipworthy assess --only client-side-secret")
    seen = run_rerouted(argv, file, policy, prototype, feature, port, say)
    for line in summary(seen):
        say(line)
    raise typer.Exit(seen.exit_code)


def summary(seen: Rerouted) -> list[str]:
    """What came of a run, in words."""
    if not seen.calls:
        return [
            "No call reached the gateway. What is not rerouted: calls from browsers, over gRPC, and from"
            " programs that are neither Python, Node nor Deno and read no base URL."
        ]
    ends = ", ".join(f"{count} {name}" for name, count in seen.outcomes.most_common())
    lines = [f"{seen.calls} calls: {ends}; ${seen.cost / 1e9:.4f}."]
    if seen.redacted:
        kinds = ", ".join(f"{count} {kind}" for kind, count in seen.redacted.most_common())
        lines.append(f"Replaced before they left: {kinds}.")
    if seen.errors:
        codes = ", ".join(f"{count} {code}" for code, count in seen.errors.most_common())
        lines.append(f"Errors that the program got: {codes}.")
    lines.append(
        "Next: shipworthy ai status; shipworthy ai off while it runs tries the kill switch"
    )
    return lines


def forget(
    user: Annotated[
        str,
        typer.Option("--user", help="The end user, as the prototype names them.", metavar="NAME"),
    ],
    path: In = _HERE,
) -> None:
    """Delete what the journal keeps of an end user: the texts of their calls, and their name on them.

    What a call cost stays, without whose it was.
    """
    from shipworthy.cli.ai import read_policy_in
    from shipworthy.gateway.state import state_folder
    from shipworthy.gateway.telemetry import Journal
    from shipworthy.gateway.telemetry.journal import FILE

    file, policy = read_policy_in(path)
    journal = state_folder(file, policy) / FILE
    if not journal.exists():
        say("There is no journal yet, so nothing is known of anybody.")
        return
    options = policy.telemetry
    with closing(Journal(journal, options.calls_days, options.texts_days)) as opened:
        texts, calls = opened.forget(user)
    say(f"Deleted the texts of {texts} calls, and took the name off {calls}.")


def _take_keys(file: Path, policy: Policy) -> None:
    """Take the keys that the policy names from an environment file; variables that are set stay."""
    from shipworthy.prototype.secrets.dotenv import parse_environment_file

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotReadKeys(f"{file} cannot be read: {error}") from error
    names = {provider.key for provider in policy.providers.values()}
    for setting in parse_environment_file(text):
        if setting.name in names and setting.value:
            os.environ.setdefault(setting.name, setting.value)


def _keys_for_browsers(path: Path) -> set[str]:
    """Names of settings that a bundler sends to browsers and that hold a key of a model provider."""
    from shipworthy.prototype.secrets.dotenv import parse_environment_file

    names = set(os.environ)
    for file in sorted(path.glob(".env*")):
        if file.is_file() and not file.is_symlink() and file.stat().st_size < 1_000_000:
            text = file.read_text(encoding="utf-8", errors="replace")
            names |= {setting.name for setting in parse_environment_file(text)}
    return {
        name
        for name in names
        if name.startswith(_IN_BROWSER) and "KEY" in name and any(m in name for m in _OF_MODELS)
    }
