"""Queries are read from chains, mappers and SQL text, with their loop and what becomes of their error."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.queries import query as queries
from shipworthy.prototype.queries.deeds import is_timing, is_trifle, is_weighty
from shipworthy.prototype.queries.query import Bulk, ErrorUse, Query
from shipworthy.prototype.source import Language, Role, SourceFile


def read(text: str, path: str = "src/a.tsx") -> list[Query]:
    language = Language.PYTHON if path.endswith(".py") else Language.TSX
    return queries.read(Syntax(SourceFile(path, Role.PRODUCT, len(text), text, language), language))


def one(text: str, path: str = "src/a.tsx") -> Query:
    found = read(text, path)
    assert len(found) == 1, found
    return found[0]


def inside(text: str) -> Query:
    return one(f"async function f() {{ {text} }}")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('supabase.from("t").select("a, b").eq("id", 1)', ("supabase", "select", "t")),
        ('ctx.supabaseAdmin!.from("t").insert({})', ("supabase", "insert", "t")),
        ("sb.from(table).upsert({})", ("supabase", "upsert", None)),
        ('supabase.rpc("pay", {})', ("supabase", "rpc", "pay")),
        ('supabase.storage.from("files").upload(path, file)', ("supabase", "storage", "files")),
        ("supabase.auth.signUp({})", ("supabase", "auth", None)),
        ("db.select().from(users).where(eq(users.id, 1))", ("drizzle", "select", "users")),
        ("tx.insert(users).values({})", ("drizzle", "insert", "users")),
        ("db.query.users.findMany()", ("drizzle", "select", "users")),
        ("prisma.user.updateMany({})", ("prisma", "update", "user")),
        ('pool.query("SELECT * FROM orders WHERE id = $1", [id])', ("sql", "select", "orders")),
        ("sql`DELETE FROM orders WHERE id = ${id}`", ("sql", "delete", "orders")),
        ("db.execute(sql`UPDATE orders SET paid = true`)", ("sql", "update", "orders")),
    ],
)
def test_query_of_each_javascript_library(call: str, expected: tuple[str, str, str | None]) -> None:
    query = one(f"const x = await {call};")
    assert (query.library, query.operation, query.table) == expected


@pytest.mark.parametrize("client", ["db", "database", "client"])
def test_prisma_client_that_another_file_makes_is_known_by_its_calls(client: str) -> None:
    made = f'import {{ {client} }} from "@/lib/store";\n'
    query = one(
        f"{made}const x = await {client}.order.update({{ where: {{ id }}, data: {{ paid }} }});"
    )
    assert (query.library, query.operation, query.table) == ("prisma", "update", "order")
    assert not read(
        f"const x = await {client}.order.update({{ where: {{ id }}, data: {{ paid }} }});"
    )
    assert not read(f"{made}const x = await {client}.orders.update(id, {{ paid }});")


@pytest.mark.parametrize(
    "call",
    [
        'Array.from("abc").filter(Boolean)',
        'Buffer.from("abc").toString()',
        "Array.from(new Set(ids)).select()[0].x",
        'client.query({ query: gql("x") })',
        'z.from("x")',
        'picker.select("Delete the row from the list")',
        'map.get("a")',
        "cache.delete(key)",
    ],
)
def test_other_calls_are_no_queries(call: str) -> None:
    assert [q for q in read(f"const x = {call};") if q.table == "x" or q.library == "sql"] == []


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("db.query(User).filter(User.id == 1).all()", ("sqlalchemy", "select", "User")),
        ("self.session.query(User).delete()", ("sqlalchemy", "delete", "User")),
        ("session.get(User, 1)", ("sqlalchemy", "select", "User")),
        ("session.execute(select(User).where(User.id == 1))", ("sqlalchemy", "select", "User")),
        ("session.execute(text('SELECT 1 FROM users'))", ("sqlalchemy", "select", "users")),
        ("cur.execute('INSERT INTO users (a) VALUES (1)')", ("sql", "insert", "users")),
        ("cur.execute(f'SELECT * FROM {table}')", ("sql", "select", None)),
        ("client.table('users').select('*').execute()", ("supabase", "select", "users")),
        ("User.objects.filter(id=1)", ("django", "select", "User")),
    ],
)
def test_query_of_each_python_library(call: str, expected: tuple[str, str, str | None]) -> None:
    query = one(f"x = {call}\n", "app/a.py")
    assert (query.library, query.operation, query.table) == expected


def test_python_lookups_are_no_queries() -> None:
    text = "a = settings.get('x', 1)\nb = chain.query('what is it')\nc = index.query(vector=v)\n"
    assert read(text, "app/a.py") == []


def test_sql_held_by_a_name_is_followed() -> None:
    text = "def f(cur):\n    sql = 'SELECT id FROM users LIMIT 5'\n    cur.execute(sql)\n"
    query = one(text, "app/a.py")
    assert (query.table, query.limited) == ("users", True)


def test_columns_filters_and_limit_of_a_chain() -> None:
    query = one('supabase.from("t").select("a, b").eq("id", 1).in("kind", kinds).limit(5);')
    assert query.columns == "a, b"
    assert query.filters == ("id", "kind")
    assert query.limited


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('await s.from("t").insert({});', ErrorUse.IGNORED),
        ('const { data } = await s.from("t").select();', ErrorUse.IGNORED),
        ('const { error } = await s.from("t").insert({});', ErrorUse.IGNORED),
        (
            'const { error } = await s.from("t").insert({}); if (error) throw error;',
            ErrorUse.CHECKED,
        ),
        ('const { error: e } = await s.from("t").insert({}); return { e };', ErrorUse.CHECKED),
        (
            'const { error } = await s.from("t").insert({}); if (error) console.error(error);',
            ErrorUse.LOGGED,
        ),
        ('const r = await s.from("t").insert({}); if (r.error) throw r.error;', ErrorUse.CHECKED),
        ('const r = await s.from("t").select(); use(r.data);', ErrorUse.IGNORED),
        ('const r = await s.from("t").select(); return r;', ErrorUse.UNKNOWN),
        ('return s.from("t").select();', ErrorUse.UNKNOWN),
        ('await s.from("t").insert({}).throwOnError();', ErrorUse.THROWS),
        (
            's.from("t").insert({}).then(({ error }) => { if (error) fail(error) });',
            ErrorUse.CHECKED,
        ),
        ('s.from("t").select().then(({ data }) => set(data));', ErrorUse.IGNORED),
        (
            'let q = s.from("t").select(); q = q.eq("a", 1);'
            " const { data, error } = await q; if (error) throw error;",
            ErrorUse.CHECKED,
        ),
        (
            'const [a] = await Promise.all([s.from("t").delete()]); if (a.error) throw a.error;',
            ErrorUse.CHECKED,
        ),
        ('await Promise.all([s.from("t").delete()]);', ErrorUse.IGNORED),
        (
            'await Promise.all(ids.map((id) => s.from("t").delete().eq("id", id)));',
            ErrorUse.IGNORED,
        ),
        (
            'const { error } = await s.from("t").delete();'
            " try { g() } catch (error) { show(error) }",
            ErrorUse.IGNORED,
        ),
    ],
)
def test_error_of_a_result_is_followed(code: str, expected: ErrorUse) -> None:
    assert inside(code).error is expected


def test_libraries_that_raise_need_no_check() -> None:
    assert one('await pool.query("DELETE FROM t WHERE id = 1");').error is ErrorUse.THROWS
    assert one("client.table('t').delete().execute()\n", "a.py").error is ErrorUse.THROWS


@pytest.mark.parametrize(
    "loop",
    [
        "for (const row of rows) { QUERY }",
        "for (const profile of profiles ?? []) { QUERY }",
        "for (let i = 0; i < rows.length; i++) { QUERY }",
        "await Promise.all(rows.map(async (row) => { QUERY }));",
    ],
)
def test_loop_over_rows_repeats_a_query(loop: str) -> None:
    query = inside(loop.replace("QUERY", 'await s.from("t").select().eq("id", row.id);'))
    assert query.loop is not None
    assert not query.batched


@pytest.mark.parametrize(
    "loop",
    [
        "for (let i = 0; i < rows.length; i += 100) { QUERY }",
        "for (const batch of batches) { QUERY }",
        "for (const chunk of chunkRows(rows)) { QUERY }",
        "while (hasMore) { QUERY }",
        "for (let attempt = 0; attempt < 3; attempt++) { QUERY }",
        'for (const kind of ["a", "b"]) { QUERY }',
        "for (const key of Object.keys(TABLES)) { QUERY }",
        "for (const row of rows) { QUERY if (found) break; }",
        "for (const toolCall of toolCalls) { QUERY }",
    ],
)
def test_loop_over_something_else_is_batched(loop: str) -> None:
    query = inside(loop.replace("QUERY", 'await s.from("t").select();'))
    assert query.batched


def test_query_in_the_head_of_a_loop_stands_outside() -> None:
    assert (
        inside('for (const a of await s.from("t").select().throwOnError()) { g(a) }').loop is None
    )


def test_click_handler_in_a_list_is_no_loop() -> None:
    text = (
        "const A = () => rows.map((r) =>"
        ' <b onClick={async () => { await s.from("t").delete().eq("id", r.id); }} />);'
    )
    assert one(text).loop is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('await s.from("t").update({ done: true }).eq("id", row.id);', Bulk.SAME),
        ('await s.from("t").update({ position: row.position }).eq("id", row.id);', Bulk.LIST),
        ("await db.update(t).set({ position: row.position }).where(eq(t.id, row.id));", Bulk.LIST),
        ('await s.from("t").insert({ name: row.name });', Bulk.LIST),
        ('if (row.a) { await s.from("t").insert({}); }', Bulk.NO),
        ('const { error } = await s.from("t").insert({}); if (error) failed.push(row);', Bulk.NO),
        ('const x = await get(row); await s.from("t").insert({ x });', Bulk.NO),
    ],
)
def test_write_per_row_says_whether_one_statement_would_do(body: str, expected: Bulk) -> None:
    assert inside(f"for (const row of rows) {{ {body} }}").bulk is expected


def test_component_is_found_from_an_inner_callback() -> None:
    text = (
        "export function Leads() { useEffect(() => {"
        ' const load = async () => { await s.from("leads").select(); }; load(); }, []);'
        " return <p/>; }"
    )
    assert one(text).component == "Leads"


def test_hook_and_service_are_no_components() -> None:
    hook = 'export function useLeads() { return s.from("leads").select(); }'
    builder = 'export function Loader() { return s.from("leads").select(); }'
    assert one(hook).component is None
    assert one(builder).component is None


def test_streamlit_page_is_a_component() -> None:
    text = "import streamlit as st\nst.title('x')\ncur.execute('SELECT a FROM b')\n"
    assert one(text, "pages/3_Leads.py").component == "3_Leads"


def test_what_follows_a_failure_may_fail() -> None:
    rollback = 'if (error) { await s.from("t").delete().eq("id", 1); }'
    excused = '// best effort\n await s.from("t").delete();'
    assert inside(rollback).may_fail
    assert inside(excused).may_fail
    assert not inside('if (!error) { await s.from("t").delete(); }').may_fail


def test_broken_code_is_read_without_raising() -> None:
    for text in (
        "supabase.from(",
        'supabase.from("a").',
        "for (const a of",
        "db.select().from()",
        "",
    ):
        read(text)
        read(text, "a.py")


def test_roles_of_one_person_are_few() -> None:
    found = read("""export async function setRoles(userId, roleIds) {
        for (const roleId of roleIds) {
            const { data } = await supabase.from("roles").select("*").eq("id", roleId);
            if (!data) throw new Error("no such role");
        }
    }""")
    assert [q.batched for q in found] == [True]


@pytest.mark.parametrize(
    ("written", "weighty", "timing"),
    [
        ('from("ticket_orders").update({ status: "paid" })', True, False),
        ('from("profiles").update({ stripe_customer_id: id })', True, False),
        ('from("pr_targets").update({ status: "ready" })', False, False),
        ('from("pairings").update({ started_at: now, presence_deadline: later })', False, True),
        ('from("activities").update({ completed_at: now })', False, False),
    ],
)
def test_money_and_rights_weigh_more_than_marks_and_times(
    written: str, weighty: bool, timing: bool
) -> None:
    found = read(f"await supabase.{written}.eq('id', id);")[0]
    assert (is_weighty(found), is_timing(found)) == (weighty, timing)


@pytest.mark.parametrize(
    ("written", "trifle"),
    [
        ('from("operator_follows").insert({})', True),
        ('from("sections").update({ sort_order: 1, updated_at: now })', True),
        ('from("subscriptions").update({ status: "paid" })', False),
        ('from("sections").update({ sort_order: 1, title: "a" })', False),
    ],
)
def test_trifles_are_told_from_data(written: str, trifle: bool) -> None:
    assert is_trifle(inside(f"await supabase.{written};")) is trifle
