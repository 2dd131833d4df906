"""Functions and addresses that nothing calls are asked about, and raise no alarm."""

from pathlib import Path

import pytest

from shipworthy.assess import assess
from shipworthy.catalogue import select
from shipworthy.finding import Confidence, Outcome
from shipworthy.pipeline import open_prototype
from shipworthy.prototype.modules.uncalled import is_uncalled
from shipworthy.prototype.prototype import Prototype
from shipworthy.settings import Settings

MAILS = """export async function sendReminder(to: string) {
  return fetch("https://api.resend.com/emails", { method: "POST", body: JSON.stringify({ to }) });
}
"""
ROUTE = """import { other } from "@/services/other";

export async function POST() {
  return Response.json(await other());
}
"""


def _prototype(root: Path, files: dict[str, str]) -> Prototype:
    for path, text in {"package.json": '{"dependencies": {"next": "15.0.0"}}', **files}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return open_prototype(root, Settings())


MAIL = "services/mail.ts"
CALLS = {
    "called": 'import { sendReminder } from "./mail";\nvoid sendReminder("a");\n',
    "renamed": 'import { sendReminder as send } from "./mail";\nvoid send("a");\n',
    "handed-over": 'import { sendReminder } from "./mail";\nregister(sendReminder);\n',
    "by-name": 'handlers["sendReminder"]("a");\n',
    "copied-and-called": f'{MAILS}\nexport const again = () => sendReminder("a");\n',
    "in-a-list": 'import {\n  sendReminder,\n} from "./mail";\nexport const all = { sendReminder };\n',
}
SILENT = {
    "imported-only": 'import { sendReminder } from "./mail";\n',
    "handed-on": 'export {\n  sendReminder,\n} from "./mail";\n',
    "remark": "// sendReminder comes later\n",
    "copied": MAILS,
}


@pytest.mark.parametrize("case", CALLS)
def test_a_function_is_called_where_its_name_is_used(tmp_path: Path, case: str) -> None:
    files = {MAIL: MAILS, "services/other.ts": CALLS[case]}
    assert not is_uncalled(_prototype(tmp_path, files), MAIL, "sendReminder")


@pytest.mark.parametrize("case", SILENT)
def test_a_function_is_uncalled_where_its_name_is_only_handed_on(tmp_path: Path, case: str) -> None:
    files = {MAIL: MAILS, "services/other.ts": SILENT[case]}
    assert is_uncalled(_prototype(tmp_path, files), MAIL, "sendReminder")


def test_what_a_framework_calls_by_its_place_is_called(tmp_path: Path) -> None:
    prototype = _prototype(tmp_path, {"app/api/mail/route.ts": MAILS})
    assert not is_uncalled(prototype, "app/api/mail/route.ts", "sendReminder")


def test_a_decorated_function_is_called_by_whoever_decorates_it(tmp_path: Path) -> None:
    code = '@worker.on("mail")\ndef send_reminder(to):\n    requests.post("https://api.resend.com", to)\n'
    prototype = _prototype(tmp_path, {"services/mail.py": code})
    assert not is_uncalled(prototype, "services/mail.py", "send_reminder")


def test_an_alarm_about_an_uncalled_function_is_a_question(tmp_path: Path) -> None:
    other = 'import { sendReminder } from "./mail";\n\nexport const other = async () => 1;\n'
    files = {MAIL: MAILS, "services/other.ts": other, "app/api/x/route.ts": ROUTE}
    found = assess(_prototype(tmp_path, files), select(["outbound-call-without-timeout"])).findings
    gap = next(f for f in found if f.outcome is Outcome.GAP)
    assert gap.confidence is Confidence.LOW
    assert "no code seems to call sendReminder" in gap.message


LOOP = """import { db } from "@/lib/db";

export async function POST() {
  return fetch("https://api.example.com/titles");
}
"""


@pytest.mark.parametrize(
    ("path", "caller", "sure"),
    [
        ("app/api/recalculate-titles/route.ts", "", Confidence.LOW),
        (
            "app/api/recalculate-titles/route.ts",
            'fetch("/api/recalculate-titles");',
            Confidence.HIGH,
        ),
        ("app/api/stripe-webhook/route.ts", "", Confidence.HIGH),
        ("app/api/test-titles/route.ts", 'fetch("/api/test-titles");', Confidence.LOW),
        ("supabase/functions/recalculate-titles/index.ts", "", Confidence.LOW),
    ],
)
def test_an_address_that_nobody_asks_for_is_a_question(
    tmp_path: Path, path: str, caller: str, sure: Confidence
) -> None:
    page = f"export default function Page() {{\n  {caller}\n  return null;\n}}\n"
    prototype = _prototype(tmp_path, {path: LOOP, "app/page.tsx": page})
    found = assess(prototype, select(["outbound-call-without-timeout"])).findings
    assert [f.confidence for f in found if f.outcome is Outcome.GAP] == [sure]


SEARCH = """async function sharpen(words: string) {
  return fetch("https://api.example.com/words", { method: "POST", body: words });
}

export async function POST(request: Request) {
  const words = await request.text();
  USE
  return Response.json({ words });
}
"""


@pytest.mark.parametrize(
    ("use", "uncalled"),
    [
        ("// const sharp = await sharpen(words);", True),
        ("const sharp = await sharpen(words);", False),
        ("/* sharper */ const sharp = await sharpen(words);", False),
    ],
)
def test_a_call_that_was_commented_out_calls_nothing(
    tmp_path: Path, use: str, uncalled: bool
) -> None:
    path = "app/api/search/route.ts"
    prototype = _prototype(tmp_path, {path: SEARCH.replace("USE", use)})
    assert is_uncalled(prototype, path, "sharpen") is uncalled
