"""Never finishes being imported, without using the processor."""

import time

while True:
    time.sleep(3600)


def build_vocab(tokens, min_count=5):
    return [], [], []
