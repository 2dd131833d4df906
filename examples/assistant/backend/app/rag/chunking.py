from dataclasses import dataclass


@dataclass
class TextChunk:
    position: int
    content: str


def chunk_text(text: str, size: int = 900, overlap: int = 150) -> list[TextChunk]:
    """Split on words, `size` and `overlap` are in characters."""
    words = text.split()
    chunks: list[TextChunk] = []
    start = 0
    while start < len(words):
        length = 0
        end = start
        while end < len(words) and length + len(words[end]) + 1 <= size:
            length += len(words[end]) + 1
            end += 1
        end = max(end, start + 1)
        chunks.append(TextChunk(position=len(chunks), content=" ".join(words[start:end])))
        if end >= len(words):
            break
        back = 0
        next_start = end
        while next_start > start + 1 and back + len(words[next_start - 1]) + 1 <= overlap:
            next_start -= 1
            back += len(words[next_start]) + 1
        start = next_start
    return chunks
