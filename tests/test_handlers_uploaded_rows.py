# ruff: noqa: E501 - code of prototypes is written as it is found
"""Rows that a server reads from a file which the caller has uploaded are sent by him."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of

_SERVER = """const express = require("express");
const mongoose = require("mongoose");
const multer = require("multer");
const csv = require("csv-parser");
const fs = require("fs");
const stream = require("stream");
const { Readable } = require("stream");
const XLSX = require("xlsx");
const upload = multer({ dest: "uploads/" });
const Plant = mongoose.model("Plant", new mongoose.Schema({ name: String }));
const app = express();
app.post("/plants", upload.single("file"), async (req, res) => {
  const rows = [];
  BODY
});
app.listen(3000);
"""
_STORED = '.on("end", async () => { await Plant.insertMany(rows); res.json({ ok: true }); });'


@pytest.mark.parametrize(
    "body",
    [
        f'fs.createReadStream(req.file.path).pipe(csv()).on("data", (row) => rows.push(row)){_STORED}',
        f'fs.createReadStream(req.file.path).pipe(csv()).on("data", (row) => rows.push({{ name: row.name.trim() }})){_STORED}',
        f'const bytes = new stream.PassThrough(); bytes.end(req.file.buffer); bytes.pipe(csv()).on("data", (row) => rows.push({{ name: row.name }})){_STORED}',
        f'const bytes = new Readable(); bytes.push(req.file.buffer); bytes.push(null); bytes.pipe(csv()).on("data", (row) => rows.push({{ name: row.name }})){_STORED}',
        'await Plant.insertMany(JSON.parse(fs.readFileSync(req.file.path, "utf8"))); res.json({ ok: true });',
        "const book = XLSX.readFile(req.file.path); await Plant.insertMany(XLSX.utils.sheet_to_json(book.Sheets[0])); res.json({ ok: true });",
    ],
)
def test_what_is_read_from_an_uploaded_file_is_sent_by_the_caller(
    body: str, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4", "mongoose": "8", "csv-parser": "3"}}',
        "server.js": _SERVER.replace("BODY", body),
    }
    (handler,) = prototype_of(tmp_path, files).handlers
    (added,) = (e for e in handler.effects if e.operation == "insert")
    assert {o.kind for _, found in added.of("value:") for o in found} == {"upload"}


def test_a_file_of_the_server_is_sent_by_nobody(tmp_path: Path) -> None:
    body = f'fs.createReadStream("seed.csv").pipe(csv()).on("data", (row) => rows.push({{ name: row.name }})){_STORED}'
    files = {
        "package.json": '{"dependencies": {"express": "4", "mongoose": "8", "csv-parser": "3"}}',
        "server.js": _SERVER.replace("BODY", body),
    }
    (handler,) = prototype_of(tmp_path, files).handlers
    assert not any(e.is_steered for e in handler.effects if e.operation == "insert")
