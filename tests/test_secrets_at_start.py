"""Keys that a server is started with, and accounts that it makes by itself as it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.finding import Location
from shipworthy.prototype.running.at_start import happens_at_start
from shipworthy.prototype.secrets.composed import composed_keys
from shipworthy.prototype.source import Role, SourceFile

_COMPOSE = """services:
  cache:
    image: redis:7

  # the app
  api:
    build: .
    restart: always
    environment:
      - PORT=3000
      - JWT_SECRET=harbourlights  # for all
    ports:
      - "80:3000"
"""
_SERVER = """import express from "express";
import { Member } from "./member.js";
const app = express();
class Members {
  async begin() {
    await Member.create({ name: "admin", role: "admin", password: "tenor" });
  }
}
START
app.listen(3000);
"""


def test_the_key_that_a_compose_file_gives_to_the_app() -> None:
    for text in (_COMPOSE, _COMPOSE.replace("\n", "\r\n")):
        (found,) = composed_keys(SourceFile("compose.yml", Role.CONFIG, len(text), text))
        assert (found.name, found.value) == ("JWT_SECRET", "harbourlights")
        assert text[found.start :].startswith("harbourlights")


@pytest.mark.parametrize(
    ("start", "happens"),
    [
        ("await new Members().begin();", True),
        ('if (process.env.FILL === "yes") await new Members().begin();', False),
        ('app.post("/begin", () => new Members().begin());', False),
        ("app.listen(4000, () => new Members().begin());", True),
        ("", False),
    ],
)
def test_what_a_server_does_by_itself(tmp_path: Path, start: str, happens: bool) -> None:
    text = _SERVER.replace("START", start)
    line = text[: text.index("tenor")].count("\n") + 1
    for number, written in enumerate((text, text.replace("\n", "\r\n"))):
        files = {"server.js": written, "member.js": "export class Member {}\n"}
        prototype = prototype_of(tmp_path / str(number), files)
        assert happens_at_start(prototype, Location("server.js", line)) is happens
