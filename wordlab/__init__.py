"""What all labs share and none of them teaches: errors and commands, files, tables, devices."""

import time

# When the process began, near enough: until here it has done little but import, which costs processor time.
STARTED = time.perf_counter() - time.process_time()
