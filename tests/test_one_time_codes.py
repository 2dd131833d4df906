"""A one-time code that the code writes out is found where no setting keeps it off."""

from __future__ import annotations

import pytest

from planting import syntax_of
from shipworthy.prototype.program.fixed_codes import fixed_codes
from shipworthy.prototype.program.module import module_of
from shipworthy.prototype.program.nodes import Expression, Let
from shipworthy.prototype.program.when_unset import names_given

RANDOM = "String(crypto.randomInt(100000, 1000000))"


def _found(text: str, path: str = "server/otp.ts") -> list[tuple[str, tuple[str, ...]]]:
    module = module_of(syntax_of(text, path))
    return [(c.function, c.settings) for c in fixed_codes(module, lambda: {path: module})]


@pytest.mark.parametrize(
    "body",
    [
        'if (process.env.STAGE !== "production") return "222222"; return RANDOM;',
        'if (process.env.STAGE === "production") return RANDOM; return "222222";',
        'const stage = (process.env.STAGE || "dev").toLowerCase(); if (stage === "dev") { return "2222"; }',
        'const otp = (process.env.STAGE ?? "") === "live" ? RANDOM : 222222; return otp;',
        'try { if (!process.env.STAGE) { return "222222"; } } catch {} return RANDOM;',
        'if (!phone) throw new Error("none"); if (!process.env.STAGE) return "222222"; return RANDOM;',
    ],
)
def test_a_code_for_all_is_found_however_the_setting_is_asked(body: str) -> None:
    text = f"export function generateOtp(phone?: string) {{ {body.replace('RANDOM', RANDOM)} }}"
    assert _found(text) == [("generateOtp", ("STAGE",))]


@pytest.mark.parametrize(
    "body",
    [
        'if (process.env.FIXED_OTP === "true") return "222222"; return RANDOM;',
        'if (process.env.NODE_ENV !== "production") return "222222"; return RANDOM;',
        'if (phone === "+1555") return "222222"; return RANDOM;',
        'if (process.env.TRACE) { console.log("x"); } if (phone) { return "222222"; } return RANDOM;',
        "return RANDOM;",
        "const otp = process.env.STAGE ? RANDOM : other(); return otp;",
    ],
)
def test_what_is_off_unless_asked_for_is_left_alone(body: str) -> None:
    text = f"export function generateOtp(phone?: string) {{ {body.replace('RANDOM', RANDOM)} }}"
    assert _found(text) == []


def test_a_code_that_opens_every_account_is_found_where_it_is_asked_for() -> None:
    text = (
        "export async function verifyOtp(phone: string, otp: string) {\n"
        '  if (process.env.APP_ENV !== "production" && otp === "000000") return true;\n'
        "  return (await load(phone)).otp === otp;\n}\n"
    )
    assert _found(text) == [("verifyOtp", ("APP_ENV",))]
    assert _found(text.replace("!== ", "=== ")) == []


def test_other_numbers_are_no_codes() -> None:
    text = (
        "export function price(): string {\n"
        '  if (process.env.STAGE !== "production") return "1000";\n  return "2000";\n}\n'
        'export function zipCode() { if (!process.env.STAGE) return "10115"; return "80331"; }\n'
    )
    assert _found(text, "server/shop.ts") == []


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ('DEBUG = os.getenv("DEBUG", "true").lower() == "true"\n', ("DEBUG",)),
        ('DEBUG = config("DEBUG", default=True, cast=bool)\n', ("DEBUG",)),
        ('DEBUG = os.getenv("DEBUG", "false").lower() == "true"\n', None),
        ('DEBUG = os.environ["DEBUG"] == "true"\n', None),
    ],
)
def test_python_settings_count_with_their_defaults(
    text: str, settings: tuple[str, ...] | None
) -> None:
    code = f'{text}def send(user):\n    otp = "123456" if DEBUG else new()\n    user.send(otp)\n'
    assert _found(code, "app/otp.py") == ([("send", settings)] if settings else [])


def test_a_module_of_many_decisions_is_gone_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    gone_through: list[int] = []

    def counted(lets: list[Let]) -> dict[str, list[Expression]]:
        gone_through.append(len(lets))
        return names_given(lets)

    monkeypatch.setattr("shipworthy.prototype.program.fixed_codes.names_given", counted)
    decides = "if (stage && phone) { if (!phone) { return phone; } }"
    text = 'const stage = process.env.STAGE || "dev";\n' + "\n".join(
        f"export function send{n}(phone: string) {{ {decides} return code{n}; }}" for n in range(40)
    )
    assert _found(text) == []
    assert gone_through == [1]
