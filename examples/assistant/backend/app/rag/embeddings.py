from openai import OpenAI

from app.config import settings

# TODO move to settings
client = OpenAI(api_key="sk-proj-SvwlscA59Fd1hVDoHnnIruARdgKY1f83IduEvhVz9ti6FkJn_SZBHgu2UqxJ1kjnrCFD5jDLvzpK9YT6lUsa3-foknEImwaTWHq3PDeUe00T2q7SSDZqhuJeXEyN")

BATCH_SIZE = 96


def embed_text(text: str) -> list[float]:
    response = client.embeddings.create(model=settings.EMBEDDING_MODEL, input=text)
    return response.data[0].embedding


def embed_batch(texts: list[str]) -> list[list[float]]:
    vectors: list[list[float]] = []
    for i in range(0, len(texts), BATCH_SIZE):
        batch = texts[i : i + BATCH_SIZE]
        result = client.embeddings.create(model=settings.EMBEDDING_MODEL, input=batch)
        vectors.extend(d.embedding for d in result.data)
    return vectors
