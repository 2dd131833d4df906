# ruff: noqa: E501 - code of prototypes is written as it is found
"""What handlers ask of databases through object mappers and SQL clients, and what guards that proves."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.knowledge.sql import read_sql
from shipworthy.prototype.handlers.weight import revealed
from shipworthy.prototype.handlers.writes import raised

_PACKAGE = '{"name": "shop", "dependencies": {"express": "4", "next": "15"}}'
_SCHEMA = """
import { pgTable, text, integer } from "drizzle-orm/pg-core";
export const orders = pgTable("orders", { id: text("id").primaryKey(), userId: text("user_id"), total: integer("total") });
export const users = pgTable("users", { id: text("id"), role: text("role"), email: text("email") });
"""
_DRIZZLE = """
import { drizzle } from "drizzle-orm/node-postgres";
import { Pool } from "pg";
export const db = drizzle(new Pool({ connectionString: process.env.DATABASE_URL }));
"""


def _handlers(tmp_path: Path, files: dict[str, str]) -> tuple[Handler, ...]:
    for name, text in {"package.json": _PACKAGE, **files}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_prototype(tmp_path).handlers


def _express(tmp_path: Path, head: str, body: str, **files: str) -> Handler:
    """One Express route whose caller is known (`req.user`) and whose handler has this body."""
    text = f"""
import express from "express";
{head}
const app = express();
app.use(express.json());
app.post("/api/orders/:id", async (req, res) => {{
{body}
}});
"""
    named = {name.replace("_", "/", 1) + ".ts": source for name, source in files.items()}
    (found,) = _handlers(tmp_path, {"server/index.ts": text, **named})
    return found


def _drizzle(tmp_path: Path, body: str) -> Handler:
    head = """import { db } from "./db"; import { orders, users } from "./schema";
import { eq, and, or, sql, inArray } from "drizzle-orm";"""
    return _express(tmp_path, head, body, server_db=_DRIZZLE, server_schema=_SCHEMA)


def _queries(handler: Handler, operation: str = "") -> list[Effect]:
    found = handler.effects_of(EffectKind.QUERY)
    return [e for e in found if operation in ("", e.operation)]


def _inputs(effect: Effect) -> dict[str, set[str]]:
    return {k: {str(o) for o in v} for k, v in effect.inputs.items() if v}


def test_drizzle_select_names_table_and_filters(tmp_path: Path) -> None:
    handler = _drizzle(
        tmp_path,
        "const [o] = await db.select().from(orders).where(and(eq(orders.id, req.params.id), eq(orders.userId, req.user.id)));"
        "res.json(o);",
    )
    (query,) = _queries(handler)
    assert (query.operation, query.target, query.client) == ("select", "orders", "owner")
    assert _inputs(query) == {"filter:id": {"path.id"}, "filter:userId": {"principal.id"}}
    assert handler.privileged


def test_drizzle_row_compared_with_the_caller_is_an_owner_guard(tmp_path: Path) -> None:
    handler = _drizzle(
        tmp_path,
        """
  const [order] = await db.select().from(orders).where(eq(orders.id, req.params.id));
  if (!order) return res.status(404).json({ error: "no" });
  if (order.userId !== req.user.id) return res.status(403).json({ error: "no" });
  await db.delete(orders).where(eq(orders.id, req.params.id));
  res.json({ done: true });""",
    )
    (deleted,) = _queries(handler, "delete")
    assert {g.check for g in deleted.guards} >= {Check.OWNER}
    assert any("path.id" in g.about for g in deleted.guards)


def test_drizzle_row_found_by_the_caller_is_an_owner_guard(tmp_path: Path) -> None:
    handler = _drizzle(
        tmp_path,
        """
  const mine = await db.select().from(orders).where(and(eq(orders.id, req.params.id), eq(orders.userId, req.user.id)));
  if (mine.length === 0) return res.status(404).json({ error: "no" });
  await db.update(orders).set({ total: req.body.total }).where(eq(orders.id, req.params.id));
  res.json({ done: true });""",
    )
    (updated,) = _queries(handler, "update")
    assert updated.has(Check.OWNER)
    assert _inputs(updated) == {"value:total": {"body.total"}, "filter:id": {"path.id"}}


def test_drizzle_row_found_by_an_input_alone_proves_nothing(tmp_path: Path) -> None:
    handler = _drizzle(
        tmp_path,
        """
  const order = (await db.select().from(orders).where(eq(orders.id, req.params.id)))[0];
  if (!order) return res.status(404).json({ error: "no" });
  await db.delete(orders).where(eq(orders.id, req.params.id));
  res.json({ done: true });""",
    )
    assert not _queries(handler, "delete")[0].has(Check.OWNER)


def test_drizzle_role_of_the_callers_row_is_a_role_guard(tmp_path: Path) -> None:
    handler = _drizzle(
        tmp_path,
        """
  const me = await db.query.users.findFirst({ where: (u, { eq }) => eq(u.id, req.user.id) });
  if (me?.role !== "admin") return res.status(403).json({ error: "no" });
  await db.delete(users).where(eq(users.id, req.body.userId));
  res.json({ done: true });""",
    )
    assert _queries(handler, "delete")[0].has(Check.ROLE)
    assert _inputs(_queries(handler, "select")[0]) == {"filter:id": {"principal.id"}}


def test_drizzle_insert_with_conflict_is_an_upsert_of_whole_body(tmp_path: Path) -> None:
    handler = _drizzle(
        tmp_path,
        "await db.insert(orders).values({ ...req.body, userId: req.user.id })"
        ".onConflictDoUpdate({ target: orders.id, set: { total: req.body.total } }).returning(); res.json({});",
    )
    (query,) = _queries(handler)
    assert query.operation == "upsert"
    assert _inputs(query) == {
        "value:*": {"body"},
        "value:userId": {"principal.id"},
        "value:total": {"body.total"},
    }


def test_drizzle_conditions_that_are_pushed_one_by_one_are_filters(tmp_path: Path) -> None:
    handler = _drizzle(
        tmp_path,
        """
  const wanted = [eq(orders.userId, req.user.id)];
  wanted.push(eq(orders.id, req.params.id));
  res.json(await db.select().from(orders).where(and(...wanted)));""",
    )
    assert set(_inputs(_queries(handler)[0])) == {"filter:userId", "filter:id"}


def test_drizzle_or_asks_no_column_for_sure(tmp_path: Path) -> None:
    handler = _drizzle(
        tmp_path,
        "res.json(await db.select().from(orders).where(or(eq(orders.id, req.params.id), eq(orders.userId, req.user.id))));",
    )
    assert set(_inputs(_queries(handler)[0])) == {"filter:or"}


def test_drizzle_sql_template_is_parameterised(tmp_path: Path) -> None:
    handler = _drizzle(
        tmp_path,
        "res.json(await db.execute(sql`select id from ${orders} where id = ${req.params.id}`));",
    )
    assert not list(handler.effects_of(EffectKind.SQL))
    (query,) = _queries(handler)
    assert (query.operation, query.target) == ("select", "orders")
    assert _inputs(query) == {"filter:id": {"path.id"}}


def test_drizzle_sql_raw_with_an_input_is_sql(tmp_path: Path) -> None:
    handler = _drizzle(
        tmp_path,
        "res.json(await db.execute(sql.raw(`select * from orders where id = '${req.body.id}'`)));",
    )
    (text,) = handler.effects_of(EffectKind.SQL)
    assert {str(o) for o in text.inputs["text"]} == {"body.id"}
    assert {str(o) for o in text.sent["text"]} == {"body.id"}


def test_drizzle_in_a_storage_class_is_followed(tmp_path: Path) -> None:
    storage = """
import { db } from "./db"; import { users } from "./schema"; import { eq } from "drizzle-orm";
export class DatabaseStorage {
  async getUser(id: string) { const [user] = await db.select().from(users).where(eq(users.id, id)); return user || undefined; }
}
export const storage = new DatabaseStorage();
"""
    handler = _express(
        tmp_path,
        'import { storage } from "./storage";',
        """
  const me = await storage.getUser(req.user.id);
  if (!me || me.role !== "admin") return res.status(403).json({ error: "no" });
  res.json(await storage.getUser(req.params.id));""",
        server_db=_DRIZZLE,
        server_schema=_SCHEMA,
        server_storage=storage,
    )
    first, second = _queries(handler)
    assert not first.has(Check.ROLE)
    assert second.has(Check.ROLE)
    assert [s.function for s in second.steps][-1] == "getUser"


_PRISMA = """
import { PrismaClient } from "@prisma/client";
const globalForPrisma = globalThis as unknown as { prisma?: PrismaClient };
export const prisma = globalForPrisma.prisma ?? new PrismaClient();
"""


def _prisma(tmp_path: Path, body: str) -> Handler:
    return _express(tmp_path, 'import { prisma } from "./db";', body, server_db=_PRISMA)


def test_prisma_where_and_data_are_read(tmp_path: Path) -> None:
    handler = _prisma(
        tmp_path,
        """
  await prisma.order.update({ where: { id_userId: { id: req.params.id, userId: req.user.id } }, data: { ...req.body, status: "paid" } });
  res.json({});""",
    )
    (query,) = _queries(handler)
    assert (query.operation, query.target, query.client) == ("update", "order", "owner")
    assert _inputs(query) == {
        "filter:id": {"path.id"},
        "filter:userId": {"principal.id"},
        "value:*": {"body"},
    }
    assert query.literals["value:status"] == "paid"


def test_prisma_row_compared_with_the_caller_is_an_owner_guard(tmp_path: Path) -> None:
    handler = _prisma(
        tmp_path,
        """
  const order = await prisma.order.findUnique({ where: { id: req.params.id }, select: { userId: true } });
  if (!order || order.userId !== req.user.id) { res.status(404).json({ error: "no" }); return; }
  await prisma.order.delete({ where: { id: req.params.id } });
  res.json({});""",
    )
    assert _queries(handler, "delete")[0].has(Check.OWNER)
    assert _queries(handler, "select")[0].literals["columns"] == "userId"


def test_prisma_find_or_throw_by_the_caller_is_an_owner_guard(tmp_path: Path) -> None:
    handler = _prisma(
        tmp_path,
        """
  await prisma.order.findFirstOrThrow({ where: { id: req.params.id, userId: req.user.id } });
  await prisma.order.delete({ where: { id: req.params.id } });
  res.json({});""",
    )
    assert _queries(handler, "delete")[0].has(Check.OWNER)


def test_prisma_raw_template_is_parameterised_and_unsafe_text_is_not(tmp_path: Path) -> None:
    handler = _prisma(
        tmp_path,
        """
  await prisma.$queryRaw`SELECT * FROM orders WHERE id = ${req.params.id}`;
  await prisma.$queryRawUnsafe(`SELECT * FROM orders WHERE name = '${req.body.name}'`);
  await prisma.$queryRawUnsafe("SELECT * FROM orders WHERE id = $1", req.params.id);
  res.json({});""",
    )
    (text,) = handler.effects_of(EffectKind.SQL)
    assert {str(o) for o in text.inputs["text"]} == {"body.name"}
    assert all("filter:id" in q.inputs for q in _queries(handler) if q.line != text.line)


def test_prisma_transaction_is_atomic(tmp_path: Path) -> None:
    handler = _prisma(
        tmp_path,
        """
  await prisma.$transaction(async (tx) => {
    await tx.account.update({ where: { id: req.body.from }, data: { balance: { decrement: 5 } } });
    await tx.account.update({ where: { id: req.body.to }, data: { balance: { increment: 5 } } });
  });
  res.json({});""",
    )
    assert [q.atomic for q in _queries(handler)] == [True, True]


def test_prisma_or_gives_no_column_for_sure(tmp_path: Path) -> None:
    handler = _prisma(
        tmp_path,
        "res.json(await prisma.order.findMany({ where: { OR: [{ id: req.params.id }, { userId: req.user.id }] } }));",
    )
    assert set(_inputs(_queries(handler)[0])) == {"filter:or"}


def _pg(tmp_path: Path, body: str) -> Handler:
    return _express(tmp_path, 'import { Pool } from "pg"; const pool = new Pool();', body)


def test_pg_parameters_become_filters(tmp_path: Path) -> None:
    handler = _pg(
        tmp_path,
        """
  const result = await pool.query("SELECT * FROM orders WHERE id = $1 AND user_id = $2", [req.params.id, req.user.id]);
  if (result.rows.length === 0) return res.status(404).json({ error: "no" });
  await pool.query("UPDATE orders SET total = $1 WHERE id = $2", [req.body.total, req.params.id]);
  res.json(result.rows[0]);""",
    )
    (updated,) = _queries(handler, "update")
    assert updated.has(Check.OWNER)
    assert _inputs(updated) == {"value:total": {"body.total"}, "filter:id": {"path.id"}}
    assert not list(handler.effects_of(EffectKind.SQL))


def test_pg_text_made_of_an_input_is_sql(tmp_path: Path) -> None:
    handler = _pg(
        tmp_path,
        """
  let text = "SELECT * FROM orders WHERE 1 = 1";
  text += ` AND name = '${req.query.name}'`;
  res.json((await pool.query(text)).rows);""",
    )
    (text,) = handler.effects_of(EffectKind.SQL)
    assert {str(o) for o in text.inputs["text"]} == {"query.name"}
    assert text.target == "orders"


def test_pg_text_made_of_known_words_is_no_sql(tmp_path: Path) -> None:
    handler = _pg(
        tmp_path,
        """
  const columns = { new: "created_at", cheap: "total" };
  const order = columns[req.query.sort] || "created_at";
  const page = Number(req.query.page);
  res.json((await pool.query(`SELECT * FROM orders ORDER BY ${order} LIMIT 20 OFFSET ${page}`)).rows);""",
    )
    assert not list(handler.effects_of(EffectKind.SQL))


def test_numbers_of_parameters_that_are_counted_up_are_no_sql(tmp_path: Path) -> None:
    handler = _pg(
        tmp_path,
        """
  const values = [req.body.name];
  const found = await pool.query(`SELECT * FROM orders WHERE name = $${values.length}`, values);
  res.json(found.rows);""",
    )
    assert not list(handler.effects_of(EffectKind.SQL))
    assert _inputs(_queries(handler)[0]) == {"filter:name": {"body.name"}}


def test_neon_tagged_template_is_parameterised(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        'import { neon } from "@neondatabase/serverless"; const sql = neon(process.env.DATABASE_URL!);',
        """
  const [order] = await sql`select * from orders where id = ${req.params.id} and user_id = ${req.user.id}`;
  if (!order) return res.status(404).json({ error: "no" });
  await sql`insert into refunds (order_id, amount) values (${req.params.id}, ${req.body.amount})`;
  res.json(order);""",
    )
    assert not list(handler.effects_of(EffectKind.SQL))
    (written,) = _queries(handler, "insert")
    assert written.has(Check.OWNER)
    assert _inputs(written) == {"value:order_id": {"path.id"}, "value:amount": {"body.amount"}}


def test_better_sqlite3_statement_is_run_with_its_parameters(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        'import Database from "better-sqlite3"; const db = new Database("shop.db");',
        """
  const order = db.prepare("SELECT * FROM orders WHERE id = ?").get(req.params.id);
  if (order.user_id !== req.user.id) return res.status(403).json({ error: "no" });
  db.prepare("DELETE FROM orders WHERE id = ?").run(req.params.id);
  res.json({});""",
    )
    (deleted,) = _queries(handler, "delete")
    assert deleted.has(Check.OWNER)
    assert _inputs(deleted) == {"filter:id": {"path.id"}}


def test_mysql2_rows_are_the_first_of_a_pair(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        'import mysql from "mysql2/promise"; const pool = mysql.createPool({});',
        """
  const [rows] = await pool.execute("SELECT * FROM orders WHERE id = ?", [req.params.id]);
  if (rows[0].user_id !== req.user.id) return res.status(403).json({ error: "no" });
  await pool.execute("DELETE FROM orders WHERE id = ?", [req.params.id]);
  res.json({});""",
    )
    assert _queries(handler, "delete")[0].has(Check.OWNER)


def test_callback_that_gets_an_error_first_is_followed(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        'import mysql from "mysql2"; const db = mysql.createConnection({});',
        """
  db.query("SELECT * FROM orders WHERE id = ?", [req.params.id], (err, results) => {
    if (err) return res.status(500).json({ error: err.message });
    res.json(results[0]);
  });""",
    )
    sent = [e for e in handler.effects_of(EffectKind.RESPONSE) if "body.error" not in e.inputs]
    assert {o.name for e in sent for o in e.inputs["body"]} == {"orders"}


@pytest.mark.parametrize(
    ("text", "operation", "table"),
    [
        ("with x as (select 1 from y) select a from z", "select", "z"),
        ('INSERT INTO public."orders" (id) VALUES ($1) ON CONFLICT DO NOTHING', "upsert", "orders"),
        ("DELETE FROM `carts` WHERE id=?", "delete", "carts"),
        ("select these words from nowhere else", "select", "nowhere"),
        ("hello there", "", ""),
        ("", "", ""),
        ("update", "update", ""),
        ("insert into t values (", "insert", "t"),
    ],
)
def test_any_text_is_read_as_sql_as_far_as_it_is(text: str, operation: str, table: str) -> None:
    statement = read_sql(text)
    assert (statement.operation, statement.table) == (operation, table)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT role, COUNT(*) AS total FROM users GROUP BY role", "count(*)"),
        ("select u.plan, count(distinct u.id)::int n from users u group by 1", "count(*)"),
        ("select email, count(*) from users group by email", "email,count,*"),
        ("select *, count(*) from users group by id", "*,count,*"),
        ("select role, count(*), max(email) from users group by role", "role,count,*,max,email"),
        ("select role, array_agg(email) from users group by role", "role,array_agg,email"),
    ],
)
def test_rows_that_are_only_counted_are_statistics(text: str, told: str) -> None:
    assert read_sql(text).columns.lower() == told


_DYNAMO = """import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, QueryCommand, PutCommand, UpdateCommand, DeleteCommand } from "@aws-sdk/lib-dynamodb";
const db = DynamoDBDocumentClient.from(new DynamoDBClient({}));"""


@pytest.mark.parametrize(
    ("command", "operation", "inputs"),
    [
        (
            "GetCommand({ TableName: T, Key: { id: req.params.id } })",
            "select",
            {"filter:id": {"path.id"}},
        ),
        (
            "QueryCommand({ TableName: T, KeyConditionExpression: '#o = :o', ExpressionAttributeNames: { '#o': 'owner' },"
            " ExpressionAttributeValues: { ':o': req.user.id } })",
            "select",
            {"filter:owner": {"principal.id"}},
        ),
        (
            "PutCommand({ TableName: T, Item: { kind: req.body.kind } })",
            "insert",
            {"value:kind": {"body.kind"}},
        ),
        (
            "UpdateCommand({ TableName: T, Key: { id: req.params.id }, UpdateExpression: 'set kind = :k',"
            " ExpressionAttributeValues: { ':k': req.body.kind } })",
            "update",
            {"filter:id": {"path.id"}, "value:kind": {"body.kind"}},
        ),
        (
            "DeleteCommand({ TableName: T, Key: { id: req.params.id } })",
            "delete",
            {"filter:id": {"path.id"}},
        ),
    ],
)
def test_commands_of_dynamodb_are_queries(
    command: str, operation: str, inputs: dict[str, set[str]], tmp_path: Path
) -> None:
    handler = _express(
        tmp_path,
        _DYNAMO,
        f"const T = process.env.ORDERS_TABLE; res.json(await db.send(new {command}));",
    )
    (asked,) = _queries(handler)
    assert (asked.operation, asked.target) == (operation, "orders")
    assert _inputs(asked) == inputs


@pytest.mark.parametrize(
    ("head", "call"),
    [
        (
            'import { createClient } from "@libsql/client"; const db = createClient({ url: "x" });',
            'db.execute({ sql: "delete from orders where id = ?", args: [req.params.id] })',
        ),
        (
            'import { getFirestore } from "firebase-admin/firestore"; const db = getFirestore();',
            "db.doc(`orders/${req.params.id}`).delete()",
        ),
        (
            'import sql from "mssql"; const pool = await sql.connect("x");',
            'pool.request().input("i", sql.Int, req.params.id).query("delete from orders where id = @i")',
        ),
    ],
)
def test_rows_are_named_in_the_ways_of_each_client(head: str, call: str, tmp_path: Path) -> None:
    handler = _express(tmp_path, head, f"await {call}; res.json({{}});")
    (asked,) = _queries(handler)
    assert (asked.operation, asked.target) == ("delete", "orders")
    assert _inputs(asked) == {"filter:id": {"path.id"}}


@pytest.mark.parametrize("name", ["status", "data", "error", "count"])
def test_a_query_string_is_no_answer_of_a_database(name: str, tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        'import { PrismaClient } from "@prisma/client"; const prisma = new PrismaClient();',
        f"res.json(await prisma.order.findMany({{ where: {{ kind: req.query.{name} }} }}));",
    )
    (asked,) = _queries(handler)
    assert _inputs(asked) == {"filter:kind": {f"query.{name}"}}


@pytest.mark.parametrize(
    ("set_", "raised"),
    [
        ("credits = credits + $1", ("credits",)),
        ("credits = coalesce(u.credits, 0) + $1, seen = now()", ("credits",)),
        ("credits = credits - $1", ()),
        ("credits = $1 + bonus", ()),
        ("name = first || ' + ' || last, credits = credits + 1", ("credits",)),
        ("credits =", ()),
    ],
)
def test_columns_that_the_database_itself_adds_to(set_: str, raised: tuple[str, ...]) -> None:
    assert read_sql(" ".join(("update users u set", set_, "where id = $2"))).raised == raised


@pytest.mark.parametrize(
    ("change", "raises"),
    [
        ("{ $inc: { credits: req.body.credits } }", True),
        ("{ $inc: { credits: Number(req.body.credits) } }", True),
        ("{ $inc: { credits: -req.body.credits } }", False),
        ("{ $inc: { credits: 1 } }", True),
        ("{ $inc: { credits: -1 } }", False),
        ("{ $set: { credits: req.body.credits } }", False),
    ],
)
def test_amounts_that_a_document_gains(change: str, raises: bool, tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        _MONGOOSE,
        f"await User.updateOne({{ _id: req.user.id }}, {change}); res.json({{}});",
    )
    (updated,) = _queries(handler, "update")
    assert raised(updated) == ({"credits"} if raises else set())


@pytest.mark.parametrize(("sign", "raises"), [("+", True), ("-", False)])
def test_amounts_of_a_request_in_an_sql_fragment(sign: str, raises: bool, tmp_path: Path) -> None:
    handler = _drizzle(
        tmp_path,
        f"await db.update(orders).set({{ total: sql`${{orders.total}} {sign} ${{req.body.total}}` }})"
        ".where(eq(orders.id, req.params.id)); res.json({});",
    )
    (updated,) = _queries(handler, "update")
    assert raised(updated) == ({"total"} if raises else set())


_MONGOOSE = """import mongoose from "mongoose";
const User = mongoose.models.User || mongoose.model("User", new mongoose.Schema({ email: String }));"""


def test_mongoose_find_and_update_name_their_columns(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        _MONGOOSE,
        """
  const mine = await User.findOne({ _id: req.params.id, owner: req.user.id }).lean();
  if (!mine) return res.status(404).json({ error: "no" });
  await User.findByIdAndUpdate(req.params.id, { $set: { role: req.body.role } });
  res.json({});""",
    )
    (updated,) = _queries(handler, "update")
    assert (updated.target, updated.client) == ("User", "owner")
    assert updated.has(Check.OWNER)
    assert _inputs(updated) == {"filter:id": {"path.id"}, "value:role": {"body.role"}}


def test_mongoose_filter_of_an_object_from_the_body_is_marked(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        _MONGOOSE,
        """
  const user = await User.findOne({ email: req.body.email, password: req.body.password });
  res.json(user);""",
    )
    (query,) = _queries(handler)
    assert {str(o) for o in query.inputs["operator:password"]} == {"body.password"}


def test_mongoose_filter_of_a_string_or_of_the_path_is_not_marked(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        _MONGOOSE,
        """
  const user = await User.findOne({ email: `${req.body.email}`, _id: req.params.id });
  res.json(user);""",
    )
    assert not [k for k in _queries(handler)[0].inputs if k.startswith("operator:")]


@pytest.mark.parametrize(
    ("call", "columns", "filtered"),
    [
        ("Order.findAll({ attributes: { exclude: ['password'] }, limit: 9 })", "-password", False),
        (
            "Order.findAndCountAll({ attributes: ['id', 'total'], where: { id: req.params.id } })",
            "id,total",
            True,
        ),
        ("Order.findByPk(req.params.id, { attributes: ['id'] })", "id", True),
        ("Order.findOne({ id: req.params.id }, { password: 0 })", "-password", True),
        ("Order.findById(req.params.id, 'name total')", "name total", True),
        ("Order.find({ order: req.params.id })", "*", True),
    ],
)
def test_what_a_model_is_told_beside_its_filter(
    call: str, columns: str, filtered: bool, tmp_path: Path
) -> None:
    head = """import mongoose from "mongoose"; const Order = mongoose.model("Order", new mongoose.Schema({ total: Number }));"""
    (asked,) = _queries(_express(tmp_path, head, f"res.json(await {call});"))
    assert asked.literals["columns"] == columns
    assert any(asked.of("filter:")) is filtered


def test_query_that_is_not_waited_for_yet_proves_no_row(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        _MONGOOSE,
        """
  const mine = await User.findOne({ _id: req.params.id, owner: req.user.id }).select("name").lean();
  await User.deleteOne({ _id: req.params.id });
  res.json(mine);""",
    )
    assert not _queries(handler, "delete")[0].has(Check.OWNER)


def test_new_document_is_stored_when_it_is_saved(tmp_path: Path) -> None:
    handler = _express(
        tmp_path, _MONGOOSE, "const user = new User(req.body); await user.save(); res.json(user);"
    )
    (query,) = _queries(handler)
    assert query.operation == "insert"
    assert _inputs(query) == {"value:*": {"body"}}


def test_mongodb_collection_is_a_table(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        """import { MongoClient } from "mongodb";
const client = new MongoClient(process.env.MONGO_URL!);
const db = client.db("shop");""",
        'await db.collection("orders").deleteOne({ _id: req.params.id, userId: req.user.id }); res.json({});',
    )
    (query,) = _queries(handler)
    assert (query.operation, query.target) == ("delete", "orders")
    assert set(_inputs(query)) == {"filter:id", "filter:userId"}


def test_knex_builder_is_followed(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        'import knex from "knex"; const db = knex({ client: "pg" });',
        """
  const order = await db("orders").where({ id: req.params.id }).andWhere("user_id", req.user.id).first();
  if (!order) return res.status(404).json({ error: "no" });
  await db("orders").where("id", req.params.id).update({ total: req.body.total });
  res.json({});""",
    )
    (updated,) = _queries(handler, "update")
    assert updated.has(Check.OWNER)
    assert _inputs(updated) == {"filter:id": {"path.id"}, "value:total": {"body.total"}}


def test_sequelize_model_class_is_asked_by_where(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        'import { Model } from "sequelize"; class Order extends Model {}',
        "await Order.update({ total: req.body.total }, { where: { id: req.params.id } }); res.json({});",
    )
    (query,) = _queries(handler)
    assert (query.operation, query.target) == ("update", "Order")
    assert _inputs(query) == {"filter:id": {"path.id"}, "value:total": {"body.total"}}


def test_typeorm_repository_is_asked_by_criteria(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        """import { DataSource } from "typeorm"; class Order {}
const source = new DataSource({}); const orders = source.getRepository(Order);""",
        """
  const order = await orders.findOneBy({ id: req.params.id });
  if (order.userId !== req.user.id) return res.status(403).json({ error: "no" });
  await orders.delete({ id: req.params.id });
  res.json({});""",
    )
    (deleted,) = _queries(handler, "delete")
    assert deleted.target == "Order"
    assert deleted.has(Check.OWNER)


def test_firestore_snapshot_that_belongs_to_the_caller_is_an_owner_guard(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        'import admin from "firebase-admin"; const db = admin.firestore();',
        """
  const snapshot = await db.collection("orders").doc(req.params.id).get();
  if (!snapshot.exists) return res.status(404).json({ error: "no" });
  if (snapshot.data().userId !== req.user.id) return res.status(403).json({ error: "no" });
  await db.collection("orders").doc(req.params.id).update({ total: req.body.total });
  res.json({});""",
    )
    (updated,) = _queries(handler, "update")
    assert (updated.target, updated.client) == ("orders", "owner")
    assert updated.has(Check.OWNER)
    assert _inputs(updated) == {"filter:id": {"path.id"}, "value:total": {"body.total"}}


def test_firestore_of_the_browser_has_no_rights_of_its_own(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        """import { getFirestore, collection, addDoc } from "firebase/firestore"; const db = getFirestore();""",
        'await addDoc(collection(db, "orders"), { total: req.body.total }); res.json({});',
    )
    (query,) = _queries(handler)
    assert (query.operation, query.target, query.client) == ("insert", "orders", "anon")


def test_maps_of_a_storage_class_are_tables(tmp_path: Path) -> None:
    storage = """
export class MemStorage {
  private orders: Map<string, any>;
  constructor() { this.orders = new Map(); }
  async getOrder(id: string) { return this.orders.get(id); }
  async ofUser(userId: string) { return Array.from(this.orders.values()).filter((o) => o.userId === userId); }
  async deleteOrder(id: string) { this.orders.delete(id); }
}
export const storage = new MemStorage();
"""
    handler = _express(
        tmp_path,
        'import { storage } from "./storage";',
        """
  const order = await storage.getOrder(req.params.id);
  if (!order || order.userId !== req.user.id) return res.status(403).json({ error: "no" });
  await storage.deleteOrder(req.params.id);
  res.json(await storage.ofUser(req.user.id));""",
        server_storage=storage,
    )
    (deleted,) = _queries(handler, "delete")
    assert (deleted.target, deleted.client, deleted.literals["store"]) == (
        "orders",
        "owner",
        "memory",
    )
    assert deleted.has(Check.OWNER)
    assert _inputs(_queries(handler)[-1]) == {"filter:userId": {"principal.id"}}


def test_maps_that_count_calls_are_no_tables(tmp_path: Path) -> None:
    handler = _express(
        tmp_path,
        "const attempts = new Map();",
        "attempts.set(req.ip, (attempts.get(req.ip) || 0) + 1); res.json({});",
    )
    assert not _queries(handler)


@pytest.mark.parametrize(
    "exported",
    [
        'module.exports = mongoose.model("Order", schema);',
        'const Order = mongoose.model("Order", schema);\nmodule.exports = Order;',
    ],
)
def test_a_model_that_is_a_whole_module_is_asked(tmp_path: Path, exported: str) -> None:
    model = 'const mongoose = require("mongoose");\n'
    model += f"const schema = new mongoose.Schema({{ total: Number }});\n{exported}\n"
    server = 'const express = require("express");\nconst Order = require("./order");\n'
    server += "const app = express();\napp.delete('/orders/:id', async (req, res) => {\n"
    server += "  await Order.findByIdAndDelete(req.params.id);\n  res.json({});\n});\n"
    (found,) = _handlers(tmp_path, {"server/order.js": model, "server/index.js": server})
    (query,) = _queries(found)
    assert (query.operation, query.target) == ("delete", "Order")
    assert [str(o) for o in query.inputs["filter:id"]] == ["path.id"]


@pytest.mark.parametrize("failing", ["connected = null;", "", "throw error;"])
def test_a_connection_made_at_the_first_call_is_followed_though_a_failure_forgets_it(
    tmp_path: Path, failing: str
) -> None:
    text = f"""import {{ drizzle }} from "drizzle-orm/node-postgres"; import {{ orders }} from "./schema";
let connected: ReturnType<typeof drizzle> | null = null;
export async function connect() {{
  if (!connected && process.env.DATABASE_URL) {{
    try {{ connected = drizzle(process.env.DATABASE_URL); }} catch (error) {{ console.warn(error); {failing} }}
  }}
  return connected;
}}
export async function list() {{
  const db = await connect();
  if (!db) throw new Error("no database");
  return db.select().from(orders);
}}"""
    body = "res.json(await list());"
    head = 'import { list } from "./db";'
    handler = _express(tmp_path, head, body, server_db=text, server_schema=_SCHEMA)
    assert [e.target for e in _queries(handler, "select")] == ["orders"]


@pytest.mark.parametrize(
    ("body", "filters"),
    [
        ("res.json(await Order.aggregate([{ $match: { user: req.user.id } }, { $group: { _id: '$city' } }]));", {"filter:user": {"principal.id"}}),
        ("const match = { user: req.user.id }; if (req.query.from) { match.date = {}; match.date.$gte = new Date(req.query.from); }"
         " res.json(await Order.aggregate([{ $match: { ...match, city: 'x' } }]));", {"filter:user": {"principal.id"}}),
        ("res.json(await Order.aggregate([{ $lookup: { from: 'users' } }, { $match: { user: req.user.id } }]));", {"filter:user": {"principal.id"}}),
        ("res.json(await Order.aggregate([{ $group: { _id: '$user' } }, { $match: { _id: req.user.id } }]));", {}),
        ("res.json(await Order.aggregate([{ $sort: { total: -1 } }]));", {}),
    ],
)  # fmt: skip
def test_a_pipeline_asks_for_what_it_lets_through_first(
    body: str, filters: dict[str, set[str]], tmp_path: Path
) -> None:
    model = "import mongoose from 'mongoose';\nconst Order = mongoose.model('Order', new mongoose.Schema({ user: String }));"
    (query,) = _queries(_express(tmp_path, model, body))
    found = {k: v for k, v in _inputs(query).items() if k in ("filter:user", "filter:id")}
    assert (query.operation, query.target, found) == ("select", "Order", filters)


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (
            "if (req.query.user) conditions.push(eq(orders.userId, req.query.user));"
            " else conditions.push(eq(orders.userId, req.user.id));",
            {"query.user", "principal.id"},
        ),
        ("if (req.query.user) conditions.push(eq(orders.userId, req.query.user));", {"query.user"}),
        (
            "if (!req.query.all) { conditions.push(eq(orders.userId, req.user.id)); } else { note(); }",
            {"principal.id"},
        ),
        (
            "if (!req.query.all) { note(); } else { conditions.push(eq(orders.userId, req.user.id)); }",
            {"principal.id"},
        ),
    ],
    ids=["either", "one", "then", "other"],
)
def test_a_list_of_conditions_holds_what_each_way_adds(
    body: str, asked: set[str], tmp_path: Path
) -> None:
    files = {
        "schema.ts": _SCHEMA,
        "db.ts": _DRIZZLE,
        "index.ts": 'import express from "express";\nimport jwt from "jsonwebtoken";\n'
        'import { and, eq } from "drizzle-orm";\nimport { db } from "./db";\n'
        'import { orders } from "./schema";\nconst app = express();\n'
        "const signedIn = (req, res, next) => { req.user = jwt.verify(req.headers.token, process.env.KEY); next(); };\n"
        'app.get("/orders", signedIn, async (req, res) => {\n  const conditions = [];\n'
        f"  {body}\n  res.json(await db.select().from(orders).where(and(...conditions)));\n}});\n",
    }
    (handler,) = _handlers(tmp_path, files)
    (effect,) = handler.effects_of(EffectKind.QUERY)
    assert {str(o) for o in effect.inputs["filter:userId"]} == asked


def test_a_key_that_is_taken_out_where_it_was_sent_is_not_written(tmp_path: Path) -> None:
    code = (
        "from fastapi import FastAPI\nfrom passlib.context import CryptContext\n"
        "from pydantic import BaseModel\nfrom sqlalchemy import Column, Integer, String\n"
        "from sqlalchemy.orm import declarative_base\nBase = declarative_base()\napp = FastAPI()\n"
        "pwd = CryptContext(schemes=['bcrypt'])\n"
        "class User(Base):\n    __tablename__ = 'users'\n    id = Column(Integer)\n"
        "    hashed_password = Column(String)\n    name = Column(String)\n"
        "class Change(BaseModel):\n    name: str | None = None\n    password: str | None = None\n"
        "@app.put('/users/{key}')\ndef change(key: int, body: Change):\n"
        "    user = db.query(User).filter(User.id == key).first()\n"
        "    data = body.model_dump(exclude_unset=True)\n    if 'password' in data:\n"
        "        data['hashed_password'] = pwd.hash(data.pop('password'))\n"
        "    for name, value in data.items():\n        setattr(user, name, value)\n"
    )
    (tmp_path / "main.py").write_text(code)
    (found,) = read_prototype(tmp_path).handlers
    (effect,) = (e for e in found.effects_of(EffectKind.QUERY) if e.operation == "update")
    assert {n for n in effect.inputs if n.startswith("value:")} == {
        "value:name",
        "value:hashed_password",
    }


@pytest.mark.parametrize(
    ("conditions", "filters"),
    [
        ('.where("note.ownerId = :me", { me: req.user.id })', {"ownerId": "principal"}),
        ('.where("note.ownerId = :who", { who: req.body.who })', {"ownerId": "body"}),
        (
            '.where("1 = 1").andWhere("note.id IN (:...ids)", { ids: req.body.ids })',
            {"id": "body"},
        ),
        ('.where("note.ownerId != :me", { me: req.user.id })', {}),
        ('.where("(note.title = :t OR note.text = :t)", { t: req.body.t })', {"or": "body"}),
    ],
)
def test_named_parameters_of_a_query_builder_are_what_is_asked_for(
    tmp_path: Path, conditions: str, filters: dict[str, str]
) -> None:
    head = """import { DataSource } from "typeorm"; class Note {}
const source = new DataSource({}); const notebook = source.getRepository(Note);"""
    body = f"""const [notes, total] = await notebook.createQueryBuilder("note")
    .leftJoinAndSelect("note.tags", "tags"){conditions}.skip(0).take(20).getManyAndCount();
res.json({{ notes, total }});"""
    (asked,) = _queries(_express(tmp_path, head, body))
    found = {name: {o.kind for o in origins} for name, origins in asked.of("filter:")}
    assert found == {name: {kind} for name, kind in filters.items()}


@pytest.mark.parametrize(
    ("declared", "model"),
    [
        ('const OrderModel = mongoose.model("Order", schema);', "OrderModel"),
        ('const db = { orders: mongoose.model("Order", schema) };', "db.orders"),
    ],
)
def test_new_document_is_of_the_table_of_its_model(
    tmp_path: Path, declared: str, model: str
) -> None:
    handler = _express(
        tmp_path,
        f'import mongoose from "mongoose"; const schema = new mongoose.Schema({{}});\n{declared}',
        f"const order = new {model}({{ total: 1 }}); await order.save(); res.json({{}});",
    )
    (added,) = _queries(handler, "insert")
    assert added.target == "Order"


def test_an_element_of_a_list_that_was_waited_for_is_no_promise(tmp_path: Path) -> None:
    body = """
  const mine = await keep.matches(req.user.id);
  const match = mine.find((m) => m.userId === req.user.id || req.user.role === "admin");
  if (!match && req.user.role !== "admin") return res.status(403).json({ error: "Not yours" });
  await db.delete(orders).where(eq(orders.id, req.params.id));
  res.json({ ok: true });"""
    head = """import { db } from "./db"; import { orders } from "./schema"; import { eq } from "drizzle-orm";
class Keep { async matches(userId) {
  const found = await db.select({ match: orders, buyer: { id: orders.userId } }).from(orders).where(eq(orders.userId, userId));
  return found.map((r) => ({ ...r.match, buyer: r.buyer }));
} }
const keep = new Keep();"""
    handler = _express(tmp_path, head, body, server_db=_DRIZZLE, server_schema=_SCHEMA)
    (removed,) = _queries(handler, "delete")
    assert not removed.has(Check.HOLLOW)


@pytest.mark.parametrize(
    ("answered", "shown"), [("res.json(page);", False), ("res.json({ first, page });", True)]
)
def test_a_row_to_read_on_behind_is_not_shown(answered: str, shown: bool, tmp_path: Path) -> None:
    body = f"""
  let query = db.select({{ order: orders, buyer: users }}).from(orders).innerJoin(users, eq(orders.userId, users.id))
    .where(eq(orders.userId, req.params.id));
  const [first] = await db.select().from(orders).where(eq(orders.id, req.query.before));
  if (first && first.createdAt) {{
    query = db.select({{ order: orders, buyer: users }}).from(orders).innerJoin(users, eq(orders.userId, users.id))
      .where(and(eq(orders.userId, req.params.id), sql`${{orders.createdAt}} < ${{first.createdAt}}`));
  }}
  const found = await query.orderBy(desc(orders.createdAt)).limit(50);
  const page = [];
  for (const r of found) page.push({{ ...r.order, buyer: r.buyer }});
  {answered}"""
    head = """import { db } from "./db"; import { orders, users } from "./schema"; import { and, desc, eq, sql } from "drizzle-orm";"""
    schema = _SCHEMA.replace(
        'total: integer("total")', 'total: integer("total"), createdAt: text("created_at")'
    )
    handler = _express(tmp_path, head, body, server_db=_DRIZZLE, server_schema=schema)
    (looked_up,) = (e for e in _queries(handler, "select") if "filter:id" in e.inputs)
    assert bool(revealed(handler, looked_up)) is shown
