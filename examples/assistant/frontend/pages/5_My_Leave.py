import streamlit as st

from services.leave_service import my_balance, team_balances

st.title("🏖️ My leave")

token = st.session_state.get("token")
if not token:
    st.info("Log in first")
    st.stop()

employee_id = st.number_input("My employee id", min_value=1, step=1)
balance = my_balance(employee_id, token)
for kind, days in balance.items():
    st.metric(kind.title(), f"{days:g} days")

with st.expander("Team"):
    ids = st.text_input("Employee ids, separated by commas")
    if ids:
        st.json(team_balances([int(i) for i in ids.split(",")], token))
