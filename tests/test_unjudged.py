"""Nothing found is no all-clear where a server or a database was recognised and not followed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from shipworthy.assess import Assessment
from shipworthy.pipeline import run_assess
from shipworthy.report.html import html_report
from shipworthy.report.markdown import markdown_report
from shipworthy.report.text import TextReport
from shipworthy.settings import Settings

_ROOMS = """import { tenantMutation } from "convex-tenants";
export const remove = tenantMutation({ args: {}, handler: async (ctx) => {} });
"""
_SUPABASE = """import { createClient } from "@supabase/supabase-js";
const client = createClient(import.meta.env.VITE_SUPABASE_URL, import.meta.env.VITE_SUPABASE_ANON_KEY);
export const rooms = () => client.from("rooms").select("*").limit(10);
"""
_FIREBASE = """import { collection, getDocs, getFirestore } from "firebase/firestore";
export const rooms = () => getDocs(collection(getFirestore(), "rooms"));
"""
_SOCKETS = """import { Server } from "socket.io";
export const io = new Server(3000);
"""
_STORE = """import PocketBase from "pocketbase";
import express from "express";
const app = express();
const store = new PocketBase(process.env.STORE_URL);
app.get("/health", (_, answer) => answer.json({ ok: true }));
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("path", "code", "named"),
    [
        ("convex/rooms.ts", _ROOMS, "the functions of a builder of Convex (1 file)"),
        (
            "src/rooms.ts",
            _SUPABASE,
            "the rows of Supabase (no SQL that was read makes its tables)",
        ),
        ("src/rooms.ts", _FIREBASE, "the data of Firebase (its rules were not read)"),
        ("server/io.ts", _SOCKETS, "the entry points of Socket.IO (1 file)"),
        ("server/index.ts", _STORE, "the rows of PocketBase (1 file)"),
    ],
)
def test_who_gets_in_is_said_to_be_unknown(
    path: str, code: str, named: str, tmp_path: Path
) -> None:
    found = _assessed(tmp_path, path, code)
    assert not found.blockers
    said = _text(found)
    assert "No gap" not in said
    assert f"Not all of it could be read: who may reach {named} could not be looked at." in said
    for page in (markdown_report(found), html_report(found)):
        assert "but who gets in could not be looked at everywhere" in page
        assert f"Who may reach {named} could not be looked at." in page


def test_several_are_all_named(tmp_path: Path) -> None:
    _assessed(tmp_path, "src/rooms.ts", _SUPABASE)
    said = _text(_assessed(tmp_path, "convex/rooms.ts", _ROOMS))
    assert "the functions of a builder of Convex (1 file) and the rows of Supabase" in said


def test_a_server_that_was_followed_keeps_its_line(tmp_path: Path) -> None:
    found = _assessed(tmp_path, "server/index.ts", _STORE.replace("pocketbase", "./store"))
    assert not found.blockers
    assert "No gap blocks the launch; some should be closed." in _text(found)
    assert "everywhere" not in markdown_report(found)


def test_what_blocks_comes_first(tmp_path: Path) -> None:
    key = 'export const key = "sk_live_4eC39HqLyjWDarjtT1zdp7dc8Jk2mN";\n'
    found = _assessed(tmp_path, "convex/rooms.ts", _ROOMS + key)
    behind = "Who may reach the functions of a builder of Convex (1 file) could not be looked at."
    said = _text(found)
    assert 0 <= said.index("Not ready to launch") < said.index(behind)
    assert all(behind in page for page in (markdown_report(found), html_report(found)))


def test_who_did_not_ask_who_gets_in_is_told_nothing_of_it(tmp_path: Path) -> None:
    _assessed(tmp_path, "convex/rooms.ts", _ROOMS)
    found = run_assess(tmp_path, Settings(workers=1), ["no-ci"])
    assert "could not be looked at" not in _text(found)


def _assessed(root: Path, path: str, code: str) -> Assessment:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(code)
    packages = ("@supabase/supabase-js", "convex", "express", "firebase", "pocketbase", "socket.io")
    wanted = ", ".join(f'"{name}": "1.0.0"' for name in packages if f'"{name}' in code)
    (root / "package.json").write_text(f'{{"name": "rooms", "dependencies": {{{wanted}}}}}')
    return run_assess(root, Settings(workers=1))


def _text(assessment: Assessment) -> str:
    out = io.StringIO()
    Console(file=out, width=200, highlight=False, soft_wrap=True).print(
        TextReport(assessment, "rooms")
    )
    return out.getvalue()
