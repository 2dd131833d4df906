"""Edge functions run where deno is installed, and are refused in clear words where it is not."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipworthy.sidecar.standin.caller import Caller
from shipworthy.sidecar.standin.functions import Functions
from shipworthy.sidecar.standin.keys import Keys
from shipworthy.sidecar.standin.message import Answer, Request

HELLO = """
Deno.serve({ port: 8000 }, async (request) => Response.json({
  path: new URL(request.url).pathname, body: await request.text(), url: Deno.env.get('SUPABASE_URL'),
  home: Deno.env.get('HOME_OF_OURS') ?? null, key: Deno.env.get('MAIL_KEY'),
}))
"""
WRITES = """
Deno.writeTextFileSync(new URL('./made', import.meta.url), 'x')
Deno.serve(() => new Response('x'))
"""


@pytest.fixture
def functions(tmp_path: Path) -> Iterator[Functions]:
    folder = tmp_path / "supabase" / "functions"
    for name, code in (("hello", HELLO), ("open", HELLO), ("writes", WRITES)):
        (folder / name).mkdir(parents=True)
        (folder / name / "index.ts").write_text(code)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "index.ts").write_text(HELLO)
    (folder / "linked").symlink_to(tmp_path / "outside")
    (folder.parent / "config.toml").write_text("[functions.open]\nverify_jwt = false\n")
    place = tmp_path / "place"
    place.mkdir()
    given = {"MAIL_KEY": "given", "SUPABASE_URL": "https://real.example"}
    made = Functions(folder, place, Keys(), lambda _: None, given)
    made.serve_at(1234)
    yield made
    made.stop()


def call(functions: Functions, path: str, *, signed_in: bool = True) -> Answer:
    headers = {"authorization": "Bearer x"} if signed_in else {}
    request = Request("POST", path, (), headers, b"hi", Caller("anon"))
    return asyncio.run(functions.answer(request))


def test_without_deno_a_call_is_refused_in_clear_words(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    answer = call(functions, "hello")
    assert answer.status == 503
    assert b"deno, which is not installed" in answer.body


def test_only_functions_of_the_prototype_are_called(functions: Functions) -> None:
    for path in ("nope", "linked", "../outside", "..", "", "a/../hello"):
        assert call(functions, path).status == 404, path


def test_a_token_is_needed_unless_the_configuration_says_otherwise(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert call(functions, "hello", signed_in=False).status == 401
    assert call(functions, "open", signed_in=False).status == 503


@pytest.mark.skipif(shutil.which("deno") is None, reason="deno is not installed")
def test_deno_runs_a_function_on_a_port_of_ours_and_lets_it_write_nothing(
    functions: Functions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME_OF_OURS", "secret")
    answer = call(functions, "hello")
    assert answer.status == 200, answer.body
    assert answer.body == (
        b'{"path":"/hello","body":"hi","url":"http://127.0.0.1:1234","home":null,"key":"given"}'
    )
    assert call(functions, "writes").status == 503
    assert not (tmp_path / "supabase" / "functions" / "writes" / "made").exists()
