# ruff: noqa: F821
# The definitions are appended to glove.py, whose names they use.
import numpy as np
import torch


def row_gradients(own, other, block):
    a, b = own.numpy(), other.numpy()
    row = np.repeat(np.arange(len(a)), np.diff(block.indptr.numpy()))
    column = block.indices.numpy()
    error = (a[row] * b[column]).sum(axis=1) + block.minus_log.numpy()
    scaled = block.weight.numpy() * error
    gradient = np.zeros_like(a)
    np.add.at(gradient, row, scaled[:, None] * b[column])
    return torch.tensor((scaled * error).sum() / 2), torch.from_numpy(gradient)


class PaperTrainer(PaperTrainer):
    def step(self, batch, lr):
        i, j = self.rows[batch], self.columns[batch]
        table, squares = self.table.numpy(), self.squares.numpy()  # views of the same memory
        own, other = torch.from_numpy(table[i]), torch.from_numpy(table[j])
        loss, gradient = entry_gradients(own, other, self.log[batch], self.weight[batch])
        both, g = np.concatenate([i, j]), gradient.numpy()
        np.subtract.at(table, both, lr * g / np.sqrt(squares[both]))
        np.add.at(squares, both, g * g)
        return float(loss)
