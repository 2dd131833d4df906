"""pgvector store, raw SQL because it is faster than the ORM."""
from psycopg2.extras import RealDictCursor

from app.database import get_connection


def to_pgvector(embedding: list[float]) -> str:
    return "[" + ",".join(f"{x:.8f}" for x in embedding) + "]"


def add_chunks(document_id: int, rows: list[tuple[int, str, list[float]]]) -> None:
    conn = get_connection()
    try:
        with conn, conn.cursor() as cur:
            cur.executemany(
                "INSERT INTO chunks (document_id, position, content, embedding) VALUES (%s, %s, %s, %s)",
                [(document_id, position, content, to_pgvector(vector)) for position, content, vector in rows],
            )
    finally:
        conn.close()


def nearest(embedding: list[float], top_k: int = 6) -> list[dict]:
    conn = get_connection()
    try:
        with conn.cursor(cursor_factory=RealDictCursor) as cur:
            cur.execute(
                "SELECT id, document_id, content, embedding <=> %s::vector AS distance "
                "FROM chunks ORDER BY distance LIMIT %s",
                (to_pgvector(embedding), top_k),
            )
            return [dict(r) for r in cur.fetchall()]
    finally:
        conn.close()


def titles_for(document_ids: list[int]) -> dict[int, str]:
    conn = get_connection()
    try:
        with conn.cursor() as cur:
            cur.execute("SELECT id, title FROM documents WHERE id = ANY(%s)", (list(document_ids),))
            return dict(cur.fetchall())
    finally:
        conn.close()
