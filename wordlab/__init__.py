"""What all labs share and none of them teaches: errors and commands, files, tables, devices."""

import os
import time

# When the process began, near enough: until here it has done little but import, which costs processor time.
STARTED = time.perf_counter() - time.process_time()

# Threads that wait for one another spin, and beside other work they spin away the time that the last of them needs.
# OpenMP's own number, 300,000, can make a step fifty times as long (reports/lab01.md); torch's import reads this one.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
