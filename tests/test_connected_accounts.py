"""What comes back from another site's sign-in is kept for somebody: for whom, the caller must not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Outcome, Severity

_SERVED = """import {{ createClient }} from "https://esm.sh/@supabase/supabase-js@2";
Deno.serve(async (req) => {{
  const supabase = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("{key}")!);
{asks}
  const asked = await fetch("https://oauth.books.test/v1/tokens/bearer", {{
    method: "POST",
    body: new URLSearchParams({{ grant_type: "authorization_code", code }}),
  }});
  const tokens = await asked.json();
{keeps}
  return new Response(JSON.stringify({{ connected: true }}));
}});
"""
_BODY = """  const { code, realmId, companyId } = await req.json();"""
_PARSED = """  const schema = z.object({ code: z.string(), companyId: z.string().uuid() });
  const { code, companyId } = schema.parse(await req.json());"""
_QUERY = """  const url = new URL(req.url);
  const code = url.searchParams.get("code")!;
  const companyId = url.searchParams.get("company_id");"""
_EXISTS = """
  const { data: company } = await supabase.from("companies").select("name").eq("id", companyId).single();
  if (!company) throw new Error("no such company");"""
_SIGNED_IN = """
  const { data: { user } } = await supabase.auth.getUser(req.headers.get("Authorization")!.slice(7));
  if (!user) return new Response("sign in", { status: 401 });
  const { data: member } = await supabase
    .from("company_users").select("id").eq("user_id", user.id).eq("company_id", companyId).maybeSingle();
  if (!member) return new Response("no", { status: 403 });"""
_STATE = """  const url = new URL(req.url);
  const code = url.searchParams.get("code")!;
  const { data: begun } = await supabase
    .from("oauth_states").select("company_id").eq("state", url.searchParams.get("state")).single();
  if (!begun) return new Response("expired", { status: 400 });
  const companyId = begun.company_id;"""
_UPSERT = """  await supabase
    .from("book_tokens").upsert({ company_id: companyId, access_token: tokens.access_token });"""
_INSERT = _UPSERT.replace("upsert", "insert")
_UPDATE = """  await supabase
    .from("book_tokens").update({ access_token: tokens.access_token }).eq("company_id", companyId);"""
_PAGE = """import { createClient } from "@supabase/supabase-js";
const supabase = createClient(import.meta.env.VITE_SUPABASE_URL, import.meta.env.VITE_SUPABASE_ANON_KEY);
export const signIn = (email: string, password: string) =>
  supabase.auth.signInWithPassword({ email, password });
"""
_TABLE = """create table book_tokens (company_id uuid primary key, access_token text);
alter table book_tokens enable row level security;
"""
_SERVICE, _ANON = "SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_ANON_KEY"


@pytest.mark.parametrize(
    ("asks", "keeps", "key", "open_"),
    [
        (_BODY, _UPSERT, _SERVICE, True),
        (_BODY, _INSERT, _SERVICE, True),
        (_BODY, _UPDATE, _SERVICE, True),
        (_PARSED + _EXISTS, _UPSERT, _SERVICE, True),
        (_QUERY, _UPSERT, _SERVICE, True),
        (_BODY + _SIGNED_IN, _UPSERT, _SERVICE, False),
        (_STATE, _UPSERT, _SERVICE, False),
        (_BODY, _UPSERT, _ANON, False),
    ],
)
def test_whoever_comes_back_does_not_say_whose_account_is_connected(
    asks: str, keeps: str, key: str, open_: bool, tmp_path: Path
) -> None:
    served = _SERVED.format(key=key, asks=asks, keeps=keeps)
    found = prototype_of(
        tmp_path,
        {
            "supabase/config.toml": "[functions.books-callback]\nverify_jwt = false\n",
            "supabase/functions/books-callback/index.ts": served,
            "src/sign-in.ts": _PAGE,
            "supabase/migrations/1.sql": _TABLE,
        },
    )
    alarms = [
        f
        for f in UnauthenticatedEndpoint().detect(found)
        if f.outcome is Outcome.GAP and f.confidence is not Confidence.LOW
    ]
    assert [f.severity for f in alarms] == [Severity.HIGH] * open_
