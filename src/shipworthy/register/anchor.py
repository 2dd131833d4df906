"""Checkpoints as git tags of the prototype's repository: a witness outside the register's own file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from shipworthy.command import run
from shipworthy.errors import CommandFailed, ShipworthyError
from shipworthy.prototype.git import git_command
from shipworthy.register.checkpoint import Checkpoint, checkpoint_from

_PREFIX = "shipworthy-register-"
# The tag needs a name; whose decision it is stands in the register.
_TAGGER = {"GIT_COMMITTER_NAME": "shipworthy register", "GIT_COMMITTER_EMAIL": "register@localhost"}
_SECONDS = 20.0


class NotAnchored(ShipworthyError):
    """The checkpoint could not be put into the repository."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A tag and the checkpoint that it holds; None where it holds none."""

    tag: str
    checkpoint: Checkpoint | None


def anchor(folder: Path, checkpoint: Checkpoint) -> str:
    """Tag the latest commit with the checkpoint; returns the tag's name. Hooks are not run.

    Raises NotAnchored where there is no repository or no commit, or git refuses.
    """
    tag = f"{_PREFIX}{checkpoint.count}-{checkpoint.head[:12]}"
    arguments = ("tag", "--annotate", "--no-sign", "--cleanup=verbatim")
    command = git_command(
        folder, *arguments, "-m", checkpoint.document, tag, "HEAD", seconds=_SECONDS
    )
    command = replace(command, environment={**command.environment, **_TAGGER})
    try:
        ran = run(command)
    except CommandFailed as error:
        raise NotAnchored(f"the checkpoint is written, but not tagged: {error}") from error
    if ran.code != 0:
        said = ran.errors.decode("utf-8", "replace").strip().splitlines()
        raise NotAnchored(
            "the checkpoint is written, but not tagged: git says "
            f"{said[-1] if said else ran.code}; commit something first, or leave --anchor out"
        )
    return tag


def anchors(folder: Path) -> Iterator[Anchor]:
    """The checkpoints in the repository's tags; none where there is no repository."""
    # One field a line: the document is one line itself, and a tag's name holds no space.
    wanted = "--format=%(refname:short) %(contents:subject)"
    try:
        ran = run(
            git_command(folder, "for-each-ref", wanted, f"refs/tags/{_PREFIX}*", seconds=_SECONDS)
        )
    except CommandFailed:
        return
    for line in ran.output.decode("utf-8", "replace").splitlines() if ran.code == 0 else ():
        tag, _, document = line.partition(" ")
        yield Anchor(tag, checkpoint_from(document))
