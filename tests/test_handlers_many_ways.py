"""What holds on one of many ways proves nothing on the others."""

from __future__ import annotations

from pathlib import Path

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers import values
from shipworthy.prototype.handlers.handler import Check, EffectKind, Guard, Origin
from shipworthy.prototype.handlers.knowledge.postgrest import by_of
from shipworthy.prototype.handlers.values import NO_GUARDS, Value, literal, of_cases

ROLE = Guard(Check.ROLE, frozenset(), "role", "a.ts", 1)
SESSION = Guard(Check.SESSION, frozenset(), "session", "a.ts", 1)


def test_the_last_of_many_ways_counts() -> None:
    ways = [(Value(), frozenset({ROLE, SESSION}))] * 12
    assert ROLE in values.tested(of_cases(ways))[0]
    assert values.tested(of_cases([*ways, (Value(), frozenset({SESSION}))]))[0] == {SESSION}


def test_of_many_ways_those_that_are_not_true_prove_nothing_of_it() -> None:
    ways = [(literal(True), frozenset({ROLE}))] * 12 + [(literal(False), NO_GUARDS)]
    assert values.tested(of_cases(ways)) == ({ROLE}, NO_GUARDS)


def test_a_role_that_led_to_one_of_two_ids_is_no_role_that_led_to_the_row() -> None:
    caller, role = Origin("principal", "", "id"), Origin("literal-role")
    by_role = Origin("row", "user_roles", "tenant_id", frozenset({caller, role}))
    own = Origin("row", "profiles", "tenant_id", frozenset({caller}))
    assert role in by_of({"filter:id": frozenset({by_role})})
    assert role not in by_of({"filter:id": frozenset({by_role, own})})


def test_a_permission_that_could_not_be_followed_is_unclear(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "a", "dependencies": {"next": "15.0.0"}}\n')
    (tmp_path / "actions.ts").write_text(
        '"use server";\n'
        'import { auth } from "@clerk/nextjs/server";\n'
        'import { cookies } from "next/headers";\n'
        'import { PrismaClient } from "@prisma/client";\n'
        "const prisma = new PrismaClient();\n"
        "export async function remove(id: string) {\n"
        "  const { userId } = await auth();\n"
        "  if (!userId) throw new Error('Unauthorized');\n"
        "  const clinic = (await cookies()).get('clinic')?.value;\n"
        "  const allowed = await prisma.grant.findFirst({ where: { userId, clinic } });\n"
        "  if (!allowed) throw new Error('Forbidden: a permission is missing');\n"
        "  await prisma.staff.delete({ where: { id } });\n"
        "}\n"
    )
    (handler,) = read_prototype(tmp_path).handlers
    (delete,) = (e for e in handler.effects_of(EffectKind.QUERY) if e.operation == "delete")
    assert delete.has(Check.UNCLEAR)


def test_refusals_and_callers_are_told_apart_in_many_ways() -> None:
    refusal = {"error": literal("Unauthorized"), "status": literal(401)}
    other = {"error": literal("Forbidden"), "status": literal(403)}
    caller = Value(fields={"user": Value()})
    ways = [(Value(fields=refusal), NO_GUARDS)] * 8 + [(Value(fields=other), NO_GUARDS)]
    known = of_cases([*ways, (caller, frozenset({SESSION}))])
    let_in = [passed for value, passed in known.cases if "error" not in (value.fields or {})]
    assert let_in == [{SESSION}]
    refused = [value.fields["error"] for value, _ in known.cases if "error" in (value.fields or {})]
    assert all(values.truth(error) for error in refused)


def test_how_many_there_are_is_a_count_however_deep_it_stands() -> None:
    deep = frozenset({Origin("row", "profiles", "members.email")})
    assert {o.key for o in values.derived(deep, "length")} == {"members.length"}
    assert {o.key for o in values.derived(deep, "text")} == {"members.email"}
