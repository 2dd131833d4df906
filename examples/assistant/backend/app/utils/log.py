import logging
import sys

# never print these, use redact() before logging a dict
SECRET_FIELDS = {"password", "password_hash", "token", "iban", "salary", "otp_code"}


def setup_logging(level: int = logging.INFO) -> None:
    logging.basicConfig(
        stream=sys.stdout,
        level=level,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )


def redact(record: dict) -> dict:
    return {k: ("***" if k in SECRET_FIELDS else v) for k, v in record.items()}
