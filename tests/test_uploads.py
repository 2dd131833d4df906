"""What the code puts into a bucket, told by the page, the function and the path of an upload."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.controls.access.open_storage_bucket.control import OpenStorageBucket
from shipworthy.finding import Outcome, Severity
from shipworthy.pipeline import open_prototype
from shipworthy.prototype.queries.uploads import buckets_of_papers
from shipworthy.settings import Settings

HEAD = 'import { createClient } from "@supabase/supabase-js";\nconst supabase = createClient("", "");\n'


def papers(folder: Path, page: str, code: str) -> frozenset[str]:
    (folder / "package.json").write_text('{"dependencies": {"@supabase/supabase-js": "^2.45.0"}}')
    (folder / "src").mkdir()
    (folder / "src" / page).write_text(HEAD + code)
    return buckets_of_papers(open_prototype(folder, Settings()))


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (
            "Form.tsx",
            "export async function send(file: File, user: string) {\n"
            "  const name = `${user}/receipts/${file.name}`;\n"
            '  await supabase.storage.from("uploads").upload(name, file);\n}\n',
        ),
        (
            "Form.tsx",
            "export async function uploadContract(file: File) {\n"
            '  await supabase.storage\n    .from("uploads")\n    .upload(file.name, file);\n}\n',
        ),
        (
            "StudentIdCard.tsx",
            "export async function send(file: File) {\n"
            '  await supabase.storage.from("uploads").upload(file.name, file);\n}\n',
        ),
        (
            "KycVerification.tsx",
            'const BUCKET = "uploads";\nexport async function send(file: File) {\n'
            "  await supabase.storage.from(BUCKET).upload(file.name, file);\n}\n",
        ),
    ],
)
def test_papers_are_told_by_path_function_or_page(page: str, code: str, tmp_path: Path) -> None:
    assert papers(tmp_path, page, code) == {"uploads"}


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (
            "ChatSettings.tsx",
            "export async function uploadAvatar(file: File) {\n"
            '  await supabase.storage.from("uploads").upload(file.name, file);\n}\n',
        ),
        (
            "Invoices.tsx",
            "export async function send(file: File) {\n"
            '  await supabase.storage.from("product-images").upload(file.name, file);\n}\n',
        ),
        (
            "Form.tsx",
            "export async function send(passport: string, file: File) {\n"
            '  await supabase.storage.from("uploads").upload(`${passport}.png`, file);\n}\n',
        ),
        (
            "ReleaseNotes.tsx",
            "export async function send(file: File, version: string) {\n"
            '  await supabase.storage.from("uploads").upload(`releases/${version}.zip`, file);\n}\n',
        ),
        (
            "GridCard.tsx",
            "export async function send(file: File) {\n"
            '  await supabase.storage.from("uploads").upload(file.name, file);\n}\n',
        ),
        (
            "KycVerification.tsx",
            "export async function show(path: string) {\n"
            '  return supabase.storage.from("uploads").download(path);\n}\n',
        ),
    ],
)
def test_pictures_and_other_files_are_none(page: str, code: str, tmp_path: Path) -> None:
    assert not papers(tmp_path, page, code)


_PUBLIC = """insert into storage.buckets (id, name, public) values ('NAME', 'NAME', true);
create policy seen on storage.objects for select to public using (bucket_id = 'NAME');
"""


@pytest.mark.parametrize(
    ("bucket", "severity"), [("uploads", Severity.HIGH), ("contracts", Severity.CRITICAL)]
)
def test_what_a_page_tells_weighs_less_than_what_a_bucket_is_called(
    bucket: str, severity: Severity, tmp_path: Path
) -> None:
    folder = tmp_path / "supabase" / "migrations"
    folder.mkdir(parents=True)
    (folder / "20260101000000_files.sql").write_text(_PUBLIC.replace("NAME", bucket))
    code = (
        "export async function uploadContract(file: File) {\n"
        f'  await supabase.storage.from("{bucket}").upload(file.name, file);\n}}\n'
    )
    assert papers(tmp_path, "Form.tsx", code) == {bucket}
    found = OpenStorageBucket().detect(open_prototype(tmp_path, Settings()))
    (gap,) = (f for f in found if f.outcome is Outcome.GAP)
    assert gap.severity is severity
