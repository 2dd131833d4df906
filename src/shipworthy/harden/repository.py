"""The user's own repository: what is to be hardened, and what a person must do first."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from shipworthy.command import Command, Ran, run
from shipworthy.errors import CommandFailed, ShipworthyError
from shipworthy.prototype.git import git_command
from shipworthy.prototype.tree import printable

BRANCH = "shipworthy/harden"
_REF = f"refs/heads/{BRANCH}"
_SECONDS = 60.0
_GITLINK = "160000"


class CannotHarden(ShipworthyError):
    """The prototype cannot be hardened as it is; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository and the folder in it that is the prototype.

    `prefix` is that folder from the top of the repository, '' at the top itself. `base` is the commit
    that the work starts from: HEAD, or the branch of an earlier run on top of it.
    """

    top: Path
    prefix: str
    objects: Path  # where git keeps the contents
    shallow: Path  # the file that says where a shallow history ends
    object_format: str
    head: str
    branch: str  # '' for a detached head
    base: str
    earlier: str  # the commit of an earlier run's branch; '' for none
    notes: tuple[str, ...]  # what the user should know, one sentence each

    @property
    def continued(self) -> bool:
        """True where the work goes on on top of an earlier run."""
        return self.base != self.head


def find_repository(root: Path) -> Repository:
    """Look at the repository around a folder; nothing in it is changed or run.

    Raises CannotHarden with what to do where there is none, where it has no commit, or where the
    branch of an earlier run does not follow from HEAD any more.
    """
    top, prefix = _top(root)
    head = _head(root)
    if prefix and not _line(top, "ls-tree", "--name-only", head, "--", prefix.rstrip("/")):
        raise CannotHarden(
            f"no commit holds {prefix}: commit it first, so that each change can be taken back"
        )
    base, earlier = _base(top, head)
    return Repository(
        top=top,
        prefix=prefix,
        objects=Path(_line(top, "rev-parse", "--path-format=absolute", "--git-path", "objects")),
        shallow=Path(_line(top, "rev-parse", "--path-format=absolute", "--git-path", "shallow")),
        object_format=_line(top, "rev-parse", "--show-object-format") or "sha1",
        head=head,
        branch=_line(top, "symbolic-ref", "--quiet", "--short", "HEAD"),
        base=base,
        earlier=earlier,
        notes=tuple(_notes(top, prefix, head, base)),
    )


def refuse_checked_out(repository: Repository) -> None:
    """Raises CannotHarden where the branch is checked out: git does not move it under a checkout."""
    where = _line(repository.top, "for-each-ref", "--format=%(worktreepath)", _REF)
    if where == str(repository.top):
        raise CannotHarden(
            f"{BRANCH} is checked out: switch to your own branch (git switch -), then run this again"
        )
    if where:
        raise CannotHarden(
            f"{BRANCH} is checked out in {printable(where)}: switch to another branch there"
        )


def uncommitted(top: Path, *, untracked: bool = True) -> tuple[str, ...]:
    """Paths, from the top, of what differs from HEAD or is not tracked; read without running filters."""
    listed = _asked(
        top,
        *unfiltered(top),
        "status",
        "--porcelain",
        "-z",
        "--no-renames",
        "--ignore-submodules=all",
        f"--untracked-files={'normal' if untracked else 'no'}",
    )
    return tuple(entry[3:] for entry in listed.split("\0") if entry)


def ignored(top: Path, path: str) -> bool:
    """True for a path that git does not track and is told to ignore."""
    # It takes no pattern, and refuses to be told so.
    return run(git_command(top, "check-ignore", "--quiet", "--", f"./{path}")).code == 0


def unfiltered(top: Path) -> tuple[str, ...]:
    """Options that switch off every filter that the repository's configuration names."""
    listed = _line(top, "config", "--null", "--name-only", "--get-regexp", r"^filter\..*\.")
    names = {key.rpartition(".")[0] for key in listed.split("\0") if key.startswith("filter.")}
    settings = [
        f"{name}.{part}={value}"
        for name in sorted(names)
        for part, value in (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))
    ]
    return tuple(word for setting in settings for word in ("-c", setting))


def git(top: Path, *arguments: str, seconds: float = _SECONDS) -> str:
    """Run git and give what it printed. Raises CommandFailed with its first line of complaint."""
    ran = _run(top, *arguments, seconds=seconds)
    if ran.code != 0:
        said = ran.errors.decode("utf-8", "replace").strip() or f"code {ran.code}"
        raise CommandFailed(f"git {_verb(arguments)}: {printable(said.splitlines()[0])}")
    return ran.output.decode("utf-8", "surrogateescape")


def identity(top: Path) -> tuple[str, str]:
    """Name and address for commits: the user's own where git knows them."""
    found = []
    for key in ("user.name", "user.email"):
        ran = run(Command(("git", "-C", str(top), "config", "--get", key), seconds=_SECONDS))
        found.append(ran.output.decode("utf-8", "replace").strip())
    return (found[0] or "shipworthy", found[1] or "shipworthy@localhost")


def _top(root: Path) -> tuple[Path, str]:
    if not root.is_dir():
        raise CannotHarden(f"{root} is no folder: point shipworthy at the folder of a prototype")
    where = shlex.quote(str(root))
    try:
        inside = _run(root, "rev-parse", "--is-inside-work-tree", "--is-bare-repository")
    except CommandFailed as error:
        raise CannotHarden(
            "git is not installed: harden writes each change as a commit that can be taken back"
        ) from error
    answers = inside.output.decode().split()
    if inside.code != 0 and b"not a git repository" not in inside.errors:
        said = inside.errors.decode("utf-8", "replace").strip().splitlines()
        raise CannotHarden(f"git cannot read {root}: {printable(said[0]) if said else inside.code}")
    if inside.code != 0:
        raise CannotHarden(
            f"{root} is not under version control, so that no change could be taken back. First:\n"
            f"  git -C {where} init && git -C {where} add -A\n"
            f'  git -C {where} commit -m "The prototype as it is"'
        )
    if answers[:1] != ["true"]:
        raise CannotHarden(
            f"{root} holds no files, only a history: clone it, then harden the clone"
        )
    return Path(_line(root, "rev-parse", "--show-toplevel")), _line(
        root, "rev-parse", "--show-prefix"
    )


def _head(root: Path) -> str:
    found = _run(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if found.code == 0:
        return found.output.decode().strip()
    where = shlex.quote(str(root))
    raise CannotHarden(
        f"{root} has no commit yet. First:\n"
        f'  git -C {where} add -A && git -C {where} commit -m "The prototype as it is"'
    )


def _base(top: Path, head: str) -> tuple[str, str]:
    """Where to start, and the branch of an earlier run."""
    found = _run(top, "rev-parse", "--verify", "--quiet", f"{_REF}^{{commit}}")
    if found.code != 0:
        if _run(top, "rev-parse", "--verify", "--quiet", "refs/heads/shipworthy").code == 0:
            raise CannotHarden(
                f"a branch is called shipworthy, so that git can hold none called {BRANCH}:"
                " git branch -m shipworthy OTHER-NAME"
            )
        return head, ""
    earlier = found.output.decode().strip()
    if _leads_to(top, head, earlier):
        return earlier, earlier
    if _leads_to(top, earlier, head):
        return head, earlier  # merged already: the branch only moves on
    raise CannotHarden(
        f"{BRANCH} is there from an earlier run and does not follow from HEAD any more."
        f" Merge it, or remove it: git branch -D {BRANCH}"
    )


def _leads_to(top: Path, ancestor: str, descendant: str) -> bool:
    return _run(top, "merge-base", "--is-ancestor", ancestor, descendant).code == 0


def _notes(top: Path, prefix: str, head: str, base: str) -> list[str]:
    notes = []
    if base != head:
        count = int(_line(top, "rev-list", "--count", f"{head}..{base}") or 0)
        commits = "1 commit" if count == 1 else f"{count:,} commits"
        notes.append(f"{BRANCH} holds {commits} already: the work goes on on top of them")
    changed = [p for p in uncommitted(top) if p.startswith(prefix)]
    if changed:
        files = "1 file is" if len(changed) == 1 else f"{len(changed):,} files are"
        notes.append(f"{files} not committed: the last commit is hardened, without them")
    listed = _asked(top, "ls-tree", "-r", "-z", head, "--", prefix.rstrip("/") or ".")
    links = [entry.partition("\t")[2] for entry in listed.split("\0") if entry.startswith(_GITLINK)]
    if links:
        shown = ", ".join(printable(link) for link in links[:3])
        notes.append(f"submodules are left alone: {shown}{' …' if len(links) > 3 else ''}")
    if _line(top, "rev-parse", "--is-shallow-repository") == "true":
        notes.append("the history is not complete here: secrets in older commits are not seen")
    return notes


def _line(top: Path, *arguments: str) -> str:
    """What git prints, without the end of line; '' where it fails."""
    ran = _run(top, *arguments)
    said = ran.output.decode("utf-8", "surrogateescape")
    return said.removesuffix("\n") if ran.code == 0 else ""


def _asked(top: Path, *arguments: str) -> str:
    try:
        return git(top, *arguments)
    except CommandFailed as error:
        raise CannotHarden(f"the repository cannot be read: {error}") from error


def _run(top: Path, *arguments: str, seconds: float = _SECONDS) -> Ran:
    # Next.js calls folders [id] and (shop): no patterns, names.
    return run(git_command(top, "--literal-pathspecs", *arguments, seconds=seconds))


def _verb(arguments: tuple[str, ...]) -> str:
    """The command of git, after its options."""
    words = iter(arguments)
    for word in words:
        if word == "-c":
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""
