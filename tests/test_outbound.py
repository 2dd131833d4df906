"""Which HTTP calls are found, where they go and what bounds their time."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.outbound.calls import OutboundCall, Timeout, Waiting, read
from shipworthy.prototype.source import Language, Role, SourceFile


def calls(text: str, language: Language = Language.TYPESCRIPT) -> list[OutboundCall]:
    name = "a.py" if language is Language.PYTHON else "a.ts"
    return read(Syntax(SourceFile(name, Role.PRODUCT, len(text), text, language), language))


def only(text: str, language: Language = Language.TYPESCRIPT) -> OutboundCall:
    [found] = calls(text, language)
    return found


def test_fetch_without_options_has_no_limit() -> None:
    found = only('await fetch("https://api.resend.com/emails?key=secret");')
    assert (found.library, found.target, found.timeout) == (
        "fetch",
        "api.resend.com",
        Timeout.NONE,
    )


def test_target_is_followed_through_constants_and_templates() -> None:
    text = 'const API = "https://slack.com/api";\nawait fetch(`${API}/chat.postMessage`);'
    assert only(text).target == "slack.com"
    assert only("await fetch(`${base}/v1/leads/${id}`);").target == "{}/v1/leads/{}"
    assert only("await fetch(url);").target is None
    assert only('await fetch("/api/leads");').target == "/api/leads"


@pytest.mark.parametrize(
    "options",
    [
        "{ signal: AbortSignal.timeout(5000) }",
        "{ ...shared, method: 'POST' }",
        "limited",
    ],
)
def test_a_signal_in_the_options_is_a_limit(options: str) -> None:
    text = f"""const shared = {{ signal: AbortSignal.timeout(1) }};
const limited = {{ signal: AbortSignal.timeout(1) }};
await fetch(url, {options});"""
    assert only(text).timeout is Timeout.SET


def test_a_controller_counts_only_when_a_timer_aborts_it() -> None:
    timed = "setTimeout(() => controller.abort(), 1000);"
    call = (
        "const controller = new AbortController(); {}\nfetch(u, {{ signal: controller.signal }});"
    )
    assert only(call.format(timed)).timeout is Timeout.SET
    assert only(call.format("")).timeout is Timeout.UNKNOWN


def test_options_from_elsewhere_are_unknown() -> None:
    assert only("const go = (init) => fetch(url, init);").timeout is Timeout.UNKNOWN
    assert only("fetch(url, { ...init, method: 'POST' });").timeout is Timeout.UNKNOWN


def test_a_race_or_a_wrapper_is_a_limit() -> None:
    assert only("await Promise.race([fetch(u), timer(5)]);").timeout is Timeout.SET
    held = "const p = fetch(u);\nawait Promise.race([p, timer(5)]);"
    assert only(held).timeout is Timeout.SET
    assert only("await withTimeout(() => fetch(u), 5000);").timeout is Timeout.SET


def test_timeout_of_the_client_covers_its_calls() -> None:
    text = """import axios from "axios";
const api = axios.create({ baseURL: "https://api.example.com", timeout: 8000 });
await api.get("/leads");"""
    found = only(text)
    assert (found.library, found.target, found.timeout) == (
        "axios",
        "api.example.com",
        Timeout.SET,
    )


def test_axios_waits_for_ever_unless_told() -> None:
    text = 'import axios from "axios";\nawait axios.post("https://a.example", data{});'
    assert only(text.format("")).timeout is Timeout.NONE
    assert only(text.format(", { timeout: 0 }")).timeout is Timeout.NONE
    assert only(text.format(", { timeout: 900 }")).timeout is Timeout.SET


def test_libraries_with_a_default_have_one() -> None:
    assert only('import ky from "ky";\nawait ky.get(url);').timeout is Timeout.DEFAULT
    assert only("import httpx\nhttpx.get(u)", Language.PYTHON).timeout is Timeout.DEFAULT


def test_a_fetch_that_is_a_parameter_or_a_function_is_not_the_global_one() -> None:
    assert calls("export const load = ({ fetch }) => fetch(url);") == []


def test_dropped_promises_keep_nobody_waiting() -> None:
    assert only("fetch(u).catch(() => {});").waiting is Waiting.NOBODY
    assert only("void fetch(u);").waiting is Waiting.NOBODY
    assert only("(async () => { await fetch(u); })();").waiting is Waiting.NOBODY
    assert only("await fetch(u);").waiting is Waiting.CALLER
    assert only("fetch(u).then((r) => res.json(r));").waiting is Waiting.CALLER


@pytest.mark.parametrize(
    ("arguments", "timeout"),
    [
        ("u", Timeout.NONE),
        ("u, timeout=None", Timeout.NONE),
        ("u, timeout=10", Timeout.SET),
        ("u, **OPTIONS", Timeout.SET),
        ("u, **given", Timeout.UNKNOWN),
    ],
)
def test_timeout_of_requests_is_in_its_arguments(arguments: str, timeout: Timeout) -> None:
    text = f"import requests as rq\nOPTIONS = {{'timeout': 5}}\nrq.get({arguments})\n"
    assert only(text, Language.PYTHON).timeout is timeout


def test_a_session_is_known_by_what_makes_it() -> None:
    text = """import requests
class Api:
    def __init__(self):
        self.http = requests.Session()
    def load(self, db):
        db.get(User, 1)
        return self.http.get("https://a.example")
"""
    found = only(text, Language.PYTHON)
    assert (found.library, found.timeout, found.function) == ("requests", Timeout.NONE, "load")


def test_a_limit_switched_off_in_the_client_is_located_there() -> None:
    text = """import httpx
with httpx.Client(base_url="https://mail.internal", timeout=None) as relay:
    relay.post("/send")
"""
    found = only(text, Language.PYTHON)
    assert (found.target, found.timeout) == ("mail.internal", Timeout.NONE)
    assert found.client is not None
    assert found.client.line == 2


@pytest.mark.parametrize(
    "around",
    [
        "await asyncio.wait_for(to_thread(requests.get, 1) or requests.get(u), 5)",
        "async with asyncio.timeout(5):\n        requests.get(u)",
    ],
)
def test_a_timer_around_a_python_call_is_a_limit(around: str) -> None:
    text = f"import asyncio, requests\nasync def f(u):\n    {around}\n"
    assert only(text, Language.PYTHON).timeout is Timeout.SET


def test_broken_text_is_no_reason_to_fail() -> None:
    assert calls("fetch(") is not None
    assert calls("await fetch(`${", Language.TSX) is not None


def test_constant_over_a_constant_and_a_choice_of_two_name_their_host() -> None:
    text = """const HOST = "https://graph.facebook.com";
const BASE = `${HOST}/v19.0`;
const PAGES = `${BASE}/pages`;
await fetch(`${PAGES}/${id}`);"""
    assert only(text).target == "graph.facebook.com"
    text = """const URL = sandbox ? "https://sandbox.pay.io/v1" : "https://api.pay.io/v1";
await fetch(`${URL}/charges`);"""
    assert only(text).target == "sandbox.pay.io"
    text = 'requests.get("http://localhost:8000" if debug else "https://api.pay.io")'
    assert only("import requests\n" + text, Language.PYTHON).target == "api.pay.io"
