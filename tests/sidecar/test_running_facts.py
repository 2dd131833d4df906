"""How each program of a prototype is built and started is read from its files alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from apps import written

from shipworthy.prototype.running import Chosen, Files, Program, Way, choose, read_programs
from shipworthy.prototype.running.scripts import commands


def package(scripts: Mapping[str, str], *dependencies: str) -> str:
    return json.dumps({"scripts": scripts, "dependencies": dict.fromkeys(dependencies, "*")})


def chosen(root: Path, files: Mapping[str, str]) -> Chosen:
    prototype = written(root, files)
    found = choose(read_programs(prototype), prototype)
    assert found is not None
    return found


def main(root: Path, files: Mapping[str, str]) -> Program:
    return chosen(root, files).main


LISTENS = 'import express from "express";\nexpress().listen(5000);\n'
VITE = {"dev": "vite", "build": "vite build", "preview": "vite preview"}
REPLIT = {
    "dev": "NODE_ENV=development tsx server/index.ts",
    "build": "vite build && esbuild server/index.ts --bundle --outdir=dist",
    "start": "NODE_ENV=production node dist/index.js",
}
NEXT = {"dev": "next dev", "build": "next build", "start": "next start -p 5000 -H 0.0.0.0"}


def test_a_single_page_app_is_built_and_its_files_are_handed_out(tmp_path: Path) -> None:
    files = {
        "package.json": package(VITE, "vite", "react"),
        "index.html": "<div id=root>",
        "vite.config.ts": 'export default { root: "client", build: { outDir: "../public_html" } };',
    }
    program = main(tmp_path, files)
    assert (program.framework, program.pages) == ("vite", True)
    assert program.build == (("npm", "run", "build"),)
    assert program.ways[0] == Files("public_html", fallback=True)
    assert program.develop is not None
    assert program.develop.text == "vite --host {host} --port {port} --strictPort"


def test_the_path_that_pages_are_built_for_is_read(tmp_path: Path) -> None:
    files = {
        "package.json": package(VITE, "vite"),
        "vite.config.ts": 'export default defineConfig({ base: "/shop" });',
    }
    assert main(tmp_path / "a", files).ways[0] == Files("dist", fallback=True, base="/shop/")
    scripts = {"start": "react-scripts start", "build": "react-scripts build"}
    manifest = {**json.loads(package(scripts, "react-scripts")), "homepage": "https://a.io/crm"}
    found = main(tmp_path / "b", {"package.json": json.dumps(manifest)}).ways[0]
    assert found == Files("build", fallback=True, base="/crm/")


def test_a_build_script_that_builds_nothing_is_not_tried_first(tmp_path: Path) -> None:
    files = {"package.json": package({**VITE, "build": "bash scripts/deploy.sh"}, "vite")}
    assert main(tmp_path, files).build[0] == ("vite", "build")


def test_next_is_told_port_and_address_whatever_its_script_says(tmp_path: Path) -> None:
    program = main(tmp_path, {"package.json": package(NEXT, "next"), "app/page.tsx": ""})
    assert program.framework == "next"
    assert Way(("next", "start", "-H", "{host}", "-p", "{port}"), made=".next/BUILD_ID") in (
        program.ways
    )


def test_a_server_that_also_hands_out_what_vite_builds_is_one_program(tmp_path: Path) -> None:
    files = {
        "package.json": package(REPLIT, "vite", "express"),
        "server/index.ts": LISTENS,
        "client/index.html": "",
    }
    found = chosen(tmp_path, files)
    program = found.main
    assert (program.framework, program.pages, found.beside) == ("express", True, ())
    assert program.ways == (Way(("npm", "run", "start"), made="dist/index.js"),)
    assert program.develop is not None
    assert program.develop.argv == ("tsx", "server/index.ts")


def test_a_server_that_a_build_makes_and_only_the_host_starts_is_one_program(
    tmp_path: Path,
) -> None:
    scripts = {name: line for name, line in REPLIT.items() if name != "start"}
    files = {
        "package.json": package(scripts, "vite", "express"),
        "server/index.ts": LISTENS,
        ".replit": 'run = "npm run dev"\n[deployment]\nrun = ["node", "./dist/index.cjs"]',
    }
    found = chosen(tmp_path, files)
    assert found.beside == ()
    assert found.main.ways == (Way(("node", "./dist/index.cjs"), made="dist/index.cjs"),)


@pytest.mark.parametrize(
    "scripts",
    [
        {**VITE, "server": "nodemon --watch server server/index.js"},
        {**VITE, "dev": 'concurrently "vite" "node --watch server/index.js"'},
        {**VITE, "dev:all": "run-p dev api", "api": "cd server; node server/index.js"},
        {**VITE, "start": 'concurrently "npm run dev" "npm:dev:api"', "dev:api": "node server/"},
    ],
)
def test_a_server_beside_the_pages_is_found_in_their_scripts(
    scripts: dict[str, str], tmp_path: Path
) -> None:
    files = {
        "package.json": package(scripts, "vite", "express"),
        "index.html": "",
        "server/index.js": LISTENS + 'app.get("/api/orders", (q, r) => r.json([]));',
        "src/main.ts": 'fetch("http://localhost:5000/api/orders");',
    }
    found = chosen(tmp_path, files)
    assert found.main.framework == "vite"
    assert [(b.program.entry, b.port, b.prefixes) for b in found.beside] == [
        ("server/index.js", 5000, ("/api",))
    ]


VITE_PROXY = """export default {server: {proxy: {
  '/api': {target: process.env.DOCKER ? 'http://backend:8000' : (process.env.API || 'http://localhost:8000')}
}}}"""


@pytest.mark.parametrize(("config", "beside"), [(VITE_PROXY, [(8000, ("/api",))]), ("", [])])
def test_a_server_that_hands_out_the_built_pages_runs_beside_them_where_they_ask_it(
    config: str, beside: list[tuple[int, tuple[str, ...]]], tmp_path: Path
) -> None:
    files = {
        "package.json": package(VITE, "vite"),
        "index.html": "",
        "vite.config.ts": config,
        "requirements.txt": "fastapi",
        "main.py": f"from fastapi.staticfiles import StaticFiles\n{FASTAPI}",
    }
    found = chosen(tmp_path, files)
    assert found.main.framework == "vite"
    assert [(b.port, b.prefixes) for b in found.beside] == beside


def test_two_manifests_that_start_one_file_are_one_server(tmp_path: Path) -> None:
    files = {
        "package.json": package({**VITE, "server": "node backend/server.js"}, "vite", "express"),
        "index.html": "",
        "backend/package.json": package({"start": "node server.js"}, "express"),
        "backend/server.js": LISTENS,
    }
    found = chosen(tmp_path, files)
    assert [beside.program.folder for beside in found.beside] == ["backend"]


@pytest.mark.parametrize(
    ("dependency", "scripts", "start"),
    [
        ("@tanstack/react-start", VITE, "node .output/server/index.mjs"),
        (
            "@react-router/dev",
            {"build": "react-router build", "dev": "react-router dev"},
            "react-router-serve build/server/index.js",
        ),
        (
            "@remix-run/dev",
            {"build": "remix vite:build", "dev": "remix vite:dev"},
            "remix-serve build/server/index.js",
        ),
        ("@sveltejs/kit", VITE, "node build/index.js"),
        ("astro", {"build": "astro build"}, "node dist/server/entry.mjs"),
        ("nuxt", {"build": "nuxt build"}, "node .output/server/index.mjs"),
    ],
)
def test_a_framework_with_a_server_is_started_by_its_own_command(
    dependency: str, scripts: dict[str, str], start: str, tmp_path: Path
) -> None:
    program = main(tmp_path, {"package.json": package(scripts, dependency, "vite")})
    assert start in [way.text for way in program.ways]


def test_a_server_without_a_script_is_found_by_its_name(tmp_path: Path) -> None:
    files = {"package.json": package({}, "express"), "server.js": LISTENS}
    program = main(tmp_path, files)
    assert (program.framework, program.ways[0].text) == ("express", "node server.js")


def test_a_typescript_server_that_is_never_built_is_run_by_tsx(tmp_path: Path) -> None:
    files = {
        "package.json": package({"dev": "ts-node-dev --respawn src/index.ts"}, "express", "tsx"),
        "src/index.ts": LISTENS,
    }
    assert main(tmp_path, files).ways[0].text == "tsx src/index.ts"


def test_a_package_that_others_ask_for_is_not_what_people_open(tmp_path: Path) -> None:
    """A design system has a page to look at its parts; however many files it has, it is no app."""

    def member(name: str, *dependencies: str) -> str:
        asked = dict.fromkeys((*dependencies, "vite"), "workspace:^")
        return json.dumps({"name": name, "scripts": VITE, "dependencies": asked})

    files = {
        "package.json": json.dumps({"devDependencies": {"turbo": "2"}}),
        "pnpm-workspace.yaml": "packages: ['packages/*', 'apps/*']",
        "packages/design/package.json": member("@shop/design"),
        "packages/design/index.html": "<h1>",
        **{f"packages/design/src/{name}.ts": "export const a = 1;" for name in "abc"},
        "apps/shop/package.json": member("shop", "@shop/design"),
        "apps/shop/index.html": "<h1>",
    }
    found = chosen(tmp_path, files)
    assert found.main.folder == "apps/shop"
    assert found.left_out == ("the single-page app (Vite) in packages/design",)


def test_pages_without_a_build_are_handed_out_as_they_are(tmp_path: Path) -> None:
    program = main(tmp_path, {"public/index.html": "<h1>", "notes.txt": ""})
    assert (program.framework, program.home, program.ways) == (
        "static",
        "public",
        (Files("", fallback=False),),
    )


FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/orders')\ndef f(): ...\n"


def test_fastapi_runs_where_its_imports_are_written_for(tmp_path: Path) -> None:
    files = {
        "backend/requirements.txt": "fastapi",
        "backend/app/main.py": f"from app.core import x\n{FASTAPI}",
        "backend/app/core.py": "x = 1",
    }
    program = main(tmp_path, files)
    assert program.home == "backend"
    assert program.ways[0].text == "python -m uvicorn app.main:app --host {host} --port {port}"
    assert program.packages == ("uvicorn",)


def test_an_application_made_by_a_function_is_found(tmp_path: Path) -> None:
    factory = "from fastapi import FastAPI\ndef create_app():\n    return FastAPI()\n"
    files = {"requirements.txt": "fastapi", "main.py": factory}
    assert "main:create_app --factory" in main(tmp_path / "a", files).ways[0].text
    files["main.py"] += "app = create_app()\n"
    assert "main:app --host" in main(tmp_path / "b", files).ways[0].text


@pytest.mark.parametrize(
    ("files", "home", "module"),
    [
        (("backend/__init__.py", "backend/requirements.txt"), "", "backend.main"),
        (("src/shop/__init__.py", "src/shop/api/__init__.py"), "src", "shop.api.main"),
        (("backend/requirements.txt",), "", "backend.main"),
    ],
)
def test_a_module_with_relative_imports_is_run_as_a_part_of_its_package(
    tmp_path: Path, files: tuple[str, ...], home: str, module: str
) -> None:
    path = "/".join((home, *module.split("."))).lstrip("/") + ".py"
    texts = dict.fromkeys(files, "") | {path: f"from .game import x\n{FASTAPI}"}
    beside = f"{path.rpartition('/')[0]}/game.py"
    program = main(tmp_path, texts | {beside: "x = 1", "requirements.txt": "fastapi\n"})
    assert program.ways[0].text.startswith(f"python -m uvicorn {module}:app ")
    assert program.home == home


def test_flask_is_run_as_the_script_it_is(tmp_path: Path) -> None:
    made = "from flask import Flask\napp = Flask(__name__)\n"
    files = {"requirements.txt": "flask", "app.py": made}
    assert "flask --app app run" in main(tmp_path / "a", files).ways[0].text
    files["app.py"] += "if __name__ == '__main__':\n    init()\n    app.run(debug=True)\n"
    assert main(tmp_path / "b", files).ways[0].text == "python app.py"


def test_django_is_migrated_before_it_is_started(tmp_path: Path) -> None:
    files = {"web/requirements.txt": "django", "web/manage.py": "import django"}
    program = main(tmp_path, files)
    assert program.home == "web"
    assert program.build == (("python", "manage.py", "migrate", "--noinput"),)
    assert (program.finish, "--insecure" in program.ways[0].text) == ((), False)


def test_the_static_files_of_django_are_collected_and_handed_out(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django\nwhitenoise",
        "manage.py": "import django",
        "shop/settings.py": (
            'INSTALLED_APPS = ["django.contrib.staticfiles"]\nDEBUG = False\n'
            'STATIC_ROOT = BASE_DIR / "collected"\n'
        ),
    }
    program = main(tmp_path, files)
    assert program.finish == (("python", "manage.py", "collectstatic", "--noinput"),)
    assert program.ways[0].text.endswith("--noreload --insecure")


def test_streamlit_starts_with_the_file_that_the_readme_names_and_its_server_beside_it(
    tmp_path: Path,
) -> None:
    screen = 'import requests, streamlit as st\nrequests.get("http://localhost:8000/orders")\n'
    files = {
        "requirements.txt": "streamlit\nfastapi",
        "app.py": "import streamlit",
        "ui/chat.py": screen,
        "api.py": FASTAPI,
        "README.md": "Start with `streamlit run ui/chat.py`.",
    }
    found = chosen(tmp_path, files)
    assert found.main.framework == "streamlit"
    assert found.main.entry == "ui/chat.py"
    assert [(b.program.framework, b.port, b.prefixes) for b in found.beside] == [
        ("fastapi", 8000, ())
    ]


def test_streamlit_starts_with_what_a_document_says_though_a_layer_below_shows_the_page(
    tmp_path: Path,
) -> None:
    files = {
        "README.md": "1. `streamlit run app/init_streamlit.py`\n",
        "app/requirements.txt": "streamlit",
        "app/init_streamlit.py": "from src.external.views.home import render\nrender()\n",
        "app/src/external/views/home.py": "import streamlit as st\ndef render(): st.title('Books')\n",
        "app/src/external/views/other.py": "import streamlit as st\ndef render(): st.title('Other')\n",
    }
    program = main(tmp_path, files)
    assert (program.entry, program.home) == ("app/init_streamlit.py", "app")


def test_a_server_in_python_beside_pages_answers_its_own_paths(tmp_path: Path) -> None:
    files = {
        "frontend/package.json": package(VITE, "vite"),
        "frontend/index.html": "",
        "backend/requirements.txt": "fastapi",
        "backend/main.py": FASTAPI,
    }
    found = chosen(tmp_path, files)
    assert found.main.folder == "frontend"
    assert [(b.program.framework, b.prefixes) for b in found.beside] == [("fastapi", ("/orders",))]


def test_nothing_to_run_is_none(tmp_path: Path) -> None:
    prototype = written(tmp_path, {"notes.md": "An idea."})
    assert read_programs(prototype) == ()
    assert choose((), prototype) is None


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("cross-env A=1 tsx watch server/index.ts", [("server/index.ts", (("A", "1"),))]),
        ("npm run a && node b.js", [("a.js", ()), ("b.js", ())]),
        ("node --env-file=.env -r dotenv/config ./x.js", [("x.js", ())]),
        ("nodemon --exec 'tsx x.ts'", [("x.ts", ())]),
        ("npm run s", []),
        ('node "unclosed', []),
        ("npm run build --prefix client && node x.js", [("", ()), ("x.js", ())]),
    ],
)
def test_scripts_are_followed_to_the_files_they_run(
    script: str, expected: list[tuple[str, object]]
) -> None:
    scripts = {"s": script, "a": "node a.js", "build": "node no.js"}
    assert [(ran.file, ran.settings) for ran in commands(scripts, "s")] == expected


@pytest.mark.parametrize(
    "files",
    [
        {"Procfile": "web: ./serve --port ${PORT} --host 0.0.0.0\nworker: ./work"},
        {".replit": '[deployment]\nrun = ["sh", "-c", "./serve --port $PORT --host 0.0.0.0"]'},
    ],
)
def test_what_a_host_is_told_to_start_is_started_where_nothing_else_is_known(
    files: dict[str, str], tmp_path: Path
) -> None:
    text = main(tmp_path, files).ways[0].text
    assert "./serve --port {port} --host {host}" in text
