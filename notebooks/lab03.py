# %% [markdown]
# # Lab 3: evaluation
#
# This notebook walks through the steps of [Lab 3](../lab03_eval/README.md) on the vectors that ship with the labs,
# 20,000 words trained on wiki8. All code is imported from the lab. Its lesson is `lab03_eval/solution.py`.

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Image

from lab03_eval import WordVectors, evaluate
from lab03_eval.benchmarks import find, read_pairs, read_questions
from lab03_eval.command import SHIPPED
from lab03_eval.eval_embeddings import PROTOCOL_NOTE, format_scores
from lab03_eval.pictures.plots import draw_families
from lab03_eval.solution import (
    compare_correlations,
    cosines,
    evaluate_similarity,
    proportion_interval,
    solve_analogies,
    spearman,
)

# %matplotlib inline

# %%
vectors = WordVectors.load(SHIPPED)
print(vectors)
vectors.most_similar("france", topn=6)

# %% [markdown]
# ## Word similarity
#
# People have rated how similar the two words of a pair are. WordSim-353 has 353 such pairs. Each is scored by the
# cosine of its two vectors.

# %%
pairs = read_pairs(find("wordsim353"))
cosine, known = cosines(vectors, pairs)
human = np.array([score for *_, score in pairs])
plt.scatter(human[known], cosine[known], s=6)
plt.xlabel("people")
plt.ylabel("cosine")
plt.show()

# %% [markdown]
# Spearman's ρ compares the two orders. It is 1 where both sort the pairs alike, and 0 where one order says nothing
# about the other.

# %%
print(f"ρ = {spearman(cosine[known], human[known]):.3f} on {known.sum()} of {len(pairs)} pairs")

# %% [markdown]
# ## An interval
#
# Other pairs would have given another ρ. `low` and `high` are the ends of the 95 % interval, which says how far off ρ
# may be for that reason.

# %%
evaluate_similarity(vectors, pairs)

# %% [markdown]
# ## Analogies
#
# *man* is to *king* as *woman* is to which word? The answer is the word nearest to king − man + woman, and the three
# words of the question are no candidates.

# %%
question = np.array([[vectors.index[word] for word in ("man", "king", "woman")]])
[vectors.words[row] for row in solve_analogies(vectors.unit, question)]

# %%
section, questions = read_questions(find("google"))[0]
print(section, len(questions), questions[0])
proportion_interval(correct=37, n=100), proportion_interval(correct=370, n=1000)

# %% [markdown]
# The second line gives intervals. Ten times as many questions make the interval of the same 37 % about a third as wide.

# %% [markdown]
# ## Two embeddings compared
#
# Are vectors with noise in them worse? The paired bootstrap draws the same pairs for both, so that what is hard for
# both cancels. Where the interval of the difference holds 0, these pairs cannot tell the two apart.

# %%
noise = np.random.default_rng(1).normal(scale=0.1, size=vectors.matrix.shape)
noisy, _ = cosines(WordVectors(vectors.words, vectors.matrix + noise), pairs)
compare_correlations(cosine[known], noisy[known], human[known])

# %% [markdown]
# ## The harness
#
# `evaluate` scores vectors on the sets that come with the labs' packages.

# %%
print(format_scores(evaluate(vectors), len(vectors)))
print(PROTOCOL_NOTE)

# %% [markdown]
# ## A map
#
# t-SNE shows which words are near one another. Distances between groups mean nothing.

# %%
draw_families(vectors, "lab03_map.png", "wiki8, the 20,000 words that ship")
Image("lab03_map.png", width=700)
