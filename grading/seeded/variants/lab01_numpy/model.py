import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class SkipGramNS:
    def __init__(self, vocab, dim, seed=0):
        self.in_emb = np.random.default_rng(seed).uniform(-0.5 / dim, 0.5 / dim, (vocab, dim))
        self.out_emb = np.zeros((vocab, dim))

    def scores(self, center, context, negatives):
        """(B, 1 + K): the context's first."""
        rows = np.concatenate([np.asarray(context)[:, None], np.asarray(negatives)], axis=1)
        return np.einsum("bd,bkd->bk", self.in_emb[np.asarray(center)], self.out_emb[rows]), rows

    def __call__(self, center, context, negatives):
        scores, _ = self.scores(center, context, negatives)
        scores[:, 1:] *= -1
        return np.logaddexp(0, -scores).sum(axis=1)


def sgd(model, center, context, negatives, lr):
    scores, rows = model.scores(center, context, negatives)
    g = sigmoid(scores)
    g[:, 0] -= 1
    dv = np.einsum("bk,bkd->bd", g, model.out_emb[rows])
    du = g[:, :, None] * model.in_emb[center][:, None, :]
    np.subtract.at(model.in_emb, center, lr * dv)
    np.subtract.at(model.out_emb, rows, lr * du)


def window_masks(window, length=64):
    offset = np.arange(length + 2 * window)[None, :] - window - np.arange(length)[:, None]
    radius = np.arange(window + 1)[None, :, None]
    return (np.abs(offset)[:, None, :] * 1 <= radius) * (offset[:, None, :] != 0)


def wrongness(v_c, u_o, halo):
    z = np.matmul(np.asarray(v_c), np.swapaxes(np.asarray(u_o), 1, 2))
    return _torch(np.concatenate([-z[..., :halo], z[..., halo:]], axis=2))


def _torch(array):
    import torch

    return torch.from_numpy(array)


def _scale(z, context, weight):
    return np.concatenate([context, np.repeat(weight, z.shape[2] - context.shape[2], axis=2)], axis=2)


def block_loss(z, context, weight):
    return np.sum(_scale(z, context, weight) * np.logaddexp(0, np.asarray(z)))


def block_gradients(z, v_c, u_o, context, weight):
    z, v_c, u_o = (np.asarray(each) for each in (z, v_c, u_o))
    halo = context.shape[2]
    g = _scale(z, context, weight) * sigmoid(z)
    g[..., halo:] *= -1
    return g @ u_o, np.swapaxes(g, 1, 2) @ v_c
