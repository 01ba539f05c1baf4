"""The command leaves a file of a terabyte that takes no room, or else the longest that it can make."""

import contextlib
import os
import sys

if __name__ == "__main__":
    out = sys.argv[sys.argv.index("--out") + 1]
    os.makedirs(out)
    with open(os.path.join(out, "vectors.bin"), "wb") as file:
        file.write(b"20000 100\nthe ")
        for size in (1 << 40, 1 << 36, 3_900_000_000):
            with contextlib.suppress(OSError):
                os.truncate(file.fileno(), size)
                break
