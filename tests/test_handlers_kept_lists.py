"""Lists at the top of a module that functions fill stand in for tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.pipeline import open_prototype
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.settings import Settings

_SERVER = """
import express from "express";
const app = express();
app.use(express.json());
let bookings = [{0}];
app.post("/bookings", (req, res) => {{
  {1}
  res.json({{ ok: true }});
}});
app.put("/bookings/:id", (req, res) => {{
  {2}
  res.json({{ ok: true }});
}});
app.listen(3000);
"""
_PUSH = "bookings.push({ id: 1, email: req.body.email });"


def _asked(at: Path, filled: str, change: str, holds: str = "") -> set[tuple[str, str]]:
    (at / "package.json").write_text('{"type": "module", "dependencies": {"express": "4.19.2"}}')
    (at / "server.js").write_text(_SERVER.format(holds, filled, change))
    handlers = open_prototype(at, Settings()).handlers
    return {
        (effect.operation, " ".join(sorted(name for name, _ in effect.of("filter:"))))
        for handler in handlers
        if handler.route.method == "PUT"
        for effect in handler.effects_of(EffectKind.QUERY)
        if effect.target == "bookings"
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("bookings = bookings.filter((b) => b.id !== req.params.id);", ("delete", "id")),
        (
            "bookings = bookings.filter((b) => b.id !== req.params.id || b.by !== req.body.by);",
            ("delete", "by id"),
        ),
        (
            "bookings = bookings.filter((b) => !(b.id === req.params.id && b.by === req.body.by));",
            ("delete", "by id"),
        ),
        (
            "bookings = bookings.filter((b) => b.id !== req.params.id && b.by !== 4);",
            ("delete", "id"),
        ),
        (
            "const i = bookings.findIndex((b) => b.id === req.params.id); bookings.splice(i, 1);",
            ("delete", "id"),
        ),
        (
            "const i = bookings.findIndex((b) => b.id === req.params.id);"
            " bookings[i] = { ...bookings[i], ...req.body };",
            ("update", "id"),
        ),
        (
            "const b = bookings.find((b) => b.id === req.params.id); b.email = req.body.email;",
            ("update", "id"),
        ),
        (
            "const b = bookings.find((b) => b.id === req.params.id); Object.assign(b, req.body);",
            ("update", "id"),
        ),
        ("bookings = [...bookings, { id: 2, email: req.body.email }];", ("insert", "")),
    ],
)
def test_what_is_done_to_a_filled_list_is_a_query(
    tmp_path: Path, change: str, expected: tuple[str, str]
) -> None:
    assert expected in _asked(tmp_path, _PUSH, change)


@pytest.mark.parametrize(
    "change",
    [
        "bookings = bookings.filter((b) => b.until > Date.now());",
        "res.locals.bookings = bookings;",
        "const free = bookings.filter((b) => b.id === 1 && b.room !== 2);",
    ],
)
def test_tidying_and_handing_on_changes_nothing(tmp_path: Path, change: str) -> None:
    assert {operation for operation, _ in _asked(tmp_path, _PUSH, change)} == {"select"}


@pytest.mark.parametrize(
    ("filled", "holds"),
    [
        ("", "{ id: 1, email: 'one@example.com' }"),  # samples that stay as they are
        ("const bookings = []; bookings.push({ id: 1, email: 'x' });", ""),  # one of its own
        ("bookings.push({ id: 1, res });", ""),  # who is connected just now
        ("bookings.push({ role: 'user', content: req.body.text });", ""),  # said to a model
        ("seed(); function seed() { bookings.push({ id: 1, email: 'x' }); }", ""),
    ],
)
def test_other_lists_are_no_tables(tmp_path: Path, filled: str, holds: str) -> None:
    change = "const b = bookings.find((b) => b.id === req.params.id);"
    assert not _asked(tmp_path, filled, change, holds)


def test_a_list_of_goods_is_a_table_only_where_its_rows_are_somebodys(tmp_path: Path) -> None:
    def target(added: str) -> set[str]:
        text = _SERVER.format("", added, "items.find((b) => b.id === req.params.id);")
        (tmp_path / "package.json").write_text('{"dependencies": {"express": "4.19.2"}}')
        (tmp_path / "server.js").write_text(text.replace("bookings", "items"))
        handlers = open_prototype(tmp_path, Settings()).handlers
        return {e.target for h in handlers for e in h.effects_of(EffectKind.QUERY)}

    assert not target("items.push({ id: 1, title: req.body.title });")
    assert target("items.push({ id: 1, title: req.body.title, userId: 4 });") == {"items"}
