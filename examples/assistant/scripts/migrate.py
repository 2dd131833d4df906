"""Apply migrations/*.sql in order."""
import os
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    conn = psycopg2.connect(os.environ["DATABASE_URL"])
    cur = conn.cursor()
    for path in sorted((ROOT / "migrations").glob("*.sql")):
        cur.execute(path.read_text())
        print(f"applied {path.name}")
    conn.commit()
    conn.close()


if __name__ == "__main__":
    main()
