"""Prototypes that read the address of their database in parts get each part under their own names."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from shipworthy.pipeline import open_prototype
from shipworthy.settings import Settings
from shipworthy.sidecar.standin.plain.opening import Opened, address_names, sqlite_address
from shipworthy.sidecar.standin.plain.relay import Relay
from shipworthy.sidecar.standin.plain.written import point_addresses, written_addresses

PARTS = {"PGHOST": "127.0.0.1", "PGPORT": "5", "PGUSER": "u", "PGPASSWORD": "p", "PGDATABASE": "d"}


def prototype(tmp_path: Path, code: str, packages: str) -> Path:
    (tmp_path / "server.js").write_text(code)
    (tmp_path / "package.json").write_text(f'{{"name": "a", "dependencies": {{{packages}}}}}')
    return tmp_path


def test_each_part_has_the_name_that_the_code_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "const a = [process.env.DB_HOST, process.env.POSTGRES_USER, process.env.DB_PASS];"
    root = prototype(tmp_path, f'require("pg"); {code}', '"pg": "^8"')
    found = open_prototype(root, Settings())
    assert address_names(found) == ("DB_HOST",)
    monkeypatch.setattr(Relay, "__init__", lambda *_: None)
    given = Opened("postgresql://x", Relay(Path(), ""), PARTS).environment(found)
    assert (given["DB_HOST"], given["POSTGRES_USER"], given["DB_PASS"]) == ("127.0.0.1", "u", "p")


def test_the_parts_of_another_kind_of_database_are_left_alone(tmp_path: Path) -> None:
    root = prototype(tmp_path, 'require("mysql2"); process.env.DB_HOST;', '"mysql2": "^3"')
    assert address_names(open_prototype(root, Settings())) == ()


@pytest.mark.parametrize(("provider", "names"), [("postgresql", ("STORE",)), ("mysql", ())])
def test_a_prisma_schema_names_the_address_of_its_database(
    provider: str, names: tuple[str, ...], tmp_path: Path
) -> None:
    root = prototype(tmp_path, 'require("@prisma/client");', '"@prisma/client": "^6"')
    (root / "prisma").mkdir()
    (root / "prisma" / "schema.prisma").write_text(
        f'datasource db {{\n  provider = "{provider}"\n  url = env("STORE")\n}}\n'
        "model A {\n  id Int @id\n}\n"
    )
    assert address_names(open_prototype(root, Settings())) == names


def test_an_address_that_the_code_has_written_out_leads_to_the_database_of_the_run(
    tmp_path: Path,
) -> None:
    """Otherwise trying a prototype out would change the data of its users."""
    hosted = "postgresql://owner:pw@ep-x-pooler.eu.neon.tech/shop?sslmode=require"
    texts = {
        "server.js": f"new Client({{ connectionString: '{hosted}' }});\n",
        "db.py": 'E = create_async_engine("postgresql+asyncpg://u:p@db.example.com:5432/shop")\n',
        "carts.js": "mongoose.connect('mongodb+srv://u:p@cluster0.example.net/carts');\n",
        "alembic.ini": "[alembic]\nsqlalchemy.url = postgresql://me:pw@db.example.com/shop\n",
        "words.js": "// postgres://HOST/DATABASE, or mongodb://localhost:27017/x\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    found = written_addresses(open_prototype(tmp_path, Settings()))
    assert found.files == ("db.py", "server.js", "alembic.ini")
    assert found.elsewhere == ("MongoDB at cluster0.example.net (carts.js)",)
    point_addresses(tmp_path, found.files, "postgresql://postgres:x@127.0.0.1:5/d?sslmode=disable")
    assert (tmp_path / "server.js").read_text() == (
        "new Client({ connectionString: 'postgresql://postgres:x@127.0.0.1:5/d?sslmode=disable' });\n"
    )
    assert '"postgresql+asyncpg://postgres:x@127.0.0.1:5/d"' in (tmp_path / "db.py").read_text()


def test_a_database_of_ones_own_on_this_machine_stays(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (tmp_path / "db.py").write_text(f'E = connect("postgres://me:pw@localhost:{port}/shop")\n')
        prototype = open_prototype(tmp_path, Settings())
        assert written_addresses(prototype).files == ()
    assert written_addresses(prototype).files == ("db.py",)


@pytest.mark.parametrize(
    ("listed", "address"),
    [
        ("fastapi\nsqlalchemy\naiosqlite\n", "sqlite+aiosqlite:///./shipworthy.db"),
        ("flask\nflask-sqlalchemy\n", "sqlite:///./shipworthy.db"),
        ("sqlalchemy\npsycopg2-binary\n", ""),
        ("fastapi\nasyncpg\n", ""),
        ("fastapi\n", ""),
    ],
)
def test_code_without_a_driver_for_postgresql_gets_a_file(
    listed: str, address: str, tmp_path: Path
) -> None:
    (tmp_path / "requirements.txt").write_text(listed)
    (tmp_path / "db.py").write_text('import os\nURL = os.environ["DATABASE_URI"]\n')
    assert sqlite_address(open_prototype(tmp_path, Settings())) == address
