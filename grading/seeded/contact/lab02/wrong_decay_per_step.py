# ruff: noqa: F821
# The class is appended to glove.py, whose names it uses.


class RowwiseTrainer(RowwiseTrainer):
    def step(self, batch, lr):
        side, words, contexts = batch
        d = self.dim
        block = self.entries[words * self.blocks + contexts]
        mine = self.table[side, words]
        loss, g = row_gradients(mine, self.table[1 - side, contexts], block)
        g[:, d + 1 - side] = 0.0
        g[:, :d] = g[:, :d] + self.l2 * mine[:, :d]
        accumulated = self.squares[side, words] + g.pow(2).sum(1, keepdim=True) / d
        self.squares[side, words] = accumulated
        self.table[side, words] = mine - lr * g / torch.sqrt(accumulated)
        return float(loss) / 2
