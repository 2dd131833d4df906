"""The examples, copied into a repository of their own, so that no enclosing checkout has a say."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"


def copy_of_example(name: str, folder: Path) -> Path:
    """A copy of examples/<name> below the folder, all of it tracked by git."""
    root = folder / name
    shutil.copytree(EXAMPLES / name, root)
    for arguments in (("init", "-q"), ("add", "-A", "-f")):
        subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)
    return root
