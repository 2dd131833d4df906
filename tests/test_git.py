"""An untrusted repository cannot make us start a program through git."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from fixtures_of import prototype_of

GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@localhost")


@pytest.fixture
def trapped(tmp_path: Path) -> tuple[Path, Path]:
    """A repository whose configuration names a program at every turn; and what that would write."""
    root, mark = tmp_path / "prototype", tmp_path / "ran"
    root.mkdir()
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{mark}'\n")
    trap.chmod(trap.stat().st_mode | stat.S_IXUSR)
    (root / "app.ts").write_text("export const a = 1;\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    sign_head(root)
    for name in ("core.fsmonitor", "core.sshCommand", "diff.external", "gpg.program", "core.pager"):
        git(root, "config", name, str(trap))
    git(root, "config", "log.showSignature", "true")
    git(root, "config", "filter.x.clean", str(trap))
    git(root, "config", "diff.x.textconv", str(trap))
    (root / ".gitattributes").write_text("* filter=x diff=x\n")
    for hook in ("post-index-change", "pre-commit", "post-checkout"):
        (root / ".git" / "hooks" / hook).write_text(trap.read_text())
        (root / ".git" / "hooks" / hook).chmod(0o755)
    mark.unlink(missing_ok=True)
    return root, mark


def test_reading_every_fact_starts_no_program_of_the_repository(trapped: tuple[Path, Path]) -> None:
    root, mark = trapped
    prototype = prototype_of(root)
    assert prototype.git is not None
    assert prototype.origin
    assert prototype.deleted_environment_files == ()
    assert not mark.exists(), mark.read_text()


def test_the_trap_works_without_our_guards(trapped: tuple[Path, Path]) -> None:
    root, mark = trapped
    subprocess.run(["git", "-C", str(root), "log"], capture_output=True, check=False)
    assert mark.exists()


def sign_head(root: Path) -> None:
    """Give HEAD a signature header, so that git would ask gpg about it."""
    commit = git(root, "cat-file", "commit", "HEAD").decode()
    header, _, message = commit.partition("\n\n")
    signature = "-----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
    signed = f"{header}\ngpgsig {signature}\n\n{message}"
    made = subprocess.run(
        [*GIT, "-C", str(root), "hash-object", "-t", "commit", "-w", "--stdin"],
        input=signed.encode(),
        capture_output=True,
        check=True,
    )
    git(root, "update-ref", "HEAD", made.stdout.decode().strip())


def git(root: Path, *arguments: str) -> bytes:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    done = subprocess.run(
        [*GIT, "-C", str(root), *arguments], check=True, capture_output=True, env=clean
    )
    return done.stdout
