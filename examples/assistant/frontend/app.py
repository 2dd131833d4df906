import base64

import streamlit as st

from services.api_client import login

st.set_page_config(page_title="Policypal", page_icon="🧑‍💼", layout="wide")

LOGO_PNG = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAACeklEQVR42g2SPUgCUBhFH1QEQUGDSyUREUE/Q1AgSoWERkHaUENFGoaoSFBoiYOQglIUNIhkYIRRgkMEhaKDg0U2BFFDiKCgg6Qt0SAiQXT2y3nnu/cJIURra2tHR4dEIunp6env7x8aGhobG5PJZNPT02q1emFhYWlpaW1tzWAwWCwW0d7eTlQqlQ4MDIyOjk5MTExOTqpUKnLLy8vr6+tGo3Fra2t3d9flcnm9XtHV1QV1ZGSE6NTU1Ozs7OLi4srKCjyr1Wq328n5fL6Tk5NgMBgOh8Xg4CACCoUCqlarJbq5uQnS4XC43e6jo6NAIHBxcRGNRu/v71OplBgfH8d1fn4egY2NDah7e3tEj4+PT09PLy8vb25uEonE4+Pj6+trLpcTSqUSXcC47uzsIHB4eAiV14kmk8mnp6f39/dCoVCtVmu1mtBoNDRgNps5y+Px4BoKhRCIx+NQ397eiH59fdXr9ebm5s7OTkGasjCmAb/fD/j29hbXl5cXBD4/P6E2NTUR7e3tpUYBmzQ9oHF1dcVlDw8POBSLxe/v77+/P3pnn+HhYblcPjc3JzCBTfr6+joWi2H88fFRLpcBt7S0MBH70Dgd0gp3CrwxgU06k8lks9lKpdJoNNra2rq7u9mHHblTr9dvb2/TnuBKvDGBTZoqfn9/0cCYfWZmZgCbTCan08km5+fngk64Em9MYJPmX/X19bEPq6+urjLi/v4+FpFIhJYFDdIJV+KNCWzSSHMfH4lluPDs7IxN0uk0UEHfNEgnXIk3JrBJ63Q6m812cHCAxt3d3fPzcz6f//n5EaxD3zRIJ1yJNyawSTM5v4gyIJZKJbbj/X82eXTQgoUihAAAAABJRU5ErkJggg=="

st.image(base64.b64decode(LOGO_PNG), width=48)
st.title("🧑‍💼 Policypal")
st.caption("Ask your HR handbook anything")

if "token" not in st.session_state:
    st.session_state.token = None
    st.session_state.user = None
    st.session_state.messages = []
    st.session_state.session_id = None

if st.session_state.token is None:
    with st.form("login"):
        email = st.text_input("E-mail")
        password = st.text_input("Password", type="password")
        if st.form_submit_button("Log in"):
            result = login(email, password)
            if result:
                st.session_state.token = result["access_token"]
                st.session_state.user = email
                st.rerun()
            else:
                st.error("Wrong e-mail or password")
else:
    st.success(f"Logged in as {st.session_state.user}")
    st.page_link("pages/1_Chat.py", label="💬 Start chatting")
    if st.button("Log out"):
        st.session_state.clear()
        st.rerun()
