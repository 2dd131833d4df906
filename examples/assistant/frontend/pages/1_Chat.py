import random

import streamlit as st

from services.api_client import ask

st.title("💬 Chat")

SUGGESTIONS = [
    "How many days of leave do I have?",
    "Can I work from abroad?",
    "What is the limit for hotels?",
    "How long is parental leave?",
]

if "messages" not in st.session_state:
    st.session_state.messages = []

if not st.session_state.messages:
    st.caption("Try: " + random.choice(SUGGESTIONS))

for m in st.session_state.messages:
    with st.chat_message(m["role"]):
        st.markdown(m["content"], unsafe_allow_html=True)

question = st.chat_input("Ask about a policy")
if question:
    st.session_state.messages.append({"role": "user", "content": question})
    with st.spinner("Thinking..."):
        try:
            result = ask(
                question,
                st.session_state.get("token"),
                st.session_state.get("session_id"),
                st.session_state.get("user") or "there",
            )
        except Exception as e:
            st.error(f"Could not get an answer: {e}")
            st.stop()
    st.session_state.session_id = result["session_id"]
    text = result["answer"]
    if result["sources"]:
        text += "\n\n📎 " + ", ".join(result["sources"])
    st.session_state.messages.append({"role": "assistant", "content": text})
    st.rerun()
