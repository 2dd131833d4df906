import pytest

from app.utils.security import create_access_token, verify_access_token
from app.utils.text import mask_email, slugify

FAKE_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0LXVzZXIifQ.invalid-signature"


def test_token_round_trip():
    token = create_access_token({"sub": "42", "role": "employee"})
    payload = verify_access_token(token)
    assert payload["sub"] == "42"
    assert payload["role"] == "employee"


def test_bad_token_is_refused():
    assert verify_access_token(FAKE_TOKEN) is None


@pytest.mark.parametrize(
    "email, masked",
    [
        ("anna.keller@brightleaf.example", "a***@brightleaf.example"),
        ("x@brightleaf.example", "x***@brightleaf.example"),
        ("not-an-email", "***"),
    ],
)
def test_mask_email(email, masked):
    assert mask_email(email) == masked


def test_slugify():
    assert slugify("Annual Leave – 2024!") == "annual-leave-2024"
