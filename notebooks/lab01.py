# %% [markdown]
# # Lab 1: word2vec
#
# This notebook walks through the steps of [Lab 1](../lab01_word2vec/README.md) on the small corpus `sample`. All code
# is imported from the lab. Its lesson is `lab01_word2vec/solution.py`, and its walkthrough explains every choice.

# %%
from itertools import islice
from math import log

import matplotlib.pyplot as plt
import numpy as np
import torch
from IPython.display import Image

from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.corpus import load_corpus
from lab01_word2vec.kept import keep_vectors
from lab01_word2vec.solution import (
    SkipGramDataset,
    SkipGramNS,
    analogy,
    build_vocab,
    collate,
    keep_probability,
    nearest,
    noise_table,
    train,
)
from lab03_eval.pictures.plots import draw_families
from lab03_eval.vectors import WordVectors

# %matplotlib inline

# %% [markdown]
# ## The vocabulary
#
# `build_vocab` counts the words, sorts them by falling count, and writes the text as numbers of rows. The last number
# that it returns is the number of tokens. First we look at one sentence, and then at 106 articles of Wikipedia.

# %%
build_vocab(["the", "cat", "sat", "on", "the", "mat"], min_count=1)

# %%
corpus = load_corpus("sample")
words, counts, ids = corpus.words, corpus.counts, corpus.ids
print(f"{corpus.tokens:,} tokens, {len(words):,} words")
print(" ".join(words[:12]), "…", " ".join(words[-5:]))

# %% [markdown]
# ## Subsampling
#
# Frequent words such as *the* say little about their neighbours. Each of their tokens is kept only with the chance that
# is drawn below. Rare words are always kept.

# %%
keep = keep_probability(counts)
plt.semilogx(counts / counts.sum(), keep)
plt.xlabel("share of all tokens")
plt.ylabel("chance to be kept")
plt.show()

# %% [markdown]
# ## Pairs
#
# The model learns from pairs of a center and a word in its window. Each center draws its own radius, and the pairs come
# in random order.

# %%
dataset = SkipGramDataset(ids[:2000], keep, window=5)
[(words[center], words[context]) for center, context in islice(dataset, 8)]

# %% [markdown]
# ## Negatives
#
# Every pair is contrasted with words drawn at random. They are drawn in proportion to their count to the power 0.75, by
# picking a random slot of a table.

# %%
noise = noise_table(counts)
rng = np.random.default_rng(1)
[words[row] for row in rng.choice(noise, 10)]

# %% [markdown]
# ## The first loss
#
# All scores are 0 before training, and so the model gives each of its k + 1 answers a chance of one half. The loss of a
# pair with 5 negatives then is 6 · ln 2.

# %%
center, context = collate(list(islice(dataset, 64)))
negatives = torch.from_numpy(rng.choice(noise, (64, 5))).long()
loss = SkipGramNS(len(words), dim=100)(center, context, negatives)
print(f"{loss.mean().item():.3f} is the loss, and 6 · ln 2 is {6 * log(2):.3f}")

# %% [markdown]
# ## Training
#
# `BlockTrainer` trains the same objective as matrix products. Eight passes over the sample take some seconds.

# %%
trainer = BlockTrainer(
    counts, keep, noise, dim=100, window=5, negatives=5, shared=96, seed=1,
    device=torch.device("cpu"), precision=torch.float32,
)  # fmt: skip
losses = [place.loss / place.pairs for place in train(trainer, ids, epochs=8, lr=0.2) if place.pairs]
plt.plot(losses)
plt.xlabel("measurement")
plt.ylabel("loss of a pair")
plt.show()

# %% [markdown]
# ## Neighbours
#
# Words that keep the same company now point in similar directions. A corpus this small knows few words well, and so the
# lists hold odd words too. Lab 1 trains on a text that is 36 times as long.

# %%
vectors = WordVectors(words, keep_vectors(*trainer.embeddings()))
{word: [neighbour for neighbour, _ in nearest(vectors, word, topn=6)] for word in ("france", "august", "computer")}

# %% [markdown]
# An analogy asks for the word nearest to king − man + woman. A corpus this small rarely answers *queen*. The vectors of
# Lab 3's notebook come from a longer text.

# %%
analogy(vectors, "man", "king", "woman")

# %% [markdown]
# ## A map
#
# t-SNE places words that are near one another in 100 dimensions near one another on paper. Distances between groups
# mean nothing.

# %%
draw_families(vectors, "lab01_map.png", "word2vec, sample")
Image("lab01_map.png", width=700)
