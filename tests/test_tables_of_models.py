"""Tables and collections that models of JavaScript declare, and what they tell of whose rows are."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.ownership import read_ownership

MONGOOSE = 'import mongoose, { Schema } from "mongoose";\n'
ENTITY = 'import { Entity, Column, ManyToOne, JoinColumn } from "typeorm";\nimport { User } from "./user";\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            MONGOOSE
            + "const orderSchema = new Schema<IOrder>({ user: { type: Schema.Types.ObjectId, ref: 'User' },"
            " total: Number }, { timestamps: true });\n"
            "export default mongoose.models.Order || mongoose.model<IOrder>('Order', orderSchema);",
            ("Order", "mongoose", ("user", "total")),
        ),
        (
            MONGOOSE
            + "export const Order = mongoose.model('Order', new mongoose.Schema({ total: Number }));",
            ("Order", "mongoose", ("total",)),
        ),
        (
            "const mongoose = require('mongoose');\nconst schema = mongoose.Schema({ total: Number });\n"
            "module.exports = mongoose.model('Order', schema);",
            ("Order", "mongoose", ("total",)),
        ),
        (
            "const mongoose = require('mongoose');\n"
            "module.exports = mongoose.model('Order', { total: Number });",
            ("Order", "mongoose", ("total",)),
        ),
        (
            "const mongoose = require('mongoose');\nconst schema = mongoose.Schema({ total: Number });\n"
            "const other = new mongoose.Schema({ userId: String });\n"
            "module.exports = mongoose.model('Order', other);",
            ("Order", "mongoose", ("userId",)),
        ),
        (
            'import { Prop, Schema, SchemaFactory } from "@nestjs/mongoose";\n'
            "@Schema({ timestamps: true })\nexport class Order { @Prop({ required: true }) total: number;\n"
            "  @Prop({ type: Types.ObjectId, ref: 'User' }) user: User; helper: string; }",
            ("Order", "mongoose", ("total", "user")),
        ),
        (
            ENTITY
            + "@Entity('bookings')\nexport class Booking {\n  @PrimaryGeneratedColumn('uuid') id: string;\n"
            "  @ManyToOne(() => User)\n  @JoinColumn({ name: 'client_id' })\n  client: User;\n"
            "  @ManyToOne(() => User) keeper: User;\n"
            "  @OneToMany(() => Note, n => n.booking) notes: Note[];\n"
            "  @Column('decimal') amount: number;\n}",
            ("bookings", "typeorm", ("id", "client_id", "keeperId", "amount")),
        ),
        (
            ENTITY + "@Entity({ name: 'bookings' })\nclass Booking { @Column() amount: number; }",
            ("bookings", "typeorm", ("amount",)),
        ),
        (
            ENTITY + "@Entity()\nexport default class Booking { @CreateDateColumn() at: Date; }",
            ("Booking", "typeorm", ("at",)),
        ),
        (
            "const Order = sequelize.define('Order',"
            " { userId: DataTypes.INTEGER, total: DataTypes.INTEGER });",
            ("Order", "sequelize", ("userId", "total")),
        ),
        (
            "class Order extends Model {}\nOrder.init({ userId: DataTypes.INTEGER }, { sequelize });",
            ("Order", "sequelize", ("userId",)),
        ),
    ],
)
def test_models_are_tables_with_the_names_that_code_uses(
    text: str, expected: tuple[str, str, tuple[str, ...]], tmp_path: Path
) -> None:
    (table,) = prototype_of(tmp_path, {"package.json": "{}", "src/order.ts": text}).tables
    assert (table.name, table.source, table.columns) == expected


@pytest.mark.parametrize(
    "text",
    [
        'import { Schema } from "prosemirror-model";\nexport const schema = new Schema({ nodes: {} });',
        "window.customElements.define('x-order', { extends: 'div' });",
        'import { Table } from "@/components/ui/table";\nexport const shown = <Table name="orders" />;',
        "const validate = new Schema({ total: Number });\nmongoose.model('Order');",
    ],
)
def test_what_only_sounds_like_a_model_is_none(text: str, tmp_path: Path) -> None:
    assert prototype_of(tmp_path, {"package.json": "{}", "src/order.tsx": text}).tables == ()


def test_columns_of_models_say_whose_rows_are(tmp_path: Path) -> None:
    order = "const s = new Schema({ user: { type: ObjectId, ref: 'User' } });\nmongoose.model('Order', s);"
    shop = "const s = new Schema({ title: String });\nmongoose.model('Shop', s);"
    files = {"package.json": "{}", "order.ts": MONGOOSE + order, "shop.ts": MONGOOSE + shop}
    ownership = read_ownership(prototype_of(tmp_path, files))
    assert ownership.of("Order") is True
    assert ownership.of("Shop") is False


@pytest.mark.parametrize(
    "text",
    [
        MONGOOSE
        + "const s = new Schema({ name: String, password: { type: String, select: false } });\n"
        "mongoose.model('User', s);",
        MONGOOSE
        + "const s = new Schema({ name: String, password: { type: String, select: 0 } });\n"
        "mongoose.model('User', s);",
        ENTITY + "@Entity()\nexport class User { @Column() name: string;"
        " @Column({ select: false }) password: string; }",
        ENTITY + "@Entity()\nexport class User { @Column() name: string;\n"
        "  @Exclude()\n  @Column()\n  password: string; }",
    ],
)
def test_columns_that_queries_leave_out_are_known(text: str, tmp_path: Path) -> None:
    (table,) = prototype_of(tmp_path, {"package.json": "{}", "src/user.ts": text}).tables
    assert (table.columns, table.unselected) == (("name", "password"), ("password",))
