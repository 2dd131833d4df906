"""Files of users that a server hands out count as read, whatever they are kept in."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import EffectKind

S3 = (
    'import { S3Client, GetObjectCommand } from "@aws-sdk/client-s3";\n'
    'import { getSignedUrl } from "@aws-sdk/s3-request-presigner";\nconst s3 = new S3Client({});\n'
)
REPLIT = 'import { Client } from "@replit/object-storage";\nconst store = new Client();\n'
FIREBASE = 'import admin from "firebase-admin";\nconst bucket = admin.storage().bucket();\n'


def _script(head: str, body: str) -> dict[str, str]:
    text = (
        'import express from "express";\nimport path from "path";\nimport fs from "fs";\n'
        f"{head}const app = express();\n"
        f'app.get("/files/:name", async (req, res) => {{\n  {body}\n}});\napp.listen(3000);\n'
    )
    return {"package.json": '{"dependencies": {"express": "4.19.2"}}', "index.ts": text}


def _handed_out(folder: Path, files: dict[str, str]) -> list[str]:
    (handler,) = prototype_of(folder, files).handlers
    return [e.target for e in handler.effects_of(EffectKind.STORAGE)]


@pytest.mark.parametrize(
    ("head", "body", "target"),
    [
        (
            S3,
            "await s3.send(new GetObjectCommand({ Key: `invoices/${req.params.name}` }));",
            "invoices",
        ),
        (REPLIT, "await store.downloadAsStream(`contracts/${req.params.name}`);", "contracts"),
        (
            FIREBASE,
            "const [data] = await bucket.file(`medical/${req.params.name}`).download();",
            "medical",
        ),
        ("", 'res.sendFile(path.join("uploads/resumes", req.params.name));', "resumes"),
        ("", "fs.createReadStream(`documents/${req.params.name}`).pipe(res);", "documents"),
    ],
)
def test_each_store_is_known(tmp_path: Path, head: str, body: str, target: str) -> None:
    assert _handed_out(tmp_path, _script(head, body)) == [target]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", 'res.sendFile(path.join("uploads/avatars", req.params.name));'),
        ("", 'res.sendFile("documents/terms.pdf");'),
        ("", 'res.sendFile(path.join("public", "invoices", req.params.name));'),
        (
            S3,
            "const asked = new GetObjectCommand({ Key: `invoices/${req.params.name}` });"
            " res.redirect(await getSignedUrl(s3, asked));",
        ),
    ],
)
def test_what_is_for_all_or_fixed_or_signed_is_left_alone(
    tmp_path: Path, head: str, body: str
) -> None:
    assert _handed_out(tmp_path, _script(head, body)) == []


def test_python_too(tmp_path: Path) -> None:
    text = (
        "from flask import Flask, send_from_directory\napp = Flask(__name__)\n\n\n"
        '@app.get("/cv/<name>")\ndef cv(name):\n    return send_from_directory("uploads/cv", name)\n'
    )
    files = {"requirements.txt": "flask==3.0.0\n", "app.py": text}
    assert _handed_out(tmp_path, files) == ["cv"]


_PICTURES = """
import { v2 as cloudinary } from "cloudinary";
export async function POST(request: Request) {
  const file = (await request.formData()).get("file") as File;
  const bytes = Buffer.from(await file.arrayBuffer());
  const made: any = await new Promise((resolve, reject) => {
    const done = (error, answer) => (error ? reject(error) : resolve(answer));
    cloudinary.uploader.upload_stream({ folder: "rooms" }, done).end(bytes);
  });
  return Response.json({ url: made.secure_url });
}
export async function DELETE(request: Request) {
  const { id } = await request.json();
  await cloudinary.uploader.destroy(id);
  return Response.json({ ok: true });
}
"""


def test_pictures_at_cloudinary_are_stored_files(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "cloudinary": "2.5.1"}}',
        "app/api/pictures/route.ts": _PICTURES,
    }
    found = [
        (effect.operation, any(origins for origins in effect.inputs.values()))
        for handler in prototype_of(tmp_path, files).handlers
        for effect in handler.effects_of(EffectKind.STORAGE)
    ]
    assert sorted(found) == [("remove", True), ("upload", True)]
