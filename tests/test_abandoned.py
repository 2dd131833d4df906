"""Code that nothing reaches is known for what it is; where that cannot be told it counts as live."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.testing.no_tests.control import NoTests
from shipworthy.prototype import read_prototype
from shipworthy.prototype.modules.unused import is_unused
from shipworthy.settings import Settings

LIVE = {
    "index.html": '<script type="module" src="/src/main.tsx"></script>',
    "package.json": '{"dependencies": {"react": "18.0.0"}, "devDependencies": {"vite": "5.0.0"}}',
    "src/main.tsx": "import App from './App';\nrender(App);\n",
    "src/App.tsx": "import { Live } from './Live';\nexport default () => <Live />;\n",
    "src/Live.tsx": "export const Live = () => <p />;\n",
}


def test_a_component_that_nobody_imports_is_abandoned(tmp_path: Path) -> None:
    files = LIVE | {"src/Old.tsx": "import { Live } from './Live';\nexport const Old = Live;\n"}
    assert prototype_of(tmp_path, files).abandoned == {"src/Old.tsx"}


def test_files_that_only_abandoned_code_imports_are_abandoned(tmp_path: Path) -> None:
    files = LIVE | {
        "src/Old.tsx": "import './older';\n",
        "src/older.ts": "export const x = 1;\n",
        "src/older.test.ts": "import './older';\n",
    }
    assert prototype_of(tmp_path, files).abandoned == {"src/Old.tsx", "src/older.ts"}


def test_a_lazy_import_keeps_a_page_alive(tmp_path: Path) -> None:
    lazy = "import { lazy } from 'react';\nconst P = lazy(() => import('./Page'));\nexport default P;\n"
    files = LIVE | {"src/App.tsx": lazy, "src/Page.tsx": "export default () => null;\n"}
    assert prototype_of(tmp_path, files).abandoned == {"src/Live.tsx"}


def test_an_import_that_leads_nowhere_keeps_its_namesake_alive(tmp_path: Path) -> None:
    files = LIVE | {
        "src/App.tsx": "import './Live';\nimport '#alias/Page';\nimport '@/gone/Page';\n",
        "src/Page.tsx": "export default () => null;\n",
    }
    assert prototype_of(tmp_path, files).abandoned == frozenset()


def test_functions_that_a_platform_calls_are_alive(tmp_path: Path) -> None:
    files = LIVE | {
        "supabase/functions/send/index.ts": "Deno.serve(() => new Response());\n",
        "api/pay.ts": "export default function handler() {}\n",
    }
    assert prototype_of(tmp_path, files).abandoned == frozenset()


def test_an_archive_is_abandoned_unless_live_code_imports_it(tmp_path: Path) -> None:
    files = {
        "main.py": "from archive import kept\n",
        "archive/__init__.py": "",
        "archive/kept.py": "x = 1\n",
        "archive/old_app.py": "x = 2\n",
    }
    assert prototype_of(tmp_path, files).abandoned == {"archive/old_app.py"}


def test_without_a_known_entry_nothing_is_called_abandoned(tmp_path: Path) -> None:
    files = {"src/pages/Leads.tsx": "import '../db';\n", "src/db.ts": "export const db = 1;\n"}
    assert prototype_of(tmp_path, files).abandoned == frozenset()


def test_a_lone_library_beside_used_ones_is_abandoned(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0"}}',
        "app/page.tsx": "import { a } from '../lib/used';\nexport default () => a;\n",
        "lib/used.ts": "export const a = 1;\n",
        "lib/unused.ts": "export const b = 1;\n",
    }
    assert prototype_of(tmp_path, files).abandoned == {"lib/unused.ts"}


SERVED = {
    "requirements.txt": "fastapi==0.115.0\n",
    "backend/main.py": "from fastapi import FastAPI\nfrom routers import orders\n"
    "app = FastAPI()\napp.include_router(orders.router)\n",
    "backend/routers/__init__.py": "",
    "backend/routers/orders.py": "from fastapi import APIRouter\nimport db\nrouter = APIRouter()\n",
    "backend/db.py": "def rows():\n    return []\n",
}
UNUSED = "def rows():\n    return []\n"


def test_a_module_of_python_that_no_entry_imports_is_abandoned(tmp_path: Path) -> None:
    admin = "from fastapi import APIRouter\nimport old_rows\nrouter = APIRouter()\n"
    admin += "def add(job):\n    application = Application(job=job)\n    return application\n"
    files = SERVED | {"backend/routers/admin.py": admin, "backend/old_rows.py": UNUSED}
    expected = {"backend/routers/admin.py", "backend/old_rows.py"}
    assert prototype_of(tmp_path, files).abandoned == expected


@pytest.mark.parametrize(
    "reason",
    [
        {
            "backend/main.py": SERVED["backend/main.py"]
            + "import importlib\nimportlib.import_module(x)\n"
        },
        {"backend/main.py": SERVED["backend/main.py"] + 'TASKS = ["sums.add"]\nload("app.sums")\n'},
        {"Procfile": "web: uvicorn main:app\nother: python -m sums\n"},
        {"backend/sums.py": 'def add(): ...\nif __name__ == "__main__":\n    add()\n'},
        {"backend/sums.py": "from fastapi import FastAPI\napp = FastAPI()\n"},
        {"backend/sums.py": "from discord import Client\nclient = Client()\n"},
        {"backend/db.py": "from elsewhere.sums import add\n"},
        {"backend/db.py": "from .sums import add\n"},
    ],
)
def test_a_module_of_python_that_something_may_load_is_alive(
    tmp_path: Path, reason: dict[str, str]
) -> None:
    files = SERVED | {"backend/sums.py": "def add():\n    return 1\n"} | reason
    assert prototype_of(tmp_path, files).abandoned == frozenset()


ROUTER = "from fastapi import APIRouter\nrouter = APIRouter()\n"


@pytest.mark.parametrize(
    "namesake",
    [
        {"backend/db.py": "from fastapi.security import HTTPBearer\n"},
        {"backend/db.py": 'SETTINGS = {"security": 1}\n'},
        {
            "backend/db.py": "from google.security.exceptions import Denied\n",
            "requirements.txt": "fastapi==0.115.0\ngoogle-security==2.0.0\n",
        },
        {"backend/jobs.py": 'from main import app\napp.autodiscover_tasks(["backend"])\n'},
    ],
)
def test_a_router_that_no_app_takes_in_is_abandoned_whatever_is_called_as_its_file(
    tmp_path: Path, namesake: dict[str, str]
) -> None:
    files = SERVED | {"backend/routers/security.py": ROUTER} | namesake
    assert "backend/routers/security.py" in prototype_of(tmp_path, files).abandoned


@pytest.mark.parametrize(
    "reason",
    [
        {"backend/main.py": SERVED["backend/main.py"] + "from routers import security\n"},
        {"backend/db.py": "from elsewhere.security import router\n"},
        {"backend/db.py": "import importlib\nimportlib.import_module(x)\n"},
        {"backend/main.py": "from fastapi import FastAPI\nimport db\napp = FastAPI()\n"},
        {"backend/db.py": 'app.autodiscover_tasks(["x"], related_name="security")\n'},
    ],
)
def test_a_router_that_an_app_may_take_in_is_alive(tmp_path: Path, reason: dict[str, str]) -> None:
    named = {"Procfile": 'web: uvicorn main:app --reload-include "security"\n'}
    files = SERVED | {"backend/routers/security.py": ROUTER} | named | reason
    assert "backend/routers/security.py" not in prototype_of(tmp_path, files).abandoned


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("# Old app\n\nThis folder is a mirror of the previous app, kept for reference.\n", True),
        ("# DEPRECATED\n", True),
        ("This app is no longer deployed; see ../server.\n", True),
        (
            "# Store\n\nCopy .env.example to .env. Works in legacy browsers. Makes a backup.\n",
            False,
        ),
        ("# Archive of fish\n\nThis app keeps an archive of what was caught.\n", False),
    ],
)
def test_a_folder_whose_note_says_so_is_put_aside(
    tmp_path: Path, note: str, expected: bool
) -> None:
    files = {
        "package.json": '{"scripts": {"start": "node server/index.js"}}',
        "server/index.js": "require('express')().listen(1);\n",
        "other/README.md": note,
        "other/index.js": "require('express')().listen(2);\n",
    }
    found = prototype_of(tmp_path, files).abandoned
    assert found == ({"other/index.js"} if expected else frozenset())


def test_what_git_is_told_to_leave_out_is_put_aside_unless_imported(tmp_path: Path) -> None:
    files = LIVE | {
        "src/App.tsx": "import { Live } from './Live';\nimport '../lib/kept';\nexport default Live;\n",
        "lib/kept.ts": "export const kept = 1;\n",
        "snapshot/api/pay.ts": "export default function handler() {}\n",
        ".gitignore": "snapshot/\nlib/\n",
    }
    prototype_of(tmp_path, files)
    for arguments in (["init", "-q"], ["add", "-f", "."]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    assert read_prototype(tmp_path, Settings(workers=1)).abandoned == {"snapshot/api/pay.ts"}


@pytest.mark.parametrize("folder", ["context", "reference", "refrence"])
def test_code_that_the_assistant_was_given_to_read_is_abandoned(
    tmp_path: Path, folder: str
) -> None:
    files = {
        "backend/main.py": "import helpers\n",
        "backend/helpers.py": "x = 1\n",
        f"{folder}/bot/main.py": "from bot.agent import run\n",
        f"{folder}/bot/agent.py": "def run(): ...\n",
    }
    expected = {f"{folder}/bot/main.py", f"{folder}/bot/agent.py"}
    assert prototype_of(tmp_path, files).abandoned == expected


def test_nobody_asks_for_tests_of_a_part_that_is_only_there_to_be_read(tmp_path: Path) -> None:
    manifest = "fastapi==0.115.0\n"
    files = {"app/requirements.txt": manifest, "reference/course/requirements.txt": manifest}
    for number in range(12):
        files[f"app/step{number}.py"] = "from fastapi import FastAPI\n\napp = FastAPI()\n"
        files[f"reference/course/lesson{number}.py"] = "def lesson(): ...\n"
    found = NoTests().detect(prototype_of(tmp_path, files))
    assert [f.subject for f in found] == ["app"]


def test_a_context_folder_that_the_app_imports_is_alive(tmp_path: Path) -> None:
    files = LIVE | {
        "src/App.tsx": "import './Live';\nimport '../context/Auth';\nexport default () => null;\n",
        "context/Auth.tsx": "export const Auth = 1;\n",
    }
    assert prototype_of(tmp_path, files).abandoned == frozenset()


def test_what_only_a_script_imports_is_reached_by_hand(tmp_path: Path) -> None:
    files = LIVE | {
        "scripts/review.ts": "import { ask } from '../src/engine';\nask();\n",
        "src/engine.ts": "import './Live';\nexport const ask = () => 1;\n",
    }
    assert prototype_of(tmp_path, files).by_hand == {"src/engine.ts"}


APP = {
    "app.py": "from fastapi import FastAPI\nimport members\napp = FastAPI()\n",
    "members.py": "def members():\n    return []\n",
}


def test_a_script_beside_the_app_is_started_by_hand(tmp_path: Path) -> None:
    files = APP | {
        "search_trial3.py": "import requests\nprint(requests.get('https://a.example'))\n"
    }
    assert prototype_of(tmp_path, files).by_hand == {"search_trial3.py"}


@pytest.mark.parametrize(
    ("path", "ending", "by_hand"),
    [
        ("chain/check-purse.js", "", True),
        ("chain/purse.js", "", False),
        ("chain/check-purse.js", "export const purse = 1;\n", False),
    ],
)
def test_a_script_in_a_folder_that_only_tells_is_started_by_hand(
    tmp_path: Path, path: str, ending: str, by_hand: bool
) -> None:
    files = APP | {path: f'import {{ Purse }} from "purses";\nconsole.log(new Purse());\n{ending}'}
    assert (path in prototype_of(tmp_path, files).by_hand) is by_hand


def test_a_script_that_something_names_is_part_of_the_app(tmp_path: Path) -> None:
    script = {"nightly_sums.py": "import requests\nprint(requests.get('https://a.example'))\n"}
    shell = APP | script | {"run.sh": "python nightly_sums.py\n"}
    assert prototype_of(tmp_path / "shell", shell).by_hand == frozenset()
    code = (
        APP | script | {"members.py": "import importlib\nimportlib.import_module('nightly_sums')\n"}
    )
    assert prototype_of(tmp_path / "code", code).by_hand == frozenset()


def test_scripts_are_the_product_where_nothing_serves(tmp_path: Path) -> None:
    files = {"summarise.py": "import requests\nprint(requests.get('https://a.example'))\n"}
    assert prototype_of(tmp_path, files).by_hand == frozenset()


HOOK = """export function useTickets() {
  const removeTicket = async (id: string) => { await remove(id); };
  return { removeTicket };
}
"""


def test_a_member_of_a_hook_that_nobody_takes_is_unused(tmp_path: Path) -> None:
    files = LIVE | {"src/hooks/useTickets.ts": HOOK}
    prototype = prototype_of(tmp_path, files)
    assert is_unused(prototype, "src/hooks/useTickets.ts", "removeTicket")
    assert not is_unused(prototype, "src/hooks/useTickets.ts", "useTickets")


@pytest.mark.parametrize(
    "use",
    [
        "const { removeTicket } = useTickets();",
        "const tickets = useTickets();\ntickets.removeTicket('1');",
    ],
)
def test_a_member_that_a_component_takes_is_used(tmp_path: Path, use: str) -> None:
    files = LIVE | {"src/hooks/useTickets.ts": HOOK, "src/Live.tsx": use}
    assert not is_unused(prototype_of(tmp_path, files), "src/hooks/useTickets.ts", "removeTicket")


def test_a_member_that_its_own_hook_calls_is_used(tmp_path: Path) -> None:
    text = HOOK.replace("  return", "  useEffect(() => { removeTicket('1'); });\n  return")
    files = LIVE | {"src/hooks/useTickets.ts": text}
    assert not is_unused(prototype_of(tmp_path, files), "src/hooks/useTickets.ts", "removeTicket")


def test_a_server_inside_a_plugin_of_vite_is_not_started_by_hand(tmp_path: Path) -> None:
    files = LIVE | {
        "vite.config.js": "import api from './vite-api.js';\nexport default { plugins: [api()] };\n",
        "vite-api.js": "export default () => ({ configureServer() { fetch('https://a.example'); } });\n",
    }
    assert prototype_of(tmp_path, files).by_hand == frozenset()


@pytest.mark.parametrize(
    "name", ["bills(1).py", "bills (2).py", "bills copy.py", "bills - Copy.py"]
)
def test_a_copy_that_a_download_left_is_abandoned(tmp_path: Path, name: str) -> None:
    text = "def total(rows):\n    return sum(r.amount for r in rows)\n"
    files = {"main.py": "import bills\n", "bills.py": text, name: text + "# again\n"}
    assert prototype_of(tmp_path, files).abandoned == {name}


def test_an_old_state_is_abandoned_unless_somebody_imports_it(tmp_path: Path) -> None:
    files = LIVE | {
        "old_pay.tsx": "export const Pay = () => <b>pay</b>;\n",
        "old-form.tsx": "export const Form = () => <b>form</b>;\n",
        "older.ts": "export const age = 80;\n",
        "src/again.ts": "import '../old-form';\n",
    }
    files["src/main.tsx"] = files["src/main.tsx"] + "import './again';\n"
    assert prototype_of(tmp_path, files).abandoned == {"old_pay.tsx"}


def test_a_copy_whose_original_went_on_is_abandoned(tmp_path: Path) -> None:
    files = {
        "main.py": "import a\n",
        "a.py": "x = 1\ny = 2\n",
        "a copy.py": "def b():\n    return 3\n",
    }
    assert prototype_of(tmp_path, files).abandoned == {"a copy.py"}


def test_a_file_of_its_own_is_no_copy_of_its_namesake(tmp_path: Path) -> None:
    files = {
        "main.ts": "import './a'; import './a copy'; import './a-copy';",
        "a.ts": "export const x = 1;\n",
        "a copy.ts": "export const b = () => 3;\n",
        "a-copy.ts": "export const c = () => 4;\n",
    }
    assert prototype_of(tmp_path, files).abandoned == frozenset()


def test_a_hidden_file_that_runs_something_is_read_to_the_end(tmp_path: Path) -> None:
    files = {
        "app.py": "import streamlit\n",
        ".check.py": "print(1)\n",
        "run.sh": "python app.py",  # no line break at its end
    }
    assert prototype_of(tmp_path, files).by_hand == frozenset()


_SERVERS = {
    "package.json": '{"scripts": {"start": "node server/live.js"}, "dependencies": {"express": "4"}}',
    "server/live.js": "import express from 'express';\nimport './mail.js';\nexpress().listen(80);\n",
    "server/mail.js": "export const mail = 1;\n",
    "server/index.ts": "import express from 'express';\nimport './routes';\nimport './mail.js';\n"
    "const app = express();\napp.listen(80);\n",
    "server/routes.ts": "export const routes = 1;\n",
}


def test_a_server_beside_the_one_that_is_started_is_abandoned_with_what_it_imports(
    tmp_path: Path,
) -> None:
    found = prototype_of(tmp_path, _SERVERS).abandoned
    assert found == {"server/index.ts", "server/routes.ts"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile", 'FROM node\nWORKDIR /srv/server\nCMD ["node", "index.js"]\n'),
        ("Procfile", "web: node dist/index.js\n"),
        ("server/package.json", '{"main": "index.js"}'),
        ("fly.toml", "[processes]\napp = 'tsx server/index.ts'\n"),
        ("run.sh", "cd server\nnode index.js\n"),
        ("server/worker.js", "import './index';\n"),
    ],
)
def test_a_server_that_anything_starts_is_alive(tmp_path: Path, path: str, text: str) -> None:
    assert "server/index.ts" not in prototype_of(tmp_path, _SERVERS | {path: text}).abandoned


def test_without_a_script_that_starts_another_server_each_one_is_alive(tmp_path: Path) -> None:
    files = _SERVERS | {"package.json": '{"dependencies": {"express": "4"}}'}
    assert "server/index.ts" not in prototype_of(tmp_path, files).abandoned


_TOOLS = {
    "package.json": '{"scripts": {"start": "tsx server/index.ts"}, "dependencies": {"express": "4"}}',
    "server/index.ts": 'import express from "express";\nimport { port } from "./port";\n'
    "express().listen(port);\n",
    "server/port.ts": "export const port = 3000;\n",
    "server/chat.ts": 'import { callTool } from "./functions/handler";\nexport const chat = callTool;\n',
    "test-chat.js": 'import { chat } from "./server/chat";\nawait chat("hello");\n',
}


@pytest.mark.parametrize(
    ("exported", "reached"),
    [
        ("export async function callTool(name: string) {\n  return name;\n}\n", False),
        ("export async function callTool() {}\nexport default callTool;\n", True),
        ("export async function callTool() {}\nexport const handler = callTool;\n", True),
        ("export const callTool = onRequest(() => {});\n", True),
        ("export async function callTool() {}\nDeno.serve(callTool);\n", True),
    ],
)
def test_a_platform_calls_no_function_under_a_name_of_its_own(
    tmp_path: Path, exported: str, reached: bool
) -> None:
    prototype = prototype_of(tmp_path, {**_TOOLS, "server/functions/handler.ts": exported})
    assert ("server/functions/handler.ts" not in prototype.by_hand) is reached
    assert "server/chat.ts" in prototype.by_hand


_APP = (
    "from fastapi import FastAPI\napp = FastAPI()\n"
    "@app.get('/menus')\ndef menus():\n    return []\n"
    "@app.get('/orders')\ndef orders():\n    return []\n"
)
_OTHER = _APP.replace("/menus", "/health").replace("/orders", "/metrics")


@pytest.mark.parametrize(
    ("files", "idle"),
    [
        ({"api/main_clean.py": _APP}, {"api/main_clean.py"}),
        (
            {"api/main_clean.py": _APP, "NOTES.md": "`main_clean.py` is left from the move"},
            {"api/main_clean.py"},
        ),
        ({"api/main_clean.py": _APP, "NOTES.md": "uvicorn api.main_clean:app"}, set()),
        ({"api/main_clean.py": _APP, "Procfile": "web: uvicorn api.main_clean:app"}, set()),
        ({"api/monitor.py": _OTHER}, set()),
        ({"other/main_clean.py": _APP}, set()),
    ],
)
def test_an_app_beside_the_one_that_serves_the_same_is_abandoned(
    tmp_path: Path, files: dict[str, str], idle: set[str]
) -> None:
    kept = {"requirements.txt": "fastapi==0.116\n", "api/main.py": _APP}
    assert prototype_of(tmp_path, kept | files).abandoned == idle


def test_the_place_of_a_file_counts_only_where_its_own_part_routes_by_files(tmp_path: Path) -> None:
    files = {
        "web/package.json": '{"dependencies": {"next": "15.0.0", "react": "19.0.0"}}',
        "web/app/page.tsx": "export default () => null;\n",
        "backend/package.json": '{"main": "server.js", "scripts": {"start": "node server.js"},'
        ' "dependencies": {"express": "4"}}',
        "backend/server.js": "const express = require('express');\nconst live = require('./routes/live');\n"
        "const app = express();\napp.use('/live', live);\napp.listen(3000);\n",
        "backend/routes/live.js": "module.exports = require('express').Router();\n",
        "backend/routes/old.js": "module.exports = require('express').Router();\n",
    }
    assert prototype_of(tmp_path, files).abandoned == {"backend/routes/old.js"}
