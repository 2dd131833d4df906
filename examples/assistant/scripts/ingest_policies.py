"""Ingest every policy in data/policies."""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "backend"))

from app.database import SessionLocal
from app.rag.ingestion import ingest_text


def main() -> None:
    db = SessionLocal()
    for path in sorted((ROOT / "data" / "policies").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        title = text.splitlines()[0].lstrip("# ")
        doc = ingest_text(db, title, text, source=path.name)
        print(f"✅ {doc.title}")
    db.close()


if __name__ == "__main__":
    main()
