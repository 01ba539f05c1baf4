"""Lab 1: word2vec from scratch."""

import wordlab as wordlab  # before torch: it settles how threads wait
