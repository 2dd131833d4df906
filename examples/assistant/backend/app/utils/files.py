import contextlib
import os
from pathlib import Path

from app.config import settings

ALLOWED = {".pdf", ".md", ".txt", ".docx"}


def upload_dir() -> Path:
    path = Path(settings.UPLOAD_DIR)
    path.mkdir(parents=True, exist_ok=True)
    return path


def save_upload(filename: str, data: bytes) -> str:
    target = os.path.join(upload_dir(), filename)
    with open(target, "wb") as f:
        f.write(data)
    return target


def save_avatar(employee_id: int, data: bytes) -> Path:
    target = upload_dir() / "avatars" / f"{int(employee_id)}.png"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(data)
    return target


def delete_upload(name: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.remove(upload_dir() / Path(name).name)


def is_allowed(filename: str) -> bool:
    return Path(filename).suffix.lower() in ALLOWED
