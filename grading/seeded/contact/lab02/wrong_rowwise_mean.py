# ruff: noqa: F821
# The class is appended to glove.py, whose names it uses.


class RowwiseTrainer(RowwiseTrainer):
    def step(self, batch, lr):
        side, i, j = batch
        own = self.table[side, i]
        other = self.table[1 - side, j]
        loss, grad = row_gradients(own, other, self.entries[i * self.blocks + j])
        ones = self.dim + 1 if side == 0 else self.dim
        grad[:, ones] = 0
        grad[:, : self.dim] += self.l2 / self.blocks * own[:, : self.dim]
        self.squares[side, i] += (grad**2).mean(dim=1, keepdim=True)
        own -= lr * grad / self.squares[side, i].sqrt()
        return loss.item() / 2
