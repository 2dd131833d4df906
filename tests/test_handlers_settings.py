"""Settings that are checked as a whole are those of the environment, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype.handlers.handler import Check, EffectKind
from test_handlers import handlers

CALL = (
    'import { env } from "./env";\nimport express from "express";\nconst app = express();\n'
    'app.post("/call", async (req, res) => {\n'
    "  const said = await fetch(`${env.CALLS_URL}/v1/calls`, { method: 'POST',\n"
    "    headers: { Authorization: `Bearer ${env.CALLS_KEY}` }, body: JSON.stringify(req.body) });\n"
    "  res.json(await said.json());\n});\n"
)


@pytest.mark.parametrize(
    ("package", "text"),
    [
        (
            "zod",
            'import { z } from "zod";\nconst schema = z.object({ CALLS_URL: z.string().url(),'
            " CALLS_KEY: z.string() });\nexport const env = schema.parse(process.env);\n",
        ),
        (
            "zod",
            'import { z } from "zod";\nconst read = z.object({ CALLS_URL: z.string(),'
            " CALLS_KEY: z.string() }).safeParse(process.env);\n"
            "if (!read.success) throw new Error('settings');\nexport const env = read.data;\n",
        ),
        (
            "@t3-oss/env-core",
            'import { createEnv } from "@t3-oss/env-core";\n'
            "export const env = createEnv({ server: {}, runtimeEnv: process.env });\n",
        ),
        (
            "envalid",
            'import { cleanEnv, str } from "envalid";\n'
            "export const env = cleanEnv(process.env, { CALLS_URL: str(), CALLS_KEY: str() });\n",
        ),
    ],
)
def test_a_key_of_checked_settings_is_the_servers_own(
    tmp_path: Path, package: str, text: str
) -> None:
    manifest = f'{{"dependencies": {{"express": "5.1.0", "{package}": "1.0.0"}}}}'
    found = handlers(tmp_path, {"package.json": manifest, "env.ts": text, "server.ts": CALL})
    (fetch,) = found["POST /call"].effects_of(EffectKind.FETCH)
    assert {str(o) for o in fetch.inputs["headers"]} == {"environment.CALLS_KEY"}
    assert {str(o) for o in fetch.inputs["url"]} == {"environment.CALLS_URL"}


@pytest.mark.parametrize("settings", ['dotenv_values(".env")', "os.environ.copy()"])
def test_a_secret_of_all_settings_is_one(tmp_path: Path, settings: str) -> None:
    text = (
        "import os\nfrom dotenv import dotenv_values\nfrom fastapi import FastAPI, Header, HTTPException\n"
        f"app = FastAPI()\nsettings = {settings}\n\n"
        '@app.post("/run")\ndef run(x_key: str = Header()):\n'
        '    if x_key != settings["RUN_KEY"]:\n        raise HTTPException(401)\n    return {}\n'
    )
    found = handlers(tmp_path, {"requirements.txt": "fastapi\n", "main.py": text})
    assert found["POST /run"].principal is Check.SECRET
