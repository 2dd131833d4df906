"""A function that is deployed without the platform's check of a token is open to anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Finding, Outcome
from shipworthy.prototype.handlers.deployed_open import deployed_open

FUNCTION = """
Deno.serve(async (req) => {
  const { to, subject, html } = await req.json();
  await fetch("https://api.resend.com/emails", {
    method: "POST",
    headers: { Authorization: `Bearer ${Deno.env.get("RESEND_API_KEY")}` },
    body: JSON.stringify({ to, subject, html }),
  });
  return new Response("sent");
});
"""
MAIL, OTHER = "supabase/functions/send-mail/index.ts", "supabase/functions/other/index.ts"


def _opened(tmp_path: Path, files: dict[str, str]) -> dict[str, str]:
    """For each function that is deployed without the check, the file that says so."""
    prototype = prototype_of(tmp_path, {MAIL: FUNCTION, OTHER: FUNCTION, **files})
    places = {r.location.path: deployed_open(prototype, r) for r in prototype.routes}
    return {path: place.path for path, place in places.items() if place is not None}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deploy.sh", "supabase functions deploy --no-verify-jwt --project-ref abc\n"),
        ("Makefile", "deploy:\n\tsupabase functions deploy --no-verify-jwt\n"),
        ("package.json", '{"scripts": {"up": "tsc && supabase functions deploy --no-verify-jwt"}}'),
        (
            "deploy.sh",
            "for f in supabase/functions/*/; do\n  supabase functions deploy $f --no-verify-jwt\ndone\n",
        ),
        (
            "deploy.sh",
            'ALL="send-mail other"\nfor f in $ALL; do supabase functions deploy "$f" --no-verify-jwt; done\n',
        ),
        (
            ".github/workflows/deploy.yml",
            "    strategy:\n      matrix:\n        function: [send-mail, other]\n"
            "      - run: supabase functions deploy ${{ matrix.function }} --no-verify-jwt\n",
        ),
    ],
)
def test_all_functions_are_opened_however_it_is_written(
    tmp_path: Path, path: str, text: str
) -> None:
    assert _opened(tmp_path, {path: text}) == {MAIL: path, OTHER: path}


def test_a_name_opens_that_function_alone(tmp_path: Path) -> None:
    script = "npx supabase@latest functions deploy send-mail \\\n  --project-ref abc \\\n  --no-verify-jwt\n"
    assert _opened(tmp_path, {"deploy.sh": script}) == {MAIL: "deploy.sh"}


@pytest.mark.parametrize(
    "text",
    [
        "supabase functions deploy --project-ref abc\n",
        "# supabase functions deploy --no-verify-jwt\n",
        'echo "run: supabase functions deploy --no-verify-jwt"\n',
        "supabase functions serve --no-verify-jwt\n",
        'supabase functions deploy "$1" --no-verify-jwt\n',
        "supabase functions deploy && supabase functions serve --no-verify-jwt\n",
    ],
)
def test_what_deploys_nothing_open_is_not_taken_for_it(tmp_path: Path, text: str) -> None:
    assert _opened(tmp_path, {"deploy.sh": text}) == {}


def _judged(tmp_path: Path, files: dict[str, str]) -> Finding:
    prototype = prototype_of(tmp_path, {MAIL: FUNCTION, **files})
    return next(iter(UnauthenticatedEndpoint().detect(prototype)))


def test_the_line_that_opens_it_is_shown_and_no_key_is_asked_for(tmp_path: Path) -> None:
    script = "set -e\nsupabase functions deploy send-mail --no-verify-jwt\n"
    found = _judged(tmp_path, {"deploy.sh": script})
    assert found.outcome is Outcome.GAP
    assert found.message.startswith("Anybody on the internet can")
    places = [(e.location.path, e.location.line) for e in found.evidence if e.location]
    assert ("deploy.sh", 2) in places


def test_a_function_that_asks_by_itself_is_right_wherever_it_is_deployed(tmp_path: Path) -> None:
    asks = FUNCTION.replace(
        "  const { to",
        '  if (req.headers.get("x-key") !== Deno.env.get("MAIL_SECRET")) {\n'
        '    return new Response("no", { status: 401 });\n  }\n  const { to',
    )
    script = "supabase functions deploy --no-verify-jwt\n"
    found = _judged(tmp_path, {"deploy.sh": script, MAIL: asks})
    assert found.outcome is Outcome.SATISFIED
    assert "without the platform's own check" in found.message
    assert "deploy.sh" in {e.location.path for e in found.evidence if e.location}
