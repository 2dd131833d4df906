# ruff: noqa: E501 - code of prototypes is written as it is found
"""Whatever way a prototype comes by its database, the queries of its handlers are seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import EffectKind

_PACKAGE = '{"name": "shop", "dependencies": {"express": "4", "drizzle-orm": "0.30", "knex": "3"}}'
_SCHEMA = 'import { pgTable, text } from "drizzle-orm/pg-core"; export const orders = pgTable("orders", { id: text("id") });'
_LIBRARIES = {
    "drizzle": (
        'import { drizzle } from "drizzle-orm/node-postgres";',
        "drizzle(process.env.DATABASE_URL!)",
        "await DB.select().from(orders)",
    ),
    "prisma": (
        'import { PrismaClient } from "@prisma/client";',
        "new PrismaClient()",
        "await DB.orders.findMany()",
    ),
    "knex": (
        'import knex from "knex";',
        'knex({ client: "pg", connection: process.env.DATABASE_URL })',
        'await DB("orders").select("*")',
    ),
    "supabase": (
        'import { createClient } from "@supabase/supabase-js";',
        "createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)",
        '(await DB.from("orders").select("*")).data',
    ),
}
_FORMS = {
    "constant": ("export const db = MAKE;", 'import { db } from "./db";', "db"),
    "default": ("const db = MAKE; export default db;", 'import db from "./db";', "db"),
    "at the first call": (
        "let db: any; export function getDb() { if (!db) { db = MAKE; } return db; }",
        'import { getDb } from "./db";',
        "getDb()",
    ),
    "returned early": (
        "let db: any = null; export function getDb() { if (db) return db; db = MAKE; return db; }",
        'import { getDb } from "./db";',
        "getDb()",
    ),
    "nullish": (
        "let db: any = null; export const getDb = () => (db ??= MAKE);",
        'import { getDb } from "./db";',
        "getDb()",
    ),
    "kept globally": (
        "const kept = globalThis as any; export const db = kept.db ?? MAKE; if (process.env.NODE_ENV !== 'production') kept.db = db;",
        'import { db } from "./db";',
        "db",
    ),
    "by environment": (
        "let db: any; if (process.env.NODE_ENV === 'production') { db = MAKE; } else { if (!(global as any).db) { (global as any).db = MAKE; } db = (global as any).db; } export default db;",
        'import db from "./db";',
        "db",
    ),
    "singleton": (
        "class Store { private static instance: Store; public client: any; private constructor() { this.client = MAKE; } static getInstance() { if (!Store.instance) { Store.instance = new Store(); } return Store.instance; } } export const store = Store.getInstance();",
        'import { store } from "./db";',
        "store.client",
    ),
    "static field": (
        "export class Db { private static made: any = null; static get() { if (!Db.made) { Db.made = MAKE; } return Db.made; } }",
        'import { Db } from "./db";',
        "Db.get()",
    ),
    "proxy": (
        "let made: any; function make() { if (!made) made = MAKE; return made; } export const db: any = new Proxy({}, { get(_, key) { return make()[key]; } });",
        'import { db } from "./db";',
        "db",
    ),
    "proxy that binds": (
        "function make() { return MAKE; } export const db: any = new Proxy({} as any, { get: (_, key) => { const real = make(); const part = Reflect.get(real, key); return typeof part === 'function' ? part.bind(real) : part; } });",
        'import { db } from "./db";',
        "db",
    ),
    "or an object written out by hand": (
        "const url = process.env.DATABASE_URL; const rows = async () => ({ data: [] }); export const db: any = url ? MAKE : { orders: { findMany: rows }, select: () => ({ from: rows }), from: () => ({ select: rows }) };",
        'import { db } from "./db";',
        "db",
    ),
    "or an empty object": (
        "export const db: any = process.env.DATABASE_URL ? MAKE : {};",
        'import { db } from "./db";',
        "db",
    ),
    "filled in one way or the other": (
        "let db: any; if (process.env.DATABASE_URL) { db = MAKE; } else { console.warn('no database'); const rows = async () => ({ data: [] }); db = { orders: { findMany: rows }, select: () => ({ from: rows }), from: () => ({ select: rows }) }; } export { db };",
        'import { db } from "./db";',
        "db",
    ),
    "called as its package": (
        "let supabase: any = null; if (process.env.DATABASE_URL) { supabase = MAKE; } else { supabase = { from: () => ({ select: async () => ({ data: [] }) }) }; } export { supabase };",
        'import { supabase } from "./db";',
        "supabase",
    ),
    "or a class that plays its part": (
        "class MockDatabase { from() { return { select: async () => ({ data: [] }) }; } } function connect(): any { if (!process.env.DATABASE_URL) { return new MockDatabase(); } return MAKE; } export const db = connect();",
        'import { db } from "./db";',
        "db",
    ),
    "made by another function": (
        "export let db: any; export async function init(url: string) { db = MAKE; }",
        'import { db, init } from "./db"; init("here");',
        "db",
    ),
    "given to the application": (
        "export const db = MAKE;",
        'import { db as base } from "./db"; app.locals.db = base;',
        "req.app.locals.db",
    ),
    "set on the application": (
        "export const db = MAKE;",
        'import { db as base } from "./db"; app.set("db", base);',
        'req.app.get("db")',
    ),
}


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("library", _LIBRARIES)
def test_queries_are_seen_whatever_way_the_connection_is_come_by(
    tmp_path: Path, form: str, library: str
) -> None:
    imports, make, query = _LIBRARIES[library]
    module, taken, db = _FORMS[form]
    server = f"""import express from "express"; import {{ orders }} from "./schema";
const app = express();
{taken}
app.get("/orders", async (req: any, res) => {{ const rows = {query.replace("DB", db)}; res.json(rows); }});
app.listen(3000);
"""
    files = {
        "package.json": _PACKAGE,
        "server/schema.ts": _SCHEMA,
        "server/db.ts": f"{imports} import {{ orders }} from './schema';\n{module.replace('MAKE', make)}",
        "server/index.ts": server,
    }
    (handler,) = prototype_of(tmp_path, files).handlers
    found = [(e.operation, e.target) for e in handler.effects_of(EffectKind.QUERY)]
    assert ("select", "orders") in found


def test_a_variable_that_holds_no_connection_is_not_run_ahead(tmp_path: Path) -> None:
    server = """import express from "express";
let last: string | null = null;
function remember(name: string) { last = name; }
const app = express();
app.get("/last", (req, res) => { res.json({ last }); });
app.post("/last", (req, res) => { remember(req.body.name); res.json({ ok: true }); });
"""
    prototype = prototype_of(tmp_path, {"package.json": _PACKAGE, "server/index.ts": server})
    read, write = sorted(prototype.handlers, key=lambda h: h.route.method)
    assert [e.kind for e in read.effects] == [EffectKind.RESPONSE]
    assert EffectKind.STATE in {e.kind for e in write.effects}
