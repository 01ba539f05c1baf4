# ruff: noqa: F821
# The definitions are appended to glove.py, whose names they use.


def row_gradients(own, other, block):
    counts = (block.indptr[1:] - block.indptr[:-1]).long()
    row = torch.repeat_interleave(torch.arange(len(counts)), counts)
    facing = other[block.indices.long()]
    r = torch.einsum("me,me->m", own[row], facing) + block.minus_log
    slope = block.weight * r
    gradient = torch.zeros_like(own).index_add_(0, row, torch.einsum("m,me->me", slope, facing))
    return torch.einsum("m,m->", slope, r) / 2, gradient


class RowwiseTrainer(RowwiseTrainer):
    def step(self, batch, lr):
        side, mine, theirs = batch
        d = self.dim
        rows = self.table[side, mine].clone()
        loss, g = row_gradients(rows, self.table[1 - side, theirs], self.entries[mine * self.blocks + theirs])
        g[:, d if side else d + 1] = 0
        g[:, :d] += rows[:, :d] * (self.l2 / self.blocks)
        self.squares[side, mine] += torch.einsum("ne,ne->n", g, g)[:, None] / d
        self.table[side, mine] = rows - lr * g / torch.sqrt(self.squares[side, mine])
        return loss.item() / 2
