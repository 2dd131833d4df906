from app.rag.chunking import chunk_text


def test_short_text_is_one_chunk():
    chunks = chunk_text("Every employee has 25 days of leave.")
    assert len(chunks) == 1
    assert chunks[0].position == 0


def test_empty_text_has_no_chunks():
    assert chunk_text("   \n ") == []


def test_long_text_overlaps():
    text = " ".join(f"word{i}" for i in range(600))
    chunks = chunk_text(text, size=400, overlap=100)
    assert len(chunks) > 5
    for before, after in zip(chunks, chunks[1:]):
        assert before.content[-40:] in text
        assert after.content.split()[1] in before.content


def test_positions_are_sequential():
    chunks = chunk_text("a b c " * 500)
    assert [c.position for c in chunks] == list(range(len(chunks)))
