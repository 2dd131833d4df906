"""Optional cross-encoder, only if torch and transformers are installed."""
try:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
except ImportError:
    torch = None

MODEL_NAME = "cross-encoder/ms-marco-MiniLM-L-6-v2"
_model = None
_tokenizer = None


def _load():
    global _model, _tokenizer
    if _model is None:
        _tokenizer = AutoTokenizer.from_pretrained(MODEL_NAME)
        model = AutoModelForSequenceClassification.from_pretrained(MODEL_NAME)
        model.eval()
        _model = model
    return _model, _tokenizer


def rerank(question: str, chunks: list[dict], keep: int = 4) -> list[dict]:
    if torch is None or not chunks:
        return chunks[:keep]
    model, tokenizer = _load()
    pairs = [(question, c["content"]) for c in chunks]
    with torch.no_grad():
        inputs = tokenizer(pairs, padding=True, truncation=True, return_tensors="pt")
        scores = model(**inputs).logits.squeeze(-1).tolist()
    ranked = sorted(zip(scores, chunks), key=lambda pair: pair[0], reverse=True)
    return [chunk for _, chunk in ranked[:keep]]
