"""Rows that leave in a spreadsheet, a PDF or an archive are shown like those of any answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Outcome

_HEAD = """
import express from "express";
import { Pool } from "pg";
import * as XLSX from "xlsx";
import ExcelJS from "exceljs";
import PDFDocument from "pdfkit";
import { jsPDF } from "jspdf";
import archiver from "archiver";
import JSZip from "jszip";
import Papa from "papaparse";
import { Parser } from "json2csv";
import { stringify } from "csv-stringify/sync";
const app = express();
const pool = new Pool();
async function all() { return (await pool.query("select * from patients")).rows; }
"""
_ROUTE = 'app.get("/api/patients/export", async (req, res) => {{\n  const rows = await all();\n{body}\n}});\n'
_FORMS = {
    "xlsx of records": """
  const wb = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(wb, XLSX.utils.json_to_sheet(rows), "Patients");
  res.setHeader("Content-Type", "application/vnd.ms-excel");
  res.send(XLSX.write(wb, { type: "buffer", bookType: "xlsx" }));""",
    "xlsx of lists": """
  const ws = XLSX.utils.aoa_to_sheet([["Name"], ...rows.map((r) => [r.name, r.phone])]);
  const wb = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(wb, ws, "Patients");
  const buffer = XLSX.write(wb, { type: "buffer" });
  res.end(buffer);""",
    "exceljs buffer": """
  const wb = new ExcelJS.Workbook();
  const sheet = wb.addWorksheet("Patients");
  rows.forEach((row) => sheet.addRow([row.name, row.phone]));
  res.send(Buffer.from(await wb.xlsx.writeBuffer()));""",
    "exceljs into the answer": """
  const wb = new ExcelJS.Workbook();
  const sheet = wb.addWorksheet("Patients");
  for (const row of rows) sheet.addRow(row);
  await wb.xlsx.write(res);
  res.end();""",
    "pdfkit piped": """
  const doc = new PDFDocument();
  doc.pipe(res);
  rows.forEach((row) => { doc.fontSize(12).text(`${row.name}: ${row.phone}`); });
  doc.end();""",
    "pdfkit in pieces": """
  const doc = new PDFDocument();
  const chunks = [];
  doc.on("data", (c) => chunks.push(c));
  doc.on("end", () => { res.type("application/pdf"); res.send(Buffer.concat(chunks)); });
  for (const row of rows) doc.text(row.phone);
  doc.end();""",
    "jspdf": """
  const doc = new jsPDF();
  rows.forEach((row, i) => doc.text(row.phone, 10, 10 * i));
  res.send(Buffer.from(doc.output("arraybuffer")));""",
    "archiver": """
  const archive = archiver("zip");
  archive.pipe(res);
  archive.append(JSON.stringify(rows), { name: "patients.json" });
  await archive.finalize();""",
    "jszip": """
  const zip = new JSZip();
  zip.file("patients.json", JSON.stringify(rows));
  res.send(await zip.generateAsync({ type: "nodebuffer" }));""",
    "papaparse": "  res.send(Papa.unparse(rows));",
    "json2csv": "  res.send(new Parser({ fields: ['name'] }).parse(rows));",
    "csv-stringify": "  res.send(stringify(rows, { header: true }));",
    "text": """
  const lines = ["name,phone"];
  for (const row of rows) lines.push(`${row.name},${row.phone}`);
  res.attachment("patients.csv").send(lines.join("\\n"));""",
}


def _gaps(folder: Path, body: str) -> set[str]:
    files = {"package.json": '{"dependencies": {"express": "5.0.0"}}'}
    files["server/index.ts"] = _HEAD + _ROUTE.format(body=body)
    found = UnauthenticatedEndpoint().detect(prototype_of(folder, files))
    return {f.subject for f in found if f.outcome is Outcome.GAP}


@pytest.mark.parametrize("body", _FORMS.values(), ids=_FORMS)
def test_rows_in_a_file_are_shown_to_whoever_gets_it(body: str, tmp_path: Path) -> None:
    assert _gaps(tmp_path, body) == {"server/index.ts#app.get /api/patients/export"}


@pytest.mark.parametrize(
    "body",
    [
        """
  const doc = new PDFDocument();
  rows.forEach((row) => doc.text(row.name));
  doc.pipe(fs.createWriteStream("/tmp/patients.pdf"));
  doc.end();
  res.json({ ok: true });""",
        """
  const wb = new ExcelJS.Workbook();
  rows.forEach((row) => wb.addWorksheet("Patients").addRow(row));
  await wb.xlsx.writeFile("patients.xlsx");
  res.send("done");""",
        """
  const wb = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(wb, XLSX.utils.aoa_to_sheet([["Name", "Phone"]]), "Template");
  res.send(XLSX.write(wb, { type: "buffer" }));""",
    ],
    ids=["kept on disk", "sheet kept on disk", "an empty form"],
)
def test_a_file_that_is_kept_or_holds_no_rows_shows_none(body: str, tmp_path: Path) -> None:
    assert not _gaps(tmp_path, body)
