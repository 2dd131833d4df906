"""Passwords that people made up for an account of the app, told from those of services."""

from __future__ import annotations

import pytest

from shipworthy.finding import Location
from shipworthy.prototype.secrets.logins import is_made_up_login, is_trial_login
from shipworthy.prototype.secrets.secret import Place, Secret, SecretKind
from shipworthy.prototype.source import Language, Role, SourceFile


def password(value: str, name: str = "password", path: str = "src/login.ts") -> Secret:
    return Secret(
        kind=SecretKind.PASSWORD,
        provider="",
        value=value,
        name=name,
        place=Place.CODE,
        rule="named-password",
        location=Location(path, 1),
    )


def file(text: str, path: str = "src/login.ts") -> SourceFile:
    return SourceFile(path, Role.PRODUCT, len(text), text, Language.TYPESCRIPT)


@pytest.mark.parametrize(
    "value", ["Orchard@123", "senha123", "Admin2024!", "Harbor!22", "orchard123456"]
)
def test_a_word_with_a_number_is_made_up(value: str) -> None:
    assert is_made_up_login(password(value))
    assert not is_made_up_login(password(value, name="DB_PASSWORD"))


@pytest.mark.parametrize(
    "value", ["k9Xq2LmZ7tRw", "&s@7kQ", "Sea7hert12233fssa!", "harbour8204917"]
)
def test_other_passwords_may_open_anything(value: str) -> None:
    assert not is_made_up_login(password(value))


def test_accounts_of_nobody_and_files_for_trials_are_trials() -> None:
    text = 'await signIn({ email: "ana@teste.com", password: "senha123" });'
    assert is_trial_login(password("senha123"), file(text))
    real = text.replace("teste.com", "orchard.com")
    assert not is_trial_login(password("senha123"), file(real))
    assert is_trial_login(password("senha123", path="debug-plans.ts"), file(real, "debug-plans.ts"))


def test_demo_account_that_production_does_not_make_is_a_trial() -> None:
    line = 'const demoPassword = settings.get("DEMO_PASSWORD") || "Zebra123!";\n'
    secret = password("Zebra123!", name="DEMO_PASSWORD")
    assert is_trial_login(secret, file("if (!isProduction) " + line))
    assert not is_trial_login(secret, file("if (isProduction) " + line))
