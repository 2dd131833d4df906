"""What an SDK writes elsewhere with a token of the server counts as an effect, and as the right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Finding, Outcome
from shipworthy.prototype.handlers.handler import EffectKind

SANITY = (
    'import { createClient } from "@sanity/client";\n'
    'const client = createClient({ projectId: "a", token: process.env.SANITY_TOKEN });\n'
)
NOTION = (
    'import { Client } from "@notionhq/client";\n'
    "const notion = new Client({ auth: process.env.NOTION_TOKEN });\n"
)
AIRTABLE = (
    'import Airtable from "airtable";\n'
    "const base = new Airtable({ apiKey: process.env.AIRTABLE_KEY }).base(process.env.AIRTABLE_BASE!);\n"
)
CONTENTFUL = (
    'import contentful from "contentful-management";\n'
    "const client = contentful.createClient({ accessToken: process.env.CMA_TOKEN! });\n"
    'const environment = async () => (await client.getSpace("s")).getEnvironment("master");\n'
)
SHOPIFY = (
    'import { createAdminApiClient } from "@shopify/admin-api-client";\n'
    'const client = createAdminApiClient({ storeDomain: "a", accessToken: process.env.SHOP_TOKEN! });\n'
)


def _route(head: str, body: str) -> dict[str, str]:
    text = (
        f"{head}export async function POST(request: Request) {{\n"
        f"  const given = await request.json();\n  {body}\n  return Response.json({{ ok: true }});\n}}\n"
    )
    return {"package.json": '{"dependencies": {"next": "15.1.0"}}', "app/api/put/route.ts": text}


def _deeds(folder: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    (handler,) = prototype_of(folder, files).handlers
    fetched = handler.effects_of(EffectKind.FETCH)
    return [(e.literals["service"], e.literals["deed"]) for e in fetched if "service" in e.literals]


@pytest.mark.parametrize(
    ("head", "body", "deed"),
    [
        (SANITY, "await client.create(given);", ("Sanity", "add to")),
        (SANITY, "await client.patch(given.id).set(given).commit();", ("Sanity", "change")),
        (
            SANITY,
            "await client.patch(given.id).inc({ likes: 1 }).commit();",
            ("Sanity", "count in"),
        ),
        (SANITY, "await client.delete(given.id);", ("Sanity", "delete from")),
        (SANITY, "await client.transaction().delete(given.id).commit();", ("Sanity", "change")),
        (NOTION, "await notion.pages.create(given);", ("Notion", "add to")),
        (NOTION, "await notion.blocks.children.append(given);", ("Notion", "add to")),
        (NOTION, "await notion.blocks.delete(given);", ("Notion", "delete from")),
        (AIRTABLE, 'await base("Leads").update(given.id, given);', ("Airtable", "change")),
        (AIRTABLE, 'await base("Leads").destroy(given.id);', ("Airtable", "delete from")),
        (
            CONTENTFUL,
            "await (await environment()).createEntry(given.kind, given);",
            ("Contentful", "add to"),
        ),
        (SHOPIFY, "await client.request(`mutation { a }`, given);", ("Shopify", "change")),
    ],
)
def test_each_sdk_is_known_by_what_it_writes(
    tmp_path: Path, head: str, body: str, deed: tuple[str, str]
) -> None:
    assert _deeds(tmp_path, _route(head, body)) == [deed]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (SANITY, "await client.fetch(given.query);"),
        (SANITY.replace(", token: process.env.SANITY_TOKEN", ""), "await client.create(given);"),
        (SHOPIFY, "await client.request(`query { a }`, given);"),
        (
            'import { createClient } from "@sanity/client";\n',
            "await createClient({ token: given.token }).create(given);",
        ),
    ],
)
def test_reading_and_the_callers_own_token_are_no_writes_of_the_server(
    tmp_path: Path, head: str, body: str
) -> None:
    assert _deeds(tmp_path, _route(head, body)) == []


def _judged(folder: Path, body: str, head: str = SANITY) -> Finding:
    return next(iter(UnauthenticatedEndpoint().detect(prototype_of(folder, _route(head, body)))))


def test_whoever_names_the_document_rules_over_the_content(tmp_path: Path) -> None:
    found = _judged(tmp_path, "await client.createOrReplace(given);")
    assert (found.outcome, found.confidence) == (Outcome.GAP, Confidence.HIGH)
    assert "Sanity" in found.message


def test_a_record_that_a_form_leaves_is_a_question(tmp_path: Path) -> None:
    found = _judged(tmp_path, 'await client.create({ _type: "comment", text: given.text });')
    assert found.confidence is Confidence.LOW


def test_a_count_that_goes_up_is_a_question(tmp_path: Path) -> None:
    found = _judged(tmp_path, "await client.patch(given.id).inc({ likes: 1 }).commit();")
    assert found.confidence is Confidence.LOW
