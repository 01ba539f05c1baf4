# %% [markdown]
# # Lab 2: GloVe and FastText
#
# This notebook walks through the steps of [Lab 2](../lab02_glove_fasttext/README.md) on the small corpus `sample`. All
# code is imported from the lab. Its lesson is `lab02_glove_fasttext/solution.py`.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

from lab01_word2vec.corpus import load_corpus
from lab01_word2vec.solution import keep_probability, nearest, noise_table, train
from lab02_glove_fasttext.fasttext import Subwords, SubwordTrainer, save_fasttext
from lab02_glove_fasttext.glove import log_bilinear_correlation, probability_ratios, train_glove
from lab02_glove_fasttext.solution import carried, cooccurrence, hash_ngram, ngrams, weight
from lab03_eval.vectors import WordVectors

# %matplotlib inline

# %% [markdown]
# ## Counts
#
# GloVe begins with counts. `cooccurrence` counts how often two words stand within a window, and a pair at distance δ
# counts 1/δ. In this text of three words, word 0 stands beside word 1 twice, and beside word 2 once at distance 1.

# %%
cooccurrence(np.array([0, 1, 0, 2]), vocab=3, window=2).toarray()

# %%
corpus = load_corpus("sample")
counts = cooccurrence(corpus.ids, len(corpus.words), window=10)
print(f"{counts.nnz:,} of {counts.shape[0] ** 2:,} pairs of words meet at all")

# %% [markdown]
# ## Ratios
#
# Ratios of counts carry meaning. A probe that belongs to the first word of a pair has a ratio above 1, one that belongs
# to the second has a ratio below 1, and a probe that belongs to both or neither is near 1. The three numbers are the
# two chances and their ratio.

# %%
probability_ratios(counts, corpus.words, ("france", "germany"), ("paris", "berlin", "war", "and"))

# %% [markdown]
# ## The weight of a pair
#
# A rare count is mostly noise, and so it weighs less in the loss. From `x_max` on all counts weigh the same.

# %%
x = torch.linspace(0, 150, 151)
plt.plot(x, weight(x.clone()))
plt.xlabel("count")
plt.ylabel("weight")
plt.show()

# %% [markdown]
# ## GloVe
#
# Training fits $w_i \cdot \tilde w_j + b_i + \tilde b_j$ to the logarithm of each count. The correlation of the two
# says how well that worked for counts of at least 10.

# %%
glove = train_glove(counts, dim=100, epochs=10)
plt.plot(glove.losses, marker="o")
plt.xlabel("epoch")
plt.ylabel("loss of a count")
plt.show()
print(f"correlation with the logarithms: {log_bilinear_correlation(glove, counts):.2f}")

# %%
vectors = WordVectors(corpus.words, glove.matrix)
{word: [neighbour for neighbour, _ in nearest(vectors, word, topn=6)] for word in ("france", "august", "computer")}

# %% [markdown]
# ## Character n-grams
#
# FastText makes a word of its pieces. The marks `<` and `>` tell the beginning and the end of a word from its middle.
# Each piece is hashed, and the hash says which row of a table holds its vector.

# %%
{ngram: hash_ngram(ngram) % 200_000 for ngram in ngrams("where", minn=3, maxn=4)}

# %% [markdown]
# ## FastText
#
# The trainer is Lab 1's, with centers made of n-grams.

# %%
keep = keep_probability(corpus.counts)
trainer = SubwordTrainer(
    Subwords(corpus.words), corpus.counts, keep, noise_table(corpus.counts),
    dim=50, window=5, negatives=5, shared=64, seed=1, device=torch.device("cpu"), precision=torch.float32,
)  # fmt: skip
losses = [place.loss / place.pairs for place in train(trainer, corpus.ids, epochs=3, lr=0.2) if place.pairs]
print(f"loss of a pair: {losses[0]:.2f} at first, {losses[-1]:.2f} in the end")

# %% [markdown]
# ## An unknown word
#
# The word below is not in the text. GloVe has no vector for it. FastText composes one from the n-grams that it shares
# with known words, and its neighbours are spelt like it.

# %%
save_fasttext("lab02.bin", trainer, corpus.words, corpus.counts, {"epochs": 3, "min_count": 5, "subsample": 1e-4})
fasttext = WordVectors.load("lab02.bin")
word = "computerization"
print(f"{word} has a vector: GloVe {word in vectors}, FastText {word in fasttext}")
[neighbour for neighbour, _ in fasttext.most_similar(word, topn=8)]

# %% [markdown]
# The pieces that carried most come first. The number is the cosine between the vector with this piece and without it.

# %%
carried(fasttext, word)[:5]
