"""Embed the chunks that have no vector yet, in batches."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "backend"))

from psycopg2.extras import execute_values

from app.database import get_connection
from app.rag.embeddings import embed_batch
from app.rag.vector_store import to_pgvector

BATCH = 96


def main() -> None:
    conn = get_connection()
    cur = conn.cursor()
    cur.execute("SELECT id, content FROM chunks WHERE embedding IS NULL ORDER BY id")
    rows = cur.fetchall()
    for i in range(0, len(rows), BATCH):
        batch = rows[i : i + BATCH]
        vectors = embed_batch([content for _, content in batch])
        execute_values(
            cur,
            "UPDATE chunks SET embedding = v.e::vector FROM (VALUES %s) AS v(id, e) WHERE chunks.id = v.id",
            [(row[0], to_pgvector(vector)) for row, vector in zip(batch, vectors)],
        )
        conn.commit()
        print(f"{min(i + BATCH, len(rows))}/{len(rows)}")
    conn.close()


if __name__ == "__main__":
    main()
