"""What keeps callers apart, in the ways prototypes write it: folders, documents, portals, permissions."""

from __future__ import annotations

from pathlib import Path

from shipworthy.prototype.handlers.breaches import Breach
from shipworthy.prototype.handlers.weight import Harm
from test_handlers_rights import IMPORT, NEXT, SIGNED_IN, found, judged, sure

EXPRESS = '{"dependencies": {"express": "4.19.2", "jsonwebtoken": "9.0.2", "pg": "8.12.0"}}'
SERVER = (
    'import express from "express";\nimport jwt from "jsonwebtoken";\nimport { Pool } from "pg";\n'
    "const pool = new Pool();\nconst app = express();\napp.use(express.json());\n"
    "app.use((req, res, next) => {\n"
    "  try { req.user = jwt.verify(req.headers.authorization, process.env.KEY); }\n"
    "  catch { return res.status(401).end(); }\n  next();\n});\n"
)


def express(folder: Path, routes: str) -> dict[str, set[Breach]]:
    """The breaches of a small server, by the last words of its entry points."""
    schema = (
        "create table farms (id int, keeper_id int);\ncreate table user_permissions (user_id int);"
    )
    files = {"package.json": EXPRESS, "schema.sql": schema, "server.js": SERVER + routes}
    return {name: sure(all_) for name, all_ in found(folder, files).items()}


DELETE = (
    'async (req, res) => {\n  await pool.query("delete from farms where id = $1", [req.params.id]);\n'
    "  res.end();\n}"
)
MINE = (
    'app.get("/mine", async (req, res) => {\n'
    '  res.json((await pool.query("select * from farms where keeper_id = $1", [req.user.id])).rows);\n});\n'
)


def test_whoever_is_asked_for_the_word_admin_has_a_role(tmp_path: Path) -> None:
    ask = (
        "const staff = (req, res, next) => {\n"
        '  if (req.user.portal !== "admin") return res.status(403).end();\n  next();\n};\n'
    )
    routes = f'{ask}app.delete("/a/farm", staff, {DELETE});\n'
    result = express(tmp_path, f'{MINE}{routes}app.delete("/b/:id", {DELETE});\n')
    assert not result["farm"]
    assert result[":id"] == {Breach.FOREIGN}


def test_a_permission_that_is_looked_up_in_a_loop_is_a_role(tmp_path: Path) -> None:
    ask = (
        "const may = (kind) => async (req, res, next) => {\n  let allowed = false;\n"
        '  for (const one of [kind, "all"]) {\n'
        "    const { rows } = await pool.query(\n"
        '      "select 1 from user_permissions where user_id = $1 and kind = $2", [req.user.id, one]);\n'
        "    if (rows.length > 0) {\n      allowed = true;\n      break;\n    }\n  }\n"
        "  if (!allowed) return res.status(403).end();\n  next();\n};\n"
    )
    result = express(tmp_path, f'{MINE}{ask}app.delete("/farm", may("farms"), {DELETE});\n')
    assert not result["farm"]


def test_rows_are_nobody_s_where_no_entry_point_keeps_callers_apart(tmp_path: Path) -> None:
    assert not express(tmp_path, f'app.delete("/farm", {DELETE});\n')["farm"]


def test_what_was_looked_up_where_it_was_sent_is_the_caller_s(tmp_path: Path) -> None:
    body = (
        "const body = await req.json();\n"
        "if (body.to) {\n"
        '  const { data: to } = await admin.from("farms").select("id").eq("id", body.to)'
        '.eq("keeper_id", user.id).single();\n'
        '  if (!to) throw new Error("no");\n}\n'
        'await admin.from("farms").update({ name: "x" }).eq("id", body.to);\n'
        'return new Response("ok");'
    )
    assert not sure(judged(tmp_path, move=SIGNED_IN + body)["move"])


def test_a_file_below_a_folder_of_the_caller_is_his(tmp_path: Path) -> None:
    sign = (
        'const { data } = await admin.storage.from("files").createSignedUrl(path, 60);\n'
        "return Response.json(data);"
    )
    asked = (
        "const { path } = await req.json();\nconst mine = [`a/${user.id}/`, `b/${user.id}/`];\n"
        'if (!mine.some((one) => path.startsWith(one))) throw new Error("no");\n'
    )
    free = "const { path } = await req.json();\n"
    result = judged(tmp_path, own=SIGNED_IN + asked + sign, any=SIGNED_IN + free + sign)
    assert not sure(result["own"])
    assert sure(result["any"]) == {Breach.FOREIGN}


def test_a_document_below_the_caller_s_own_is_his(tmp_path: Path) -> None:
    route = (
        'import { getAuth } from "firebase-admin/auth";\n'
        'import { getFirestore } from "firebase-admin/firestore";\n'
        "export async function DELETE(req: Request) {\n"
        '  const user = await getAuth().verifyIdToken(req.headers.get("authorization")!);\n'
        "  const { id } = await req.json();\n"
        '  await getFirestore().collection("users").doc(user.uid).collection("notes").doc(id).delete();\n'
        '  return new Response("ok");\n}\n'
    )
    assert not sure(found(tmp_path, {**NEXT, "app/api/notes/route.ts": route})["notes"])


def test_a_row_that_only_repeats_what_another_server_says_is_no_more_than_a_question(
    tmp_path: Path,
) -> None:
    fetched = (
        "const { id } = await req.json();\n"
        "const answer = await fetch(`https://pay.example/orders/${id}`);\n"
        "const order = await answer.json();\n"
    )
    told = 'await admin.from("receipts").update({ total: order.total }).eq("id", id);\n'
    given = (
        "const { id, total } = await req.json();\n"
        'await admin.from("receipts").update({ total }).eq("id", id);\n'
    )
    done = 'return new Response("ok");'
    result = judged(tmp_path, sync=fetched + told + done, anew=given + done)
    assert not sure(result["sync"])
    assert sure(result["anew"]) == {Breach.OPEN}


def test_the_mail_of_a_sign_up_is_for_whoever_comes(tmp_path: Path) -> None:
    mail = (
        f'{IMPORT}import {{ Resend }} from "npm:resend";\nconst resend = new Resend("k");\n'
        "Deno.serve(async (req) => {\n"
        'const admin = createClient("u", Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);\n'
        "const { email } = await req.json();\n"
    )
    new = 'await admin.from("stores").insert({ email, admin_password: crypto.randomUUID() });\n'
    send = 'await resend.emails.send({ to: email, subject: "hello" });\nreturn new Response("ok");\n});'
    files = {
        "supabase/functions/open-store/index.ts": mail + new + send,
        "supabase/functions/greet/index.ts": mail + send,
    }
    result = found(tmp_path, files)
    told = {name: {j.harm for j in all_ if sure([j])} for name, all_ in result.items()}
    assert Harm.SEND not in told["open-store"]
    assert Harm.SEND in told["greet"]
