import base64

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
from openai import OpenAI

from app.rag.prompts import CHART_PROMPT
from app.utils.text import strip_code_fence


def draw_chart(question: str, rows: list[dict]) -> str:
    """Returns the PNG as base64."""
    df = pd.DataFrame(rows)
    chart_response = OpenAI().chat.completions.create(
        model="gpt-4o",
        messages=[
            {"role": "system", "content": CHART_PROMPT},
            {"role": "user", "content": f"Question: {question}\nColumns: {list(df.columns)}"},
        ],
    )
    code = strip_code_fence(chart_response.choices[0].message.content)
    exec(code, {"df": df, "pd": pd, "plt": plt})
    with open("chart.png", "rb") as f:
        return base64.b64encode(f.read()).decode()
