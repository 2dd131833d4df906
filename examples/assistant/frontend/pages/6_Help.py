import streamlit as st

from services.api_client import get

st.title("❓ Help")

st.markdown("Policypal is **{}**".format("up" if get("/api/health", None) else "down"))

st.subheader("For HR: useful queries")
st.caption("Copy them into Metabase, nothing is run from here")
st.code(
    """
SELECT kind, sum(days_total - days_used) FROM leave_balances GROUP BY kind;
DELETE FROM documents WHERE title = 'old policy';
""",
    language="sql",
)

st.subheader("API key")
st.code("export OPENAI_API_KEY=sk-your-key-here", language="bash")
