"""What a prototype is recognised to be built with."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of
from shipworthy.prototype.inventory.stack import Stack
from shipworthy.prototype.tables.sql import Dialect

VITE = """{"dependencies": {"react": "18", "@supabase/supabase-js": "2", "stripe": "1"},
"devDependencies": {"vite": "5"}}"""


def stack(root: Path, files: dict[str, str]) -> Stack:
    return prototype_of(root, files).stack


def test_lovable_stack_is_recognised(tmp_path: Path) -> None:
    found = stack(
        tmp_path,
        {
            "package.json": VITE,
            "package-lock.json": "{}",
            "bun.lockb": "",
            "src/a.tsx": 'import { createClient } from "@supabase/supabase-js";\n',
            "supabase/functions/mail/index.ts": 'fetch("https://api.resend.com/emails");',
            "supabase/migrations/1.sql": "create table a (id int);",
        },
    )
    assert found.frameworks == ("vite", "react")
    assert found.data == ("supabase",)
    assert found.services == ("resend",)  # stripe is listed and never imported
    assert found.dialect is Dialect.SUPABASE
    assert [(p.folder, p.managers) for p in found.parts] == [("", ("bun", "npm"))]
    assert found.languages == {"typescript": 3}


def test_two_parts_of_different_languages_are_told_apart(tmp_path: Path) -> None:
    found = stack(
        tmp_path,
        {
            "backend/requirements.txt": "fastapi==0.1\npsycopg2-binary\nopenai>=1 # llm\n",
            "backend/app/main.py": "from fastapi import FastAPI\n",
            "frontend/package.json": VITE,
            "frontend/yarn.lock": "",
        },
    )
    assert [(p.folder, p.frameworks, p.managers) for p in found.parts] == [
        ("backend", ("fastapi",), ("pip",)),
        ("frontend", ("vite", "react"), ("yarn",)),
    ]
    assert found.data == ("postgres",)
    assert found.services == ("openai",)
    assert found.dialect is Dialect.POSTGRES


def test_listed_server_frameworks_that_nothing_imports_are_left_out(tmp_path: Path) -> None:
    package = '{"dependencies": {"next": "15", "express": "4", "koa": "2"}}'
    found = stack(tmp_path, {"package.json": package, "app/page.tsx": 'import "next/link";'})
    assert found.frameworks == ("next",)


def test_mysql_schema_is_not_taken_for_supabase(tmp_path: Path) -> None:
    found = stack(
        tmp_path,
        {
            "package.json": VITE,
            "schema.sql": "CREATE TABLE `a` (`id` INT AUTO_INCREMENT) ENGINE=InnoDB;",
        },
    )
    assert found.dialect is Dialect.MYSQL


def test_sqlite_of_pythons_own_library_is_a_store(tmp_path: Path) -> None:
    found = stack(tmp_path, {"app.py": "import sqlite3, streamlit\n"})
    assert (found.data, found.frameworks) == (("sqlite",), ("streamlit",))
    assert found.dialect is Dialect.SQLITE


def test_stores_of_compose_files_count(tmp_path: Path) -> None:
    compose = """services:
  db:
    image: pgvector/pgvector:pg16
  cache:
    image: "redis:7-alpine"
"""
    assert stack(tmp_path, {"docker-compose.yml": compose}).data == ("postgres", "redis")


def test_library_of_a_workspace_is_no_part(tmp_path: Path) -> None:
    library = '{"name": "@shop/ui", "main": "index.ts", "dependencies": {"react": "18"}}'
    found = stack(tmp_path, {"package.json": VITE, "packages/ui/package.json": library})
    assert [p.folder for p in found.parts] == [""]


def test_page_without_a_manifest_is_static(tmp_path: Path) -> None:
    found = stack(tmp_path, {"index.html": "<script src='a.js'></script>", "a.js": "1"})
    assert [p.frameworks for p in found.parts] == [("static",)]


def test_broken_manifests_are_no_error(tmp_path: Path) -> None:
    found = stack(
        tmp_path, {"package.json": "[1, {", "pyproject.toml": "= =", "a.ts": "export {};"}
    )
    assert found.frameworks == ()


def test_frameworks_that_no_script_starts_are_left_out(tmp_path: Path) -> None:
    package = """{"scripts": {"dev": "vite", "build:old": "next build"},
    "dependencies": {"react": "18", "next": "15", "vue": "3"}, "devDependencies": {"vite": "5"}}"""
    files = {"package.json": package, "next.config.mjs": "", "src/a.ts": 'import "next/router";'}
    assert stack(tmp_path, files).frameworks == ("vite", "react")


def test_listed_python_frameworks_that_nothing_imports_are_left_out(tmp_path: Path) -> None:
    files = {"requirements.txt": "fastapi\ncelery\n", "main.py": "from fastapi import FastAPI\n"}
    assert stack(tmp_path, files).frameworks == ("fastapi",)


def test_a_prisma_schema_names_its_store(tmp_path: Path) -> None:
    schema = """datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model Guest {
  id Int @id
}
"""
    assert stack(tmp_path, {"prisma/schema.prisma": schema}).data == ("postgres", "prisma")


def test_libraries_around_models_are_named(tmp_path: Path) -> None:
    code = "from agno.agent import Agent\nfrom azure.ai.inference import ChatCompletionsClient\n"
    found = stack(tmp_path, {"main.py": code})
    assert (found.frameworks, found.services) == (("agno",), ("azure-ai",))


def test_packages_of_vendored_and_archived_folders_are_no_parts(tmp_path: Path) -> None:
    files = {
        "package.json": VITE,
        "vendor/acme/kit/composer.json": '{"require": {"laravel/framework": "^11"}}',
        "archive/requirements.txt": "flask",
    }
    assert [p.folder for p in stack(tmp_path, files).parts] == [""]


def test_page_with_an_electron_entry_is_a_part_beside_a_root_requirements_file(
    tmp_path: Path,
) -> None:
    package = """{"main": "electron/main.cjs", "scripts": {"dev": "vite", "build": "vite build"},
    "dependencies": {"react": "18"}, "devDependencies": {"vite": "5", "electron": "37"}}"""
    found = stack(
        tmp_path,
        {
            "requirements.txt": "fastapi==0.1\n",
            "backend/requirements.txt": "fastapi==0.1\n",
            "backend/main.py": "from fastapi import FastAPI\n",
            "frontend/package.json": package,
            "frontend/index.html": "<div id=root></div>",
            "frontend/src/main.tsx": 'import React from "react";\n',
        },
    )
    frontend = next(p for p in found.parts if p.folder == "frontend")
    assert {"vite", "react"} <= set(frontend.frameworks)


def test_database_of_a_compose_file_gives_way_to_the_one_of_the_code(tmp_path: Path) -> None:
    compose = "services:\n  db:\n    image: mysql:8.0\n"
    files = {
        "docker-compose.yml": compose,
        "package.json": '{"dependencies": {"next": "15", "@neondatabase/serverless": "1"}}',
        "lib/db.ts": 'import { neon } from "@neondatabase/serverless";\n',
    }
    assert stack(tmp_path, files).data == ("postgres", "neon")


def test_driver_that_a_mapper_loads_by_name_is_a_store(tmp_path: Path) -> None:
    package = (
        """{"dependencies": {"typeorm": "0.3", "pg": "8"}, "devDependencies": {"sqlite3": "5"}}"""
    )
    files = {"package.json": package, "src/main.ts": 'import { DataSource } from "typeorm";\n'}
    assert stack(tmp_path, files).data == ("postgres", "typeorm")


def test_entries_of_a_catalogue_are_no_services(tmp_path: Path) -> None:
    files = {
        "package.json": VITE,
        "src/apps.ts": """
            export const apps = [{ name: "PayPal", icon: "p.svg", url: "https://www.paypal.com" }];
            export const models = [{ name: "Groq", url: "https://api.groq.com/openai/v1" }];
        """,
    }
    assert stack(tmp_path, files).services == ("groq",)
