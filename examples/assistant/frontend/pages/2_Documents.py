import streamlit as st

from services.api_client import get, upload

st.title("📄 Documents")

token = st.session_state.get("token")

uploaded = st.file_uploader("Add a policy", type=["pdf", "md", "txt"])
if uploaded and st.button("Upload"):
    with st.spinner("Reading the document..."):
        doc = upload(uploaded.name, uploaded.getvalue(), token)
    st.success(f"Added {doc['title']}")

for d in get("/api/documents", token) or []:
    st.write(f"• **{d['title']}** {d['source'] or ''}")
