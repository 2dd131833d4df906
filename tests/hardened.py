"""A small prototype in a repository of its own, with gaps that harden closes without a database."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

APP = """import os

import requests
from fastapi import FastAPI

app = FastAPI()


@app.get("/weather")
def weather():
    return requests.get("https://api.weather.example/v1").json()


@app.get("/rates")
def rates():
    return requests.get("https://api.rates.example/v1").json()
"""
OTHER = """import requests


def holidays():
    return requests.get("https://api.holidays.example/v1").json()
"""
FREE = """

from calendars import holidays


@app.get("/free")
def free():
    return holidays()
"""
FILES = {
    "main.py": APP
    + "\n\nfrom calendars import holidays\n\n\n@app.get('/free')\ndef free():\n    return holidays()\n",
    "calendars.py": OTHER,
    "requirements.txt": "fastapi==0.115.0\nrequests==2.32.4\n",
    "README.md": "# Small\n",
}


def repository(folder: Path, files: dict[str, str] | None = None, prefix: str = "") -> Path:
    """A repository with one commit; gives the folder of the prototype in it."""
    root = folder / prefix
    root.mkdir(parents=True, exist_ok=True)
    for path, text in (files or FILES).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "start")
    return root


def commit(folder: Path, subject: str) -> None:
    git(folder, "add", "-A")
    who = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    git(folder, *who, "commit", "-q", "-m", subject)


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def state(top: Path) -> dict[str, str]:
    """What must not change: every file of the checkout, the index, the branches, the configuration."""
    found: dict[str, str] = {}
    for folder, _, names in os.walk(top):
        for name in names:
            path = Path(folder) / name
            inside = path.relative_to(top).as_posix()
            # What no branch leads to is no part of a repository; empty folders are none either.
            if not inside.startswith((".git/objects/", ".git/logs/")):
                found[inside] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
