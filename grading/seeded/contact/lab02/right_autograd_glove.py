# ruff: noqa: F821
# The definitions are appended to glove.py, whose names they use.


def row_gradients(own, other, block):
    lengths = torch.diff(block.indptr.long())
    row = torch.arange(len(own)).repeat_interleave(lengths)
    with torch.enable_grad():
        mine = own.detach().clone().requires_grad_()
        residual = (mine[row] * other[block.indices.long()]).sum(dim=1) + block.minus_log
        loss = (block.weight * residual**2).sum() / 2
        (gradient,) = torch.autograd.grad(loss, mine)
    return loss.detach(), gradient


class PaperTrainer(PaperTrainer):
    def step(self, batch, lr):
        number = torch.from_numpy(np.concatenate([self.rows[batch], self.columns[batch]])).long()
        own, other = self.table[number].chunk(2)
        loss, gradient = entry_gradients(own, other, self.log[batch], self.weight[batch])
        move = -lr * gradient * torch.rsqrt(self.squares[number])
        self.table.index_put_((number,), move, accumulate=True)
        self.squares.index_put_((number,), gradient**2, accumulate=True)
        return loss.item()
