import re
import unicodedata


def mask_email(email: str) -> str:
    if "@" not in email:
        return "***"
    name, domain = email.split("@", 1)
    return f"{name[:1]}***@{domain}"


def slugify(value: str) -> str:
    value = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
    value = re.sub(r"[^a-zA-Z0-9]+", "-", value).strip("-")
    return value.lower()


def strip_code_fence(text: str) -> str:
    """The model likes to answer in ```python ... ``` blocks."""
    text = text.strip()
    text = re.sub(r"^```[a-z]*\n", "", text)
    return re.sub(r"\n?```$", "", text).strip()
