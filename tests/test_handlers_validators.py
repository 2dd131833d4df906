"""express-validator: what a handler that asks for the result knows of the form of its inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.finding import Outcome
from shipworthy.pipeline import run_assess
from shipworthy.settings import Settings

SERVER = """import express, { Request, Response, NextFunction } from "express";
import { body, validationResult } from "express-validator";
import { User } from "./user";
const app = express();
app.use(express.json());
function validate(req: Request, res: Response, next: NextFunction) {
  const errors = validationResult(req);
  if (!errors.isEmpty()) return res.status(400).json({ errors: errors.array() });
  next();
}
app.post("/login", BEFORE async (req: Request, res: Response) => {
  ASKED
  const user = await User.findOne({ email: req.body.email });
  res.json({ found: Boolean(user) });
});
app.listen(3000);
"""
USER = """import mongoose from "mongoose";
export const User = mongoose.model("User", new mongoose.Schema({ email: String, name: String }));
"""
ASKS = "const errors = validationResult(req); if (!errors.isEmpty()) return res.status(400).end();"


@pytest.mark.parametrize(
    ("before", "asked", "raw"),
    [
        ("[body('email').isEmail().normalizeEmail(), body('password').notEmpty()],", ASKS, False),
        ("body('email').trim().isString().withMessage('text'),", ASKS, False),
        ("body(['email', 'name']).isEmail(), validate,", "", False),
        ("body('email').isEmail(),", "validationResult(req).throw();", False),
        ("body('email').isEmail(),", "", True),
        ("body('email').notEmpty(),", ASKS, True),
        ("body('name').isEmail(),", ASKS, True),
        ("", "", True),
    ],
)
def test_a_form_that_was_asked_for_leaves_no_room_for_conditions(
    before: str, asked: str, raw: bool, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4", "mongoose": "8", "express-validator": "7"}}',
        "src/user.ts": USER,
        "src/app.ts": SERVER.replace("BEFORE", before).replace("ASKED", asked),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    findings = run_assess(tmp_path, Settings(), ["nosql-injection"]).findings
    assert any(f.outcome is Outcome.GAP for f in findings) is raw
