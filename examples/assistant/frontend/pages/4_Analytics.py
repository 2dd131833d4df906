import os

import pandas as pd
import plotly.express as px
import psycopg2
import streamlit as st

from services.api_client import ask_data

st.title("📊 Analytics")


@st.cache_resource
def connection():
    return psycopg2.connect(os.environ["DATABASE_URL"])


by_department = pd.read_sql(
    "SELECT d.name AS department, count(*) AS people, avg(e.salary) AS avg_salary "
    "FROM employees e JOIN departments d ON d.id = e.department_id GROUP BY d.name",
    connection(),
)
st.plotly_chart(px.bar(by_department, x="department", y="people"))
st.plotly_chart(px.bar(by_department, x="department", y="avg_salary"))

st.subheader("✨ Ask your data")
question = st.text_input("e.g. Who has the most leave left?")
if question:
    with st.spinner("Asking..."):
        result = ask_data(question, st.session_state.get("token"))
    st.write(result["explanation"])
    st.code(result["sql"], language="sql")
    st.dataframe(pd.DataFrame(result["rows"]))
