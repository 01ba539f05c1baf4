"""Lab 1: word2vec, with the bodies of its steps made of gensim and PyTorch."""

import wordlab as wordlab  # before torch: it settles how threads wait
