"""Seeded mistakes of Lab 1."""

from __future__ import annotations

from functools import partial

from grading.seeded.mistake import Mistake

lesson = partial(Mistake, lab="lab01", file="solution.py")
blocks = partial(Mistake, lab="lab01", file="blocks.py")
exchange = partial(Mistake, lab="lab01", file="exchange.py", step="exchange")
shards = partial(Mistake, lab="lab01", file="shards.py", step="join_shards")

SAMPLED = "part[rng.random(len(part), dtype=np.float32) < keep[part]]"
TOKENS = "tokens = subsample(np.array_split(self.ids, workers)[number], self.keep, rng)  # (n,)"
INSIDE = "inside = (context >= 0) & (context < len(tokens)) & (radius[center] >= distance)"
RADIUS = "radius = rng.integers(1, self.window + 1, len(tokens))"
STREAM = f"""{TOKENS}
        {RADIUS}  # (n,), the upper end is exclusive
        for start in range(0, len(tokens), 100_000):
            center = np.arange(start, min(start + 100_000, len(tokens)))
            found = []
            for distance in range(1, self.window + 1):
                for context in (center - distance, center + distance):
                    {INSIDE}"""
LATE = """tokens = np.array_split(self.ids, workers)[number]
        stays = rng.random(len(tokens)) < self.keep[tokens]"""
LOSS = "return -F.logsigmoid(positive) - F.logsigmoid(-negative).sum(dim=1)"
DRAWN = "drawn = self.noise[self.rng.integers(0, len(self.noise), (len(center), self.negatives))]"
REPLACED = """words, k = len(self.counts), self.negatives
        drawn = np.stack([self.rng.choice(words, k, k > words) for _ in center])"""

MISTAKES = [
    lesson(
        "vocabulary in order of appearance",
        old='order = np.argsort(-counts, kind="stable")',
        new="order = np.arange(len(counts))",
        step="build_vocab",
    ),
    lesson(
        "ties sorted the other way",
        old='order = np.argsort(-counts, kind="stable")',
        new='order = np.argsort(counts, kind="stable")[::-1]',
        step="build_vocab",
    ),
    lesson(
        "min_count excludes what it should include",
        old="order = order[counts[order] >= min_count]",
        new="order = order[counts[order] > min_count]",
        step="build_vocab",
    ),
    lesson(
        "ids in order of appearance",
        old="rows = row[part]",
        new="rows = part",
        step="build_vocab",
    ),
    lesson(
        "the paper's keep probability",
        old="np.minimum(1.0, np.sqrt(ratio) + ratio)",
        new="np.minimum(1.0, np.sqrt(ratio))",
        step="keep_probability",
    ),
    lesson(
        "keep probability not capped",
        old="np.minimum(1.0, np.sqrt(ratio) + ratio)",
        new="np.sqrt(ratio) + ratio",
        step="keep_probability",
    ),
    lesson(
        "the chance to discard for the chance to keep",
        old="np.minimum(1.0, np.sqrt(ratio) + ratio)",
        new="1 - np.minimum(1.0, np.sqrt(ratio) + ratio)",
        step="keep_probability",
    ),
    lesson("subsampling inverted", old=SAMPLED, new=SAMPLED.replace("<", ">="), step="subsample"),
    lesson(
        "one draw for all tokens of a word",
        old=SAMPLED,
        new="part[(rng.random(len(keep)) < keep)[part]]",
        step="subsample",
    ),
    lesson(
        "subsampling after windows are formed",
        old=STREAM,
        new=STREAM.replace(TOKENS, LATE).replace(INSIDE, INSIDE + " & stays[center] & stays[context % len(tokens)]"),
        step="pairs_subsampling",
    ),
    lesson(
        "no subsampling",
        old=TOKENS,
        new="tokens = np.array_split(self.ids, workers)[number]",
        step="pairs_subsampling",
    ),
    lesson(
        "asymmetric window",
        old="for context in (center - distance, center + distance):",
        new="for context in (center - distance, center + distance - 1)[: 1 + (distance > 1)]:",
        step="pairs_window",
    ),
    lesson(
        "contexts on the left only",
        old="for context in (center - distance, center + distance):",
        new="for context in (center - distance,):",
        step="pairs_window",
    ),
    lesson(
        "ids compared instead of positions",
        old=INSIDE,
        new=INSIDE + "\n                    inside[inside] &= tokens[context[inside]] != tokens[center[inside]]",
        step="pairs_window",
    ),
    lesson(
        "an index below 0 wraps round",
        old=INSIDE,
        new="inside = (context < len(tokens)) & (radius[center] >= distance)",
        step="pairs_window",
    ),
    lesson("window never drawn", old=RADIUS, new="radius = np.full(len(tokens), self.window)", step="pairs_radius"),
    lesson(
        "randint's upper end", old=RADIUS, new=RADIUS.replace("self.window + 1", "self.window"), step="pairs_radius"
    ),
    lesson("radius from 0", old=RADIUS, new=RADIUS.replace("(1,", "(0,"), step="pairs_radius"),
    lesson(
        "the same radii every epoch",
        old="rng = np.random.default_rng([self.seed, self.epoch, number])",
        new="rng = np.random.default_rng([self.seed, number])",
        step="pairs_radius",
    ),
    lesson(
        "noise power 1", old="counts.astype(np.float64) ** power", new="counts.astype(np.float64)", step="noise_table"
    ),
    lesson("noise power 0.5", old="power: float = 0.75", new="power: float = 0.5", step="noise_table"),
    lesson("uniform noise", old="counts.astype(np.float64) ** power", new="np.ones(len(counts))", step="noise_table"),
    lesson(
        "uniform negatives",
        old=DRAWN,
        new="drawn = self.rng.integers(0, len(self.counts), (len(center), self.negatives))",
        step="negatives",
    ),
    lesson(
        "negatives without replacement",
        old=DRAWN,
        new=REPLACED,
        step="negatives",
    ),
    lesson(
        "one shared matrix",
        old="self.out_emb = nn.Embedding(vocab, dim, sparse=True)",
        new="self.out_emb = self.in_emb",
        step="tables",
    ),
    lesson(
        "contexts looked up in in_emb", old="u_o = self.out_emb(context)", new="u_o = self.in_emb(context)", step="loss"
    ),
    lesson(
        "tables start from a normal distribution",
        old="nn.init.uniform_(self.in_emb.weight, -0.5 / dim, 0.5 / dim, generator=generator)",
        new="nn.init.normal_(self.in_emb.weight, generator=generator)",
        step="tables",
    ),
    lesson(
        "out_emb starts at random",
        old="nn.init.zeros_(self.out_emb.weight)",
        new="nn.init.normal_(self.out_emb.weight)\n        nn.init.normal_(self.in_emb.weight)",
        step="tables",
    ),
    lesson(
        "log(sigmoid) underflows",
        old=LOSS,
        new="return -torch.log(torch.sigmoid(positive)) - torch.log(torch.sigmoid(-negative)).sum(dim=1)",
        step="loss",
    ),
    lesson("minus sign missing in the negatives", old=LOSS, new=LOSS.replace("-negative", "negative"), step="loss"),
    lesson(
        "the sign turned round",
        old=LOSS,
        new="return F.logsigmoid(positive) + F.logsigmoid(-negative).sum(dim=1)",
        step="loss",
    ),
    lesson("mean over negatives", old=LOSS, new=LOSS.replace("sum", "mean"), step="loss"),
    lesson(
        "mean over the batch's negatives as well as pairs",
        old=LOSS,
        new="return (-F.logsigmoid(positive) - F.logsigmoid(-negative).mean()).mean()",
        step="loss",
    ),
    lesson(
        "dropped duplicate gradients",
        old="parameter.index_add_(0, rows, -rate[:, None] * values)",
        new="parameter[rows] += -rate[:, None] * values",
        step="updates",
    ),
    lesson("ascent instead of descent", old="-rate[:, None] * values", new="rate[:, None] * values", step="updates"),
    lesson(
        "the learning rate is not used", old='self.optimizer.param_groups[0]["lr"] = lr', new="del lr", step="updates"
    ),
    lesson(
        "the rate falls between epochs alone",
        old="1 - (epoch + progress) / epochs)",
        new="1 - epoch / epochs)",
        step="train",
    ),
    lesson(
        "the rate falls to 0 in every epoch", old="1 - (epoch + progress) / epochs)", new="1 - progress)", step="train"
    ),
    lesson(
        "a rate below 0",
        old="rate = lr * max(0.0, 1 - (epoch + progress) / epochs)",
        new="rate = lr * (1 - (epoch + progress) / epochs)",
        step="train",
    ),
    lesson("no place after the last step", old="    yield Place(epochs, 0, 0.0, loss, pairs)\n", new="", step="train"),
    lesson(
        "the running epoch begins again when training resumes",
        old="enumerate(trainer.batches(ids, epoch)), done, None)",
        new="enumerate(trainer.batches(ids, epoch)), None)",
        step="train",
    ),
    lesson(
        "every epoch resumes",
        old="(start.step, start.progress) if epoch == start.epoch else (0, 0.0)",
        new="(start.step, start.progress)",
        step="train",
    ),
    lesson(
        "the share of the epoch is forgotten when training resumes",
        old="(start.step, start.progress) if epoch",
        new="(start.step, 0.0) if epoch",
        step="train",
    ),
    blocks("a center is its own context", old="near & (offset[:, None, :] != 0)", new="near", step="window_masks"),
    blocks(
        "a negative's gradient has the context's sign",
        old="g[..., halo:] *= -weight",
        new="g[..., halo:] *= weight",
        step="block_gradients",
    ),
    blocks("negatives not weighted", old="g[..., halo:] *= -weight", new="g[..., halo:] *= -1", step="block_gradients"),
    lesson(
        "cosine of vectors that were not scaled",
        old="cosine = vectors.unit[:restrict] @ vectors.unit[vectors.index[word]]",
        new="cosine = vectors.matrix[:restrict] @ vectors.matrix[vectors.index[word]]",
        step="nearest",
    ),
    lesson("the word is its own neighbour", old=" if vectors.words[row] != word][", new="][", step="nearest"),
    lesson("query words not excluded", old=" if vectors.words[row] not in (a, b, c)][", new="][", step="analogy"),
    lesson("a and b exchanged", old="target = v_b - v_a + v_c", new="target = v_a - v_b + v_c", step="analogy"),
    exchange("old squares told by every rank", old="(squares - known)[:, None]", new="squares[:, None]"),
    exchange("steps without their root", old="moved * squares.sqrt()[:, None]", new="moved"),
    exchange(
        "divided by the old squares",
        old="told[:, :-1], squares.rsqrt()[:, None])",
        new="told[:, :-1], known.rsqrt()[:, None])",
    ),
    shards("tables averaged without a rotation", old="(table @ rotation)", new="table"),
    shards("turned the wrong way", old="(table @ rotation)", new="(table @ rotation.T)"),
    shards("words that a shard has never seen", old="(seen > 0) & (counts[0] > 0)", new="seen >= 0"),
    shards(
        "every shard counts alike",
        old="total += seen[:, None] * (table @ rotation)",
        new="total += counts[0][:, None] * (table @ rotation)",
    ),
]
