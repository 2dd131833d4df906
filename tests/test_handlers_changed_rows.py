"""Rows that are read, changed as objects and stored again: Mongoose, TypeORM, Sequelize."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import Effect, EffectKind

PACKAGE = '{"name": "api", "dependencies": {"express": "4"}}'
SERVER = """import express from "express";
import { User, users } from "./models";
const app = express();
app.use(express.json());
app.put("/me/:id", async (req, res) => {
  BODY
});
app.listen(3000);
"""
MODELS = {
    "mongoose": """import mongoose from "mongoose";
export const User = mongoose.model("User", new mongoose.Schema({ name: String, role: String }));
export const users = User;
""",
    "sequelize": """import { DataTypes } from "sequelize";
import { sequelize } from "./db";
export const User = sequelize.define("User", { name: DataTypes.STRING, role: DataTypes.STRING });
export const users = User;
""",
    "typeorm": """import { AppDataSource } from "./db";
import { User } from "./user";
export { User };
export const users = AppDataSource.getRepository(User);
""",
}
USER = """import { Entity, Column, PrimaryColumn, BaseEntity } from "typeorm";
@Entity() export class User extends BaseEntity { @PrimaryColumn() id: string; @Column() role: string; }
"""
DATABASES = {
    "sequelize": 'import { Sequelize } from "sequelize";\n'
    "export const sequelize = new Sequelize(process.env.DB!);\n",
    "typeorm": 'import { DataSource } from "typeorm";\n'
    'export const AppDataSource = new DataSource({ type: "postgres", url: process.env.DB });\n',
}
READ = {
    "mongoose": "const user = await User.findById(req.params.id);",
    "sequelize": "const user = await User.findByPk(req.params.id);",
    "typeorm": "const user = await users.findOne({ where: { id: req.params.id } });",
}
SAVE = {"mongoose": "await user.save();", "sequelize": "await user.save();"}
SAVE["typeorm"] = "await users.save(user);"


def changes(root: Path, library: str, body: str) -> list[Effect]:
    """The effects on rows of an entry point that read one before."""
    files = {
        "package.json": PACKAGE,
        "src/models.ts": MODELS[library],
        "src/user.ts": USER if library == "typeorm" else "",
        "src/db.ts": DATABASES.get(library, ""),
        "src/app.ts": SERVER.replace("BODY", body),
    }
    (handler,) = prototype_of(root, files).handlers
    queries = list(handler.effects_of(EffectKind.QUERY))
    assert queries[0].operation == "select"
    return queries[1:]


@pytest.mark.parametrize("library", MODELS)
@pytest.mark.parametrize(
    ("change", "column", "given"),
    [
        ("user.role = req.body.role;", "role", "body.role"),
        ("const { role } = req.body; user.role = role;", "role", "body.role"),
        ("if (req.body.role) user.role = req.body.role;", "role", "body.role"),
        ("Object.assign(user, req.body);", "*", "body"),
        ("Object.assign(user, { role: req.body.role });", "role", "body.role"),
        ("for (const k of Object.keys(req.body)) user[k] = req.body[k];", "*", "body"),
        ("user.credits += Number(req.body.credits);", "credits", "body.credits"),
    ],
)
def test_what_is_put_into_a_row_is_written_when_it_is_saved(
    library: str, change: str, column: str, given: str, tmp_path: Path
) -> None:
    body = f"{READ[library]} {change} {SAVE[library]} res.json({{}});"
    (effect,) = changes(tmp_path, library, body)
    assert (effect.operation, effect.target) == ("update", "User")
    assert {str(o) for o in effect.inputs["filter:id"]} == {"path.id"}
    assert given in {str(o) for o in effect.inputs[f"value:{column}"]}


@pytest.mark.parametrize(
    ("library", "change"),
    [
        ("mongoose", "user.set(req.body); await user.save();"),
        ("mongoose", "user.set('role', req.body.role); await user.save();"),
        ("sequelize", "await user.update(req.body);"),
        ("sequelize", "user.set(req.body); await user.save();"),
        ("typeorm", "users.merge(user, req.body); await users.save(user);"),
        ("typeorm", "await users.save(Object.assign(user, req.body));"),
        (
            "typeorm",
            "const made = await users.preload({ ...req.body, id: req.params.id });"
            " await users.save(made);",
        ),
        ("typeorm", "Object.assign(user, req.body); await user.save();"),
    ],
)
def test_each_library_has_ways_of_its_own(library: str, change: str, tmp_path: Path) -> None:
    *_, effect = changes(tmp_path, library, f"{READ[library]} {change} res.json({{}});")
    assert effect.operation == "update"
    assert {str(o) for o in effect.inputs["filter:id"]} == {"path.id"}
    assert {"value:*", "value:role"} & effect.inputs.keys()


@pytest.mark.parametrize(
    ("library", "removal"),
    [
        ("mongoose", "await user.deleteOne();"),
        ("sequelize", "await user.destroy();"),
        ("typeorm", "await users.remove(user);"),
        ("typeorm", "await user.remove();"),
    ],
)
def test_a_row_that_was_read_is_removed(library: str, removal: str, tmp_path: Path) -> None:
    (effect,) = changes(tmp_path, library, f"{READ[library]} {removal} res.json({{}});")
    assert (effect.operation, effect.target) == ("delete", "User")
    assert {str(o) for o in effect.inputs["filter:id"]} == {"path.id"}


@pytest.mark.parametrize("library", MODELS)
def test_only_what_is_put_into_it_is_written(library: str, tmp_path: Path) -> None:
    body = (
        f"{READ[library]} Object.assign(user, {{ name: req.body.name }});"
        f" {SAVE[library]} res.json({{}});"
    )
    (effect,) = changes(tmp_path, library, body)
    assert {key for key in effect.inputs if key.startswith("value:")} == {"value:name"}


@pytest.mark.parametrize(
    "change",
    [
        "const { role, ...rest } = req.body; Object.assign(user, rest);",
        "const data = { ...req.body }; delete data.role; Object.assign(user, data);",
        "const data = req.body; delete data['role']; Object.assign(user, data);",
        "delete req.body.role; Object.assign(user, req.body);",
        "const data = req.body; if (data.role) delete data.role; Object.assign(user, data);",
        "const { name, role } = req.body; const data = { name, role, ...req.body };"
        " if (!name) delete data.role; Object.assign(user, data);",
    ],
)
def test_what_was_left_out_of_a_record_is_not_the_callers_to_say(
    change: str, tmp_path: Path
) -> None:
    body = f"{READ['mongoose']} {change} await user.save(); res.json({{}});"
    (effect,) = changes(tmp_path, "mongoose", body)
    assert {str(o) for o in effect.inputs["value:*"]} == {"body"}
    assert not effect.inputs["value:role"]


@pytest.mark.parametrize("library", MODELS)
def test_a_row_that_is_never_saved_changes_nothing(library: str, tmp_path: Path) -> None:
    body = f"{READ[library]} user.role = req.body.role; res.json(user);"
    assert changes(tmp_path, library, body) == []


def test_what_stands_beside_the_rest_of_a_record_is_written(tmp_path: Path) -> None:
    change = "const { role, ...rest } = req.body; Object.assign(user, { role, ...rest });"
    body = f"{READ['mongoose']} {change} await user.save(); res.json({{}});"
    (effect,) = changes(tmp_path, "mongoose", body)
    assert {str(o) for o in effect.inputs["value:role"]} == {"body.role"}
