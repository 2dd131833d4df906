# one-off: re-create the embeddings that came out empty
import psycopg2
from openai import OpenAI

OPENAI_KEY = "sk-proj-pAurdIIbV9ujGbu0h7cFLoDuz0IrjBQSI4O7q2XUMwMZKNw4_LeAf0QX4LPMQqX5XzooWaMK4fSoftZh8PgBy-CzFjH25ujw4lqHRHx25hLUaOmW0x48giNcYkDF"
client = OpenAI(api_key=OPENAI_KEY)

conn = psycopg2.connect("dbname=policypal user=policypal host=localhost")
cur = conn.cursor()
cur.execute("SELECT id, content FROM chunks")
rows = cur.fetchall()
print(len(rows), "chunks")

for chunk_id, content in rows:
    try:
        emb = client.embeddings.create(model="text-embedding-3-small", input=content).data[0].embedding
        cur.execute("UPDATE chunks SET embedding = %s WHERE id = %s", (str(emb), chunk_id))
    except Exception:
        continue

conn.commit()
print("done ✅")
