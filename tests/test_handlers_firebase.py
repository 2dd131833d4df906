# ruff: noqa: E501 - code of prototypes is written as it is found
"""Cloud Functions for Firebase: who calls them, with what, and what they do for whom."""

from __future__ import annotations

from pathlib import Path

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler

_HEAD = """
const functions = require("firebase-functions");
const { onCall, onRequest, HttpsError } = require("firebase-functions/v2/https");
const admin = require("firebase-admin");
admin.initializeApp();
const db = admin.firestore();
"""


def _handlers(folder: Path, text: str, **files: str) -> dict[str, Handler]:
    named = {
        "index.js": _HEAD + text,
        **{
            k.replace("__", "/").replace("_ts", ".ts").replace("_js", ".js"): v
            for k, v in files.items()
        },
    }
    for name, content in {"package.json": '{"name": "functions"}', **named}.items():
        path = folder / "functions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return {h.name: h for h in read_prototype(folder).handlers}


def _last(handler: Handler, kind: EffectKind) -> Effect:
    return list(handler.effects_of(kind))[-1]


def _inputs(effect: Effect, name: str) -> set[str]:
    return {str(origin) for origin in effect.inputs.get(name, frozenset())}


def test_data_is_sent_and_auth_is_verified_in_both_generations(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        """
exports.removeUser = functions.region("europe-west1").https.onCall(async (data, context) => {
  await admin.auth().deleteUser(data.uid);
  return { ok: true };
});
exports.setRole = functions.https.onCall(async (data, context) => {
  if (!context.auth) throw new functions.https.HttpsError("unauthenticated", "no");
  if (context.auth.token.role !== "admin") throw new functions.https.HttpsError("permission-denied", "no");
  await admin.auth().setCustomUserClaims(data.uid, { role: data.role });
});
exports.order = onCall({ cors: true }, async (request) => {
  if (!request.auth) throw new HttpsError("unauthenticated", "no");
  return (await db.collection("orders").doc(request.data.orderId).get()).data();
});
exports.rename = onCall(async ({ data, auth }) => {
  const uid = auth?.uid;
  if (!uid) throw new HttpsError("unauthenticated", "no");
  await db.collection("users").doc(uid).update({ name: data.name });
});
exports.nightly = functions.pubsub.schedule("every day").onRun(async () => db.doc("a/b").delete());
""",
    )
    assert set(found) == {"POST /removeUser", "POST /setRole", "POST /order", "POST /rename"}
    removed = _last(found["POST /removeUser"], EffectKind.ACCOUNT)
    assert (removed.operation, _inputs(removed, "filter:id")) == ("deleteUser", {"body.uid"})
    assert not removed.has(Check.SESSION)
    given = _last(found["POST /setRole"], EffectKind.ACCOUNT)
    assert given.has(Check.SESSION)
    assert given.has(Check.ROLE)
    assert found["POST /order"].principal is Check.SESSION
    assert _inputs(_last(found["POST /order"], EffectKind.QUERY), "filter:id") == {"body.orderId"}
    named = _last(found["POST /rename"], EffectKind.QUERY)
    assert _inputs(named, "filter:id") == {"principal.uid"}
    assert _inputs(named, "value:name") == {"body.name"}


def test_what_a_callable_says_when_it_fails_is_an_answer(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        """
exports.pay = onCall(async (request) => {
  try { await db.collection("a").add({ to: request.data.to }); }
  catch (error) { throw new HttpsError("internal", error.message); }
});
""",
    )
    said = _last(found["POST /pay"], EffectKind.RESPONSE)
    assert said.literals["status"] == "500"
    assert _inputs(said, "body.error") == {"error.message"}


def test_functions_of_requests_are_followed_as_express_has_them(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        """
const cors = require("cors")({ origin: true });
const express = require("express");
const app = express();
app.get("/list", async (req, res) => { res.json((await db.collection("orders").get()).docs); });
exports.api = onRequest(app);
exports.proxy = onRequest((req, res) => {
  cors(req, res, async () => { res.send(await (await fetch(req.query.url)).text()); });
});
exports.admin = functions.https.onRequest(async (req, res) => {
  if (req.path === "/wipe" && req.method === "POST") { await db.doc("orders/1").delete(); return res.json({}); }
  res.status(404).json({ error: "no" });
});
exports.inner = onRequest({ invoker: "private" }, async (req, res) => {
  await db.collection("jobs").add({ name: req.body.name });
  res.json({});
});
""",
    )
    assert set(found) == {"GET /list", "/proxy", "POST /admin/wipe", "/inner"}
    assert _inputs(_last(found["/proxy"], EffectKind.FETCH), "url") == {"query.url"}
    assert _last(found["/inner"], EffectKind.QUERY).has(Check.SECRET)


def test_what_was_compiled_is_no_second_way_in(tmp_path: Path) -> None:
    source = 'import { onCall } from "firebase-functions/v2/https";\nexport const ask = onCall(async () => 1);\n'
    compiled = 'const https = require("firebase-functions/v2/https");\nexports.ask = (0, https.onCall)(async () => 1);\nexports.other = https.onCall(async () => 2);\n'
    found = _handlers(tmp_path, "", src__ask_ts=source, lib__ask_js=compiled)
    assert set(found) <= {"POST /ask"}


def test_a_right_that_could_not_be_followed_is_unclear(tmp_path: Path) -> None:
    found = _handlers(
        tmp_path,
        """
async function look(req) {
  const decoded = await admin.auth().verifyIdToken(req.headers.authorization.split("Bearer ")[1]);
  const row = await db.collection("admins").doc(decoded.uid).get();
  let isAdmin = row.exists && row.data().active === true;
  if (!isAdmin && decoded.email === OWNER) { isAdmin = true; }
  return { isAdmin, uid: decoded.uid };
}
exports.users = onRequest(async (req, res) => {
  const caller = await look(req);
  if (!caller.isAdmin) return res.status(403).json({ error: "no" });
  res.json((await db.collection("people").get()).docs);
});
""",
    )
    read = _last(found["/users"], EffectKind.QUERY)
    assert read.target == "people"
    assert read.has(Check.UNCLEAR, Check.ROLE)
