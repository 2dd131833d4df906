"""How much a call without a time limit weighs depends on who waits for whom."""

from pathlib import Path

import pytest

from shipworthy.assess import assess
from shipworthy.catalogue import select
from shipworthy.finding import Outcome, Severity
from shipworthy.pipeline import open_prototype
from shipworthy.settings import Settings

CALL = "export async function GET() {\n  return fetch(%s);\n}\n"


@pytest.mark.parametrize(
    ("path", "address", "severity"),
    [
        ("app/api/rates/route.ts", '"https://api.example.com/rates"', Severity.MEDIUM),
        ("app/api/cron/rates/route.ts", '"https://api.example.com/rates"', Severity.LOW),
        ("app/api/rates/route.ts", '"https://abc.supabase.co/rest/v1/rates"', Severity.LOW),
        ("app/api/rates/route.ts", "process.env.RATES_URL!", Severity.LOW),
        ("app/api/rates/route.ts", '"http://127.0.0.1:3003/rates"', Severity.LOW),
        ("supabase/functions/rates/index.ts", '"https://api.example.com/rates"', Severity.LOW),
    ],
)
def test_a_call_weighs_what_waits_for_it(
    tmp_path: Path, path: str, address: str, severity: Severity
) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"next": "15.0.0"}}', encoding="utf-8")
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(CALL % address, encoding="utf-8")
    prototype = open_prototype(tmp_path, Settings())
    found = assess(prototype, select(["outbound-call-without-timeout"])).findings
    assert [f.severity for f in found if f.outcome is Outcome.GAP] == [severity]


_LOVABLE = '{"dependencies": {"next": "15.0.0", "@lovable.dev/vite-tanstack-config": "1.0.0"}}'


@pytest.mark.parametrize(
    ("beside", "host", "severity"),
    [
        ("", {"vercel.json": "{}"}, Severity.LOW),
        ("Dockerfile", {"vercel.json": "{}"}, Severity.MEDIUM),
        ("", {"package.json": _LOVABLE}, Severity.LOW),
        ("", {}, Severity.MEDIUM),
    ],
)
def test_a_platform_ends_the_calls_of_its_functions(
    tmp_path: Path, beside: str, host: dict[str, str], severity: Severity
) -> None:
    files = {"package.json": '{"dependencies": {"next": "15.0.0"}}', **host}
    files["app/api/rates/route.ts"] = CALL % '"https://api.example.com/rates"'
    if beside:
        files[beside] = "FROM node:24\n"
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    prototype = open_prototype(tmp_path, Settings())
    found = assess(prototype, select(["outbound-call-without-timeout"])).findings
    assert [f.severity for f in found if f.outcome is Outcome.GAP] == [severity]
