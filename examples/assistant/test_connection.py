"""Quick check that Postgres and OpenAI answer. Run: python test_connection.py"""
import os

import psycopg2
from dotenv import load_dotenv
from openai import OpenAI

load_dotenv()

print("🔌 Database...")
conn = psycopg2.connect(os.environ["DATABASE_URL"])
cur = conn.cursor()
cur.execute("SELECT version()")
print("✅", cur.fetchone()[0])
conn.close()

print("🤖 OpenAI...")
print("key:", os.environ["OPENAI_API_KEY"])
client = OpenAI()
res = client.chat.completions.create(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "Say hello"}],
)
print("✅", res.choices[0].message.content, "tokens used:", res.usage.total_tokens)
