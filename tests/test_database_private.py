"""Names that tell what is nobody else's business."""

from __future__ import annotations

import pytest

from shipworthy.database.private import (
    is_always_private,
    is_key_column,
    is_personal_column,
    is_private_bucket,
    is_private_record,
    is_secret_column,
)


@pytest.mark.parametrize(
    "name", ["email", "customer_email", "phone", "full_name", "cpf", "birth_date"]
)
def test_columns_about_a_person_are_personal(name: str) -> None:
    assert is_personal_column(name, "public.leads")


@pytest.mark.parametrize(
    "name", ["title", "email_template", "email_sent", "phone_calls", "name", "slug"]
)
def test_other_columns_are_not(name: str) -> None:
    assert not is_personal_column(name, "public.leads")


@pytest.mark.parametrize(
    ("name", "personal"),
    [
        ("customer_info", True),
        ("guest_details", True),
        ("emergency_contact", True),
        ("bank_details", True),
        ("shipping_info", False),
        ("anomaly_details", False),
        ("contact_info_label", False),
    ],
)
def test_all_about_a_person_in_one_column_is_personal(name: str, personal: bool) -> None:
    assert is_personal_column(name, "public.leads") is personal


def test_contact_data_of_a_business_is_not_personal() -> None:
    assert not is_personal_column("contact_info", "public.restaurants")
    assert not is_personal_column("phone", "public.restaurants")
    assert not is_personal_column("contact_phone", "public.health_facilities")


@pytest.mark.parametrize(
    "name",
    [
        "totp_secret",
        "api_key",
        "password_hash",
        "access_token",
        "senha",
        "fee_wallet_encrypted_key",
    ],
)
def test_secret_columns(name: str) -> None:
    assert is_secret_column(name)


@pytest.mark.parametrize(
    "name",
    [
        "has_password",
        "password_updated_at",
        "secretary",
        "share_token",
        "tokens_used",
        "pin_id",
        "wifi_password",
        "service_key",
        "wallet_address",
        "senha_wifi",
    ],
)
def test_columns_about_secrets_are_none(name: str) -> None:
    assert not is_secret_column(name)


def test_records_that_are_somebodys_own() -> None:
    assert is_private_record("public.order_items")
    assert not is_private_record("public.categories")
    assert is_always_private("public.webhook_events")
    assert not is_always_private("public.posts")
    assert is_always_private("public.disputes")
    assert is_always_private("public.medical_records")
    assert not is_always_private("public.patient_stories")
    assert is_private_record("public.driver_locations")
    assert not is_private_record("public.store_locations")


@pytest.mark.parametrize(
    ("column", "table", "personal"),
    [
        ("iban", "public.suppliers", True),
        ("bank_account_number", "public.vendors", True),
        ("phone", "public.suppliers", False),  # of a business
        ("iban", "public.settings", False),  # where customers are to pay
        ("contact_number", "public.members", True),
        ("guardian_phone", "public.pupils", True),
        ("medical_history", "public.people", True),
    ],
)
def test_money_and_health_are_personal(column: str, table: str, personal: bool) -> None:
    assert is_personal_column(column, table) is personal


@pytest.mark.parametrize(
    ("bucket", "private"),
    [
        ("kyc-documents", True),
        ("kyc_uploads", True),
        ("passports", True),
        ("driving-licences", True),
        ("signatures", True),
        ("client_signatures", True),
        ("chat-files", True),
        ("id-cards", True),
        ("whatsapp-media", True),
        ("patient-photos", True),
        ("message_images", True),
        ("prescriptions", True),
        ("avatars", False),
        ("signature-dishes", False),
        ("email-signatures", False),
        ("chat-backgrounds", False),
        ("product-media", False),
        ("grid-cards", False),
    ],
)
def test_buckets_that_sound_private(bucket: str, private: bool) -> None:
    assert is_private_bucket(bucket) is private


@pytest.mark.parametrize(
    ("column", "table", "key"),
    [
        ("invite_token", "public.team_invitations", True),
        ("code", "public.otp_codes", True),
        ("country_code", "public.invitations", False),
        ("code", "public.coupons", False),
    ],
)
def test_codes_that_let_in_whoever_holds_them(column: str, table: str, key: bool) -> None:
    assert is_key_column(column, table) is key


@pytest.mark.parametrize(
    ("name", "table", "personal"),
    [
        ("student_name", "public.certificates", True),
        ("patient_name", "public.queue", True),
        ("nome_aluno", "public.certificados", True),
        ("customer_name", "public.bookings", True),
        ("student_name", "public.success_stories", False),
        ("customer_name", "public.testimonials", False),
        ("client_name", "public.projects", False),
        ("course_name", "public.certificates", False),
    ],
)
def test_names_of_whom_a_row_is_about(name: str, table: str, personal: bool) -> None:
    assert is_personal_column(name, table) is personal
