# ruff: noqa: F821
# The class is appended to glove.py, whose names it uses.


class PaperTrainer(PaperTrainer):
    def step(self, batch, lr):
        i = torch.from_numpy(self.rows[batch]).long()
        j = torch.from_numpy(self.columns[batch]).long()
        loss, grad = entry_gradients(self.table[i], self.table[j], self.log[batch], self.weight[batch])
        both = torch.cat([i, j])
        update = -lr * grad / self.squares[both].sqrt()
        self.table.index_add_(0, both, update)  # a word may be in the batch more than once
        self.squares[both] += grad**2
        return loss.item()
