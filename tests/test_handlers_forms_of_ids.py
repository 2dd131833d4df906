"""An id of a checked form adds no condition to a filter, and is still anybody's id."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.controls.access.nosql_injection.control import NosqlInjection
from shipworthy.finding import Outcome

_ROUTE = """
import { createClient } from "@supabase/supabase-js";
import { validate as isRightId } from "uuid";
import { z } from "zod";
const supabase = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
export async function POST(request) {
  const { data: { user } } = await supabase.auth.getUser(request.headers.get("authorization"));
  if (!user) return Response.json({}, { status: 401 });
  const { who } = await request.json();
  if (CHECK) return Response.json({}, { status: 400 });
  WORK
  return Response.json({ data });
}
"""
_FILTER = (
    'const { data } = await supabase.from("threads").select("id").or(`a.eq.${who},b.eq.${who}`);'
)
_CHANGE = 'const { data } = await supabase.from("orders").update({ paid: true }).eq("id", who);'


def _has_gap(control: Control, folder: Path, check: str, work: str) -> bool:
    route = _ROUTE.replace("CHECK", check).replace("WORK", work)
    found = control.detect(prototype_of(folder, {"app/api/threads/route.ts": route}))
    return any(f.outcome is Outcome.GAP for f in found)


@pytest.mark.parametrize(
    ("check", "gap"),
    [
        ("!isRightId(who)", False),
        ("!z.string().uuid().safeParse(who).success", False),
        ("isRightId(who)", True),
        ("!z.string().uuid().or(z.string()).safeParse(who).success", True),
        ("!z.string().min(3).safeParse(who).success", True),
    ],
)
def test_only_a_form_without_signs_keeps_conditions_out(
    check: str, gap: bool, tmp_path: Path
) -> None:
    assert _has_gap(NosqlInjection(), tmp_path, check, _FILTER) is gap


@pytest.mark.parametrize("check", ["!isRightId(who)", "!z.string().uuid().safeParse(who).success"])
def test_an_id_of_the_right_form_may_be_anybodys(check: str, tmp_path: Path) -> None:
    assert _has_gap(MissingAuthorisation(), tmp_path, check, _CHANGE)
