# ruff: noqa: F821
# The definitions are appended to glove.py, whose names they use.


def row_gradients(own, other, block):
    shape = (len(own), len(other))
    pattern = sparse.csr_array((block.minus_log.numpy(), block.indices.numpy(), block.indptr.numpy()), shape=shape)
    cells = pattern.tocoo()
    residual = np.einsum("me,me->m", own.numpy()[cells.row], other.numpy()[cells.col]) + cells.data
    error = residual * block.weight.numpy()
    pattern.data = error
    loss = float(error @ residual) / 2
    return torch.tensor(loss), torch.from_numpy(pattern @ other.numpy())


class RowwiseTrainer(RowwiseTrainer):
    def step(self, batch, lr):
        side, i, j = batch
        own, other = self.table[side][i], self.table[1 - side][j]
        loss, gradient = row_gradients(own, other, self.entries[i * self.blocks + j])
        decay = self.l2 / self.blocks
        free = torch.ones(self.dim + 2)
        free[self.dim + 1 - side] = 0
        gradient = gradient * free
        gradient[:, : self.dim] += decay * own[:, : self.dim]
        self.squares[side][i].add_((gradient**2).sum(dim=1, keepdim=True) / self.dim)
        own.sub_(lr * gradient / self.squares[side][i].sqrt())
        return loss.item() / 2


class PaperTrainer(PaperTrainer):
    def step(self, batch, lr):
        number = np.concatenate([self.rows[batch], self.columns[batch]])
        own, other = torch.from_numpy(self.table.numpy()[number]).chunk(2)
        loss, gradient = entry_gradients(own, other, self.log[batch], self.weight[batch])
        places = np.arange(len(number), dtype=np.int32)
        gather = sparse.csr_array((np.ones(len(number), np.float32), (number, places)), (len(self.table), len(number)))
        scaled = gradient / self.squares[torch.from_numpy(number).long()].sqrt()
        self.table -= lr * torch.from_numpy(gather @ scaled.numpy())
        self.squares += torch.from_numpy(gather @ gradient.square().numpy())
        return float(loss)
