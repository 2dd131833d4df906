"""The hosted platform as SQL: its roles, schemas, grants and extensions, told in our own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_SCRIPTS = (
    "roles.sql",
    "auth.sql",
    "storage.sql",
    "services.sql",
    "public.sql",
    "preinstalled.sql",
)
_NEEDS_EXTENSIONS = "preinstalled.sql"

# Contributed extensions that the platform offers too. Everything else that a server brings, such as
# dblink, file_fdw, lo or pageinspect, is not there: it reaches files, other hosts or raw pages.
_OFFERED = """
    autoinc bloom btree_gin btree_gist citext cube dict_int dict_xsyn earthdistance fuzzystrmatch
    hstore insert_username intagg intarray isn ltree moddatetime pg_stat_statements pg_trgm
    pgrowlocks pgstattuple plpgsql refint seg tablefunc tcn tsm_system_rows tsm_system_time unaccent
    vector
""".split()

# Their schemas stand in services.sql already, or nothing of them is needed: creating them succeeds and
# does nothing. Some must lie in one schema.
_MARKERS = {
    "pg_cron": "pg_catalog", "pg_net": "", "supabase_vault": "vault", "pg_graphql": "graphql",
    "pgsodium": "pgsodium", "pgaudit": "", "pg_repack": "", "pg_stat_monitor": "", "plpgsql_check": "",
    "rum": "", "wrappers": "", "pg_tle": "", "pgroonga": "", "pgrouting": "", "postgis_raster": "",
    "postgis_sfcgal": "", "postgis_topology": "", "postgis_tiger_geocoder": "", "address_standardizer": "",
    "pg_partman": "", "amcheck": "", "pg_buffercache": "", "pg_prewarm": "", "pg_walinspect": "",
    "sslinfo": "", "pg_stat_statements": "", "xml2": "",
}  # fmt: skip
_MARKER = """comment = 'a stand-in that does nothing'
default_version = '1.0'
relocatable = false
trusted = true
"""


def scripts(*, offered: bool) -> Iterator[str]:
    """What is run once, in order; `offered` is False where extensions have no path of ours."""
    for name in _SCRIPTS:
        if offered or name != _NEEDS_EXTENSIONS:
            yield _text(name)


def strict() -> str:
    """What takes the default grants of new objects away."""
    return _text("strict.sql")


def parts() -> list[tuple[str, str]]:
    """All of it by name, to tell one state from another."""
    ours = [(name, _text(name)) for name in _SCRIPTS]
    stand_ins = [(file.name, file.read_text(encoding="utf-8")) for file in _stand_ins()]
    return [*ours, *sorted(stand_ins), ("offered", repr((_OFFERED, _MARKERS)))]


def offer_extensions(shared: Path, target: Path) -> None:
    """Fill `target` with the extensions that CREATE EXTENSION may find: ours and the harmless ones.

    All are marked as trusted: on the platform, role postgres may create them.
    """
    for name in _OFFERED:
        control = shared / "extension" / f"{name}.control"
        if not control.exists():
            continue
        (target / control.name).write_text(_trusted(control.read_text()))
        for script in control.parent.glob(f"{name}--*.sql"):
            (target / script.name).write_bytes(script.read_bytes())
    for stand_in in _stand_ins():
        (target / stand_in.name).write_text(stand_in.read_text(encoding="utf-8"))
    for name, schema in _MARKERS.items():
        if (target / f"{name}.control").exists():
            continue
        place = f"schema = {schema}\n" if schema else ""
        (target / f"{name}.control").write_text(_MARKER + place)
        (target / f"{name}--1.0.sql").touch()


def _trusted(control: str) -> str:
    without = re.sub(r"(?m)^\s*(trusted|superuser)\s*=.*\n?", "", control)
    return f"{without.rstrip()}\ntrusted = true\n"


def _stand_ins() -> list[Traversable]:
    folder = files(__package__) / "extensions"
    return [file for file in folder.iterdir() if file.name.endswith((".control", ".sql"))]


def _text(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
