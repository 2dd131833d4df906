import os

import pandas as pd
import psycopg2
import streamlit as st

st.title("👥 Employees")

conn = psycopg2.connect(os.environ["DATABASE_URL"])
cur = conn.cursor()

name = st.text_input("🔍 Search by name")
if name:
    cur.execute(f"SELECT id, full_name, email, phone, salary, iban FROM employees WHERE full_name ILIKE '%{name}%'")
else:
    cur.execute("SELECT id, full_name, email, phone, salary, iban FROM employees ORDER BY full_name")

df = pd.DataFrame(cur.fetchall(), columns=["id", "name", "email", "phone", "salary", "iban"])
st.dataframe(df, use_container_width=True)

st.subheader("💶 Change a salary")
employee_id = st.number_input("Employee id", min_value=1, step=1)
salary = st.number_input("New salary", min_value=0.0, step=100.0)
if st.button("Save"):
    cur.execute("UPDATE employees SET salary = %s WHERE id = %s", (salary, employee_id))
    conn.commit()
    st.success("Saved ✅")

conn.close()
