"""What is known of people in a prototype, and who else gets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shipworthy.prototype import Prototype, read_prototype
from shipworthy.prototype.privacy.categories import Category, category_of
from shipworthy.prototype.privacy.processors import as_of, companies, company_of_host
from shipworthy.prototype.privacy.regions import lies_within
from shipworthy.prototype.privacy.rights import erasing


def written(root: Path, files: dict[str, str]) -> Prototype:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_prototype(root)


@pytest.mark.parametrize(
    ("table", "column", "category"),
    [
        ("profiles", "email", Category.EMAIL),
        ("orders", "customer_email", Category.EMAIL),
        ("Patient", "dateOfBirth", Category.BIRTH),
        ("clientes", "telefone", Category.PHONE),
        ("patients", "name", Category.NAME),
        ("intake", "current_medications", Category.HEALTH),
        ("chat_messages", "content", Category.MESSAGE),
        ("payments", "card_number", Category.CARD),
        ("sessions", "ip_address", Category.DEVICE),
    ],
)
def test_a_column_says_what_it_holds(table: str, column: str, category: Category) -> None:
    assert category_of(column, table) is category


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("products", "name"),
        ("email_templates", "body"),
        ("companies", "address"),
        ("settings", "support_email"),
        ("notifications", "email_sent"),
        ("users", "email_verified"),
        ("hospitals", "phone"),
        ("food_items", "weight"),
        ("wallets", "contract_address"),
        ("posts", "content"),
    ],
)
def test_things_and_settings_are_nobodys_data(table: str, column: str) -> None:
    assert category_of(column, table) is None


def test_every_company_has_a_country_a_purpose_and_a_source() -> None:
    assert as_of() >= "2026"
    for company in companies():
        assert company.purpose
        assert company.country == "?" or len(company.country) == 2
        assert company.regions in ("chosen", "fixed", "unknown")
        assert company.source.startswith("https://")
        assert company.packages or company.hosts or company.files


def test_names_of_companies_are_unique() -> None:
    names = [company.name for company in companies()]
    assert len(names) == len(set(names))


def test_a_host_belongs_to_the_company_above_it() -> None:
    assert company_of_host("eu.i.posthog.com") == "PostHog"
    assert company_of_host("europe-west1-aiplatform.googleapis.com") == "Vertex AI (Google)"
    assert company_of_host("notposthog.com.example.org") == ""


def test_processors_are_seen_by_import_by_host_and_in_pages(tmp_path: Path) -> None:
    prototype = written(
        tmp_path,
        {
            "index.html": '<html><head><script src="https://client.crisp.chat/l.js"></script></head>'
            '<body><script type="module" src="/src/main.ts"></script></body></html>',
            "src/main.ts": 'import posthog from "posthog-js";\nimport { mail } from "./mail";\n'
            'posthog.init("phc_9aT2kk", { api_host: "https://eu.i.posthog.com" });\nmail();\n',
            "src/mail.ts": 'export const mail = () => fetch("https://api.resend.com/emails");\n',
        },
    )
    found = {p.company.name: p for p in prototype.processors}
    assert {"Crisp", "PostHog", "Resend"} <= found.keys()
    assert (found["PostHog"].region, found["Resend"].region) == ("eu", "")
    assert found["Resend"].receives == (Category.EMAIL,)
    assert [t.name for t in prototype.trackers] == ["PostHog"]


def test_a_type_import_makes_nobody_a_processor(tmp_path: Path) -> None:
    text = 'import type { Stripe } from "stripe";\nexport const a: Stripe | null = null;\n'
    assert written(tmp_path, {"src/main.ts": text}).processors == ()


def test_data_in_tables_and_forms_is_listed(tmp_path: Path) -> None:
    prototype = written(
        tmp_path,
        {
            "supabase/migrations/1.sql": "create table patients (id int, full_name text, allergies text);",
            "src/App.tsx": "export default function App() {\n  return <form>"
            '<Input type="email" placeholder="you@example.com" /><Input placeholder="Search users" />'
            "</form>;\n}\n",
        },
    )
    found = {(d.kind, d.holder, d.field, d.category, d.special) for d in prototype.personal_data}
    assert found == {
        ("table", "patients", "full_name", Category.NAME, False),
        ("table", "patients", "allergies", Category.HEALTH, True),
        ("form", "App", "email", Category.EMAIL, False),
    }


@pytest.mark.parametrize(
    ("place", "approved", "within"),
    [
        ("DE", ["EU"], True),
        ("NO", ["EU"], False),
        ("NO", ["EEA"], True),
        ("US", ["EU"], False),
        ("eu-central-1", ["EU"], True),
        ("eu-west-2", ["EU"], False),  # London
        ("europe-west4", ["eu"], True),
        ("us-east-1", ["US"], True),
        ("GB", ["UK"], True),
        ("eu", ["DE"], False),
    ],
)
def test_a_place_is_approved_or_not(place: str, approved: list[str], within: bool) -> None:
    assert lies_within(place, approved) is within


PIXEL = "!function(f){}(window);fbq('init', '88112233445566');fbq('track', 'PageView');"


def test_a_snippet_in_a_page_starts_a_tracker(tmp_path: Path) -> None:
    page = f"<html><head><script>{PIXEL}</script></head><body></body></html>"
    [tracker] = written(tmp_path, {"index.html": page}).trackers
    assert (tracker.name, tracker.kind, tracker.in_page, tracker.asks) == (
        "The Meta pixel",
        "ads",
        True,
        False,
    )


def test_a_script_of_type_text_waits_for_consent(tmp_path: Path) -> None:
    page = f'<html><head><script type="text/plain">{PIXEL}</script></head><body></body></html>'
    assert [t.asks for t in written(tmp_path, {"index.html": page}).trackers] == [True]


def test_code_that_only_names_a_tracker_starts_none(tmp_path: Path) -> None:
    text = (
        'export const csp = "script-src https://www.googletagmanager.com/gtag/js?id=";\n'
        "export const send = () => window.gtag('event', 'x');\n"
    )
    assert written(tmp_path, {"src/main.ts": text}).trackers == ()


@pytest.mark.parametrize(
    ("packages", "around", "names"),
    [
        ({"react-dom": "^18.3.1"}, "div", []),
        ({"react-dom": "^18.3.1"}, "Helmet", ["Google Analytics"]),
        ({"react-dom": "^19.0.0"}, "div", ["Google Analytics"]),
        ({"react-dom": "^18.3.1", "next": "14.2.5"}, "div", ["Google Analytics"]),
        ({"react-dom": "^18.3.1", "react-snap": "1.23.0"}, "div", ["Google Analytics"]),
        ({}, "div", ["Google Analytics"]),
    ],
)
def test_a_script_that_react_only_draws_starts_no_tracker(
    tmp_path: Path, packages: dict[str, str], around: str, names: list[str]
) -> None:
    files = {
        "package.json": json.dumps({"dependencies": packages}),
        "index.html": '<script type="module" src="/src/main.tsx"></script>',
        "src/main.tsx": 'import { Analytics } from "./Analytics";\nAnalytics();\n',
        "src/Analytics.tsx": (
            "export const Analytics = () => (\n"
            f'  <{around}><script async src="https://www.googletagmanager.com/gtag/js?id=G-K3QW1"></script>'
            f"</{around}>\n);\n"
        ),
    }
    assert [t.name for t in written(tmp_path, files).trackers] == names


def test_a_tracker_behind_a_setting_names_the_setting(tmp_path: Path) -> None:
    text = (
        'const ADS_ENABLED = import.meta.env.VITE_ADS === "true";\n'
        "export function load() {\n"
        "  if (!ADS_ENABLED) return;\n"
        '  const script = document.createElement("script");\n'
        '  script.src = "https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js";\n'
        "}\n"
    )
    main = 'import { load } from "./ads";\nload();\n'
    [tracker] = written(tmp_path, {"src/ads.ts": text, "src/main.ts": main}).trackers
    assert tracker.switch == "ADS_ENABLED"


def test_a_delete_from_the_table_with_passwords_deletes_accounts(tmp_path: Path) -> None:
    table = "create table guests (id bigint primary key, email text, password text not null);\n"
    code = (
        'import { createClient } from "@supabase/supabase-js";\n'
        "const supabase = createClient(process.env.URL!, process.env.KEY!);\n"
        'export const leave = (id: string) => supabase.from("guests").delete().eq("id", id);\n'
    )
    files = {"supabase/migrations/1_guests.sql": table, "src/leave.ts": code}
    found = erasing(written(tmp_path, files))
    assert found is not None
    assert found.path == "src/leave.ts"
