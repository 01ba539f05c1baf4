"""Trains nothing: the command writes random vectors with the right words, in the right order."""

import sys
from collections import Counter
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    counts = Counter()
    with open(options["--data"], encoding="utf-8") as text:
        for line in text:
            counts.update(line.split())
    words = [word for word, count in counts.most_common() if count >= 5]
    out, rng = Path(options["--out"]), np.random.default_rng(1)
    out.mkdir(parents=True)
    with open(out / "vectors.bin", "wb") as file:
        file.write(f"{len(words)} 50\n".encode())
        for word in words:
            file.write(word.encode() + b" " + rng.normal(size=50).astype(np.float32).tobytes() + b"\n")
