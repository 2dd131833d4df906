"""Events of Socket.IO: who may send them, with what, and what they do for whom."""

from __future__ import annotations

from pathlib import Path

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler

_MODELS = """
const mongoose = require("mongoose");
const Note = mongoose.model("Note", new mongoose.Schema({ ownerId: String, text: String }));
const Account = mongoose.model("Account", new mongoose.Schema({ email: String, token: String }));
module.exports = { Note, Account };
"""
_TOP = """
const { Server } = require("socket.io");
const jwt = require("jsonwebtoken");
const { Note, Account } = require("./models");
const io = new Server(3000);
"""


def _handlers(folder: Path, server: str, **files: str) -> dict[str, Handler]:
    written = {"package.json": '{"name": "board"}', "models.js": _MODELS, "server.js": server}
    for name, content in (written | {f"{n}.js": text for n, text in files.items()}).items():
        (folder / name).write_text(content)
    return {h.name: h for h in read_prototype(folder).handlers}


def _written(handler: Handler) -> Effect:
    return next(e for e in handler.effects_of(EffectKind.QUERY) if e.operation != "select")


def _inputs(effect: Effect, name: str) -> set[str]:
    return {origin.kind for origin in effect.inputs.get(name, frozenset())}


def test_events_are_ways_in_and_their_data_is_the_callers(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        _TOP
        + """
io.on("connection", (socket) => {
  socket.on("note:add", async (data, ack) => {
    const saved = await Note.create({ ownerId: data.ownerId, text: data.text });
    io.to(data.room).emit("note", saved);
    ack(saved);
  });
  socket.on("disconnect", () => {});
});
""",
    )
    assert set(found) == {"a new connection", "event note:add"}
    handler = found["event note:add"]
    assert _inputs(_written(handler), "value:ownerId") == {"body"}
    assert not _written(handler).guards
    assert any(e.kind is EffectKind.RESPONSE for e in handler.effects)


def test_a_middleware_that_refuses_is_a_check_and_one_that_always_goes_on_is_none(
    tmp_path: Path,
) -> None:
    events = """
io.on("connection", (socket) => {
  socket.on("note:add", async (data) => {
    await Note.create({ ownerId: socket.userId, text: data.text });
  });
});
"""
    checks = """
io.use((socket, next) => {
  try {
    socket.userId = jwt.verify(socket.handshake.auth.token, process.env.SECRET).id;
    next();
  } catch (error) {
    next(new Error("no"));
  }
});
"""
    believes = """
io.use((socket, next) => {
  socket.userId = socket.handshake.auth.userId;
  next();
});
"""
    checked = _written(_handlers(tmp_path, _TOP + checks + events)["event note:add"])
    assert checked.has(Check.SESSION)
    assert _inputs(checked, "value:ownerId") == {"principal"}
    believed = _written(_handlers(tmp_path, _TOP + believes + events)["event note:add"])
    assert not believed.guards
    assert _inputs(believed, "value:ownerId") == {"body"}


def test_a_middleware_that_cannot_be_followed_and_turns_away_is_asked_about(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        _TOP
        + """
const { known } = require("somewhere-else");
io.use(async (socket, next) => {
  if (await known(socket)) return next();
  next(new Error("no"));
});
io.on("connection", (socket) => {
  socket.on("note:remove", async (id) => { await Note.findByIdAndDelete(id); });
});
""",
    )
    assert _written(found["event note:remove"]).has(Check.UNCLEAR)


def test_checks_of_the_main_namespace_do_not_hold_for_others(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        _TOP
        + """
io.use((socket, next) => {
  try { jwt.verify(socket.handshake.auth.token, process.env.SECRET); next(); } catch (e) { next(e); }
});
const open = io.of("/open");
open.on("connection", (socket) => {
  socket.on("note:remove", async (id) => { await Note.findByIdAndDelete(id); });
});
""",
    )
    assert not _written(found["event note:remove"]).guards


def test_handlers_of_other_files_are_behind_the_checks_of_the_connection(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        _TOP
        + """
const listen = require("./notes");
io.on("connection", async (socket) => {
  const account = await Account.findOne({ token: String(socket.handshake.auth.token) });
  if (!account) return socket.disconnect(true);
  socket.data.userId = account.id;
  listen(io, socket);
});
""",
        notes="""
const { Note } = require("./models");
module.exports = (io, socket) => {
  socket.on("note:remove", async (data) => {
    await Note.deleteOne({ _id: data.id, ownerId: socket.data.userId });
  });
};
""",
    )
    removed = _written(found["event note:remove"])
    assert removed.has(Check.SESSION)
    assert [e.target for e in found["event note:remove"].effects_of(EffectKind.QUERY)] == ["Note"]


def test_an_event_that_signs_in_holds_for_those_that_ask_for_it(tmp_path: Path) -> None:
    server = (
        _TOP
        + """
io.on("connection", (socket) => {
  let caller = null;
  socket.on("authenticate", (data) => { caller = VERIFIED; });
  socket.on("note:add", async (data) => {
    if (!caller) return;
    await Note.create({ ownerId: caller.id, text: data.text });
  });
});
"""
    )
    verified = server.replace("VERIFIED", "jwt.verify(data.token, process.env.SECRET)")
    assert _written(_handlers(tmp_path, verified)["event note:add"]).has(Check.SESSION)
    believed = _written(
        _handlers(tmp_path, server.replace("VERIFIED", "data.user"))["event note:add"]
    )
    assert not believed.has(Check.SESSION)
    assert _inputs(believed, "value:ownerId") == {"body"}


def test_sockets_of_other_kinds_are_no_events(tmp_path: Path) -> None:
    assert not _handlers(
        tmp_path,
        """
const net = require("net");
net.createServer((socket) => { socket.on("data", () => {}); socket.on("greet", () => {}); });
""",
        page="""
import { io } from "socket.io-client";
export function listen(socket) { socket.on("note", () => {}); }
""",
    )
