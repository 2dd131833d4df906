# one-off: sessions without a title
import os

import psycopg2

conn = psycopg2.connect(os.environ["DATABASE_URL"])
cur = conn.cursor()

# DROP TABLE chat_sessions;  <- do NOT do that again
cur.execute(
    "UPDATE chat_sessions SET title = left(m.content, 40) "
    "FROM (SELECT DISTINCT ON (session_id) session_id, content FROM chat_messages "
    "WHERE role = 'user' ORDER BY session_id, id) m "
    "WHERE m.session_id = chat_sessions.id AND (title IS NULL OR title = '')"
)
print(cur.rowcount, "sessions fixed")
conn.commit()
conn.close()
