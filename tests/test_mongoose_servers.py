# ruff: noqa: E501 - code of prototypes is written as it is found
"""Express and Mongoose: what such servers are right about, and what they are not, in the ways they are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shipworthy.finding import Outcome
from shipworthy.pipeline import run_assess
from shipworthy.settings import Settings

FILES = {
    "package.json": '{"name": "api", "scripts": {"start": "tsx src/app.ts"}, "dependencies": {"express": "4", "mongoose": "8"}}',
    "src/models.ts": """import mongoose, { Schema } from "mongoose";
const orderSchema = new Schema({ user: { type: Schema.Types.ObjectId, ref: "User" }, total: Number, status: String });
export const Order = mongoose.model("Order", orderSchema);
const userSchema = new Schema({ email: String, password: String, role: { type: String, default: "user" }, credits: Number });
export const User = mongoose.model("User", userSchema);
""",
}
CONTROLS = (
    *("missing-authorisation", "privileged-client-for-any-caller", "mass-assignment"),
    *("internals-in-response", "client-decided-money", "unauthenticated-endpoint"),
)
SERVER = """import express from "express";
import jwt from "jsonwebtoken";
import { Order, User } from "./models";
const app = express();
app.use(express.json());
app.use((req: any, res: any, next: any) => {
  try { req.user = jwt.verify(req.headers.authorization!.split(" ")[1], process.env.JWT_SECRET!); next(); }
  catch { res.status(401).json({ error: "no" }); }
});
ROUTES
app.listen(3000);
"""
RIGHT = [
    "res.json(await Order.find().where('user').equals(req.user.id));",
    "res.json(await Order.find().where({ user: req.user.id }));",
    "res.json(await Order.find({ $and: [{ user: req.user.id }, { status: 'x' }] }));",
    "const q = Order.find(); q.where('user', req.user.id); res.json(await q);",
    "const q: any = {}; q.user = req.user.id; if (req.query.s) q.status = String(req.query.s); res.json(await Order.find(q));",
    "res.json(await Order.find({ user: req.user.id }).sort('-total').skip(1).limit(2).lean());",
    "const o = await Order.findById(req.params.id); if (!o || !o.user.equals(req.user.id)) return res.status(404).end(); res.json(o);",
    "const o = await Order.findById(req.params.id); if (o.user.toString() !== req.user.id) return res.status(403).end(); await o.deleteOne(); res.json({});",
    "const o = await Order.findOne({ _id: req.params.id, user: req.user.id }); if (!o) return res.status(404).end(); o.status = req.body.status; await o.save(); res.json(o);",
    "res.json(await Order.findOneAndUpdate({ _id: req.params.id, user: req.user.id }, { $set: { status: req.body.status } }));",
    "res.json(await User.findById(req.user.id).select('-password'));",
    "const u = await User.findById(req.user.id); const { name, email } = req.body; if (name) u.name = name; if (email) u.email = email; await u.save(); res.json({});",
    "const me = await User.findById(req.user.id); if (me.role !== 'admin') return res.status(403).end(); res.json(await Order.find());",
    "await Order.deleteMany({ _id: { $in: req.body.ids }, user: req.user.id }); res.json({});",
    "res.json(await Order.create({ ...req.body, user: req.user.id }));",
    "const o = new Order({ total: req.body.total, user: req.user.id }); await o.save(); res.json(o);",
    "res.json(await Order.aggregate([{ $match: { user: req.user.id } }, { $group: { _id: '$status' } }]));",
]
WRONG = [
    ("privileged-client-for-any-caller", "res.json(await Order.find());"),
    (
        "missing-authorisation",
        "res.json(await Order.findByIdAndUpdate(req.params.id, req.body, { new: true }));",
    ),
    ("missing-authorisation", "res.json(await Order.findByIdAndDelete(req.params.id));"),
    (
        "missing-authorisation",
        "const { id } = req.params; const o = await Order.findOne({ _id: id }); res.json(o);",
    ),
    (
        "missing-authorisation",
        "await Order.updateOne({ _id: req.params.id }, { $set: req.body }); res.json({});",
    ),
    (
        "missing-authorisation",
        "const o = await Order.findById(req.params.id); Object.assign(o, req.body); await o.save(); res.json({});",
    ),
    ("mass-assignment", "const o = new Order(req.body); await o.save(); res.json(o);"),
    ("mass-assignment", "await User.findByIdAndUpdate(req.user.id, req.body); res.json({});"),
    (
        "mass-assignment",
        "await User.findByIdAndUpdate(req.user.id, { $set: req.body }); res.json({});",
    ),
    (
        "mass-assignment",
        "const u = await User.findById(req.user.id); u.role = req.body.role; await u.save(); res.json({});",
    ),
    (
        "mass-assignment",
        "const m = req.body; const u = await User.findById(req.user.id); Object.keys(m).forEach((k) => { u[k] = m[k]; }); await u.save(); res.json({});",
    ),
    (
        "missing-authorisation",
        "await User.findByIdAndUpdate(req.params.userId, { role: req.body.role }); res.json({});",
    ),
    ("internals-in-response", "res.json(await User.find());"),
    (
        "client-decided-money",
        "await User.updateOne({ _id: req.user.id }, { $inc: { credits: req.body.amount } }); res.json({});",
    ),
    (
        "client-decided-money",
        "const u = await User.findById(req.user.id); u.credits += Number(req.body.credits); await u.save(); res.json({});",
    ),
    (
        "privileged-client-for-any-caller",
        "res.json(await Order.aggregate([{ $group: { _id: '$user', total: { $sum: '$total' } } }]));",
    ),
]


def alarms(root: Path, bodies: list[str]) -> dict[int, set[str]]:
    """The controls that alarm at each of these entry points, by its number."""
    routes = (
        f"app.post('/r{number}/:id', async (req: any, res) => {{ {body} }});"
        for number, body in enumerate(bodies)
    )
    for name, text in {**FILES, "src/app.ts": SERVER.replace("ROUTES", "\n".join(routes))}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    found: dict[int, set[str]] = {}
    for finding in run_assess(root, Settings(), CONTROLS).findings:
        named = re.search(r"app\.post /r(\d+)/", finding.subject)
        if finding.outcome is Outcome.GAP and finding.is_alarm and named:
            found.setdefault(int(named[1]), set()).add(finding.control)
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[int, set[str]]:
    """The alarms of one server with all of them: those that are right show that users are kept apart."""
    bodies = [*RIGHT, *(body for _, body in WRONG)]
    return alarms(tmp_path_factory.mktemp("server"), bodies)


def test_nothing_is_said_of_what_is_right(found: dict[int, set[str]]) -> None:
    assert {body: found[n] for n, body in enumerate(RIGHT) if n in found} == {}


def test_each_fault_raises_its_alarm(found: dict[int, set[str]]) -> None:
    numbered = enumerate(WRONG, len(RIGHT))
    assert [body for n, (name, body) in numbered if name not in found.get(n, set())] == []
