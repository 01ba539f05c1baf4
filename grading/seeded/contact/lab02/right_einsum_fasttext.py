# ruff: noqa: F821
# The class is appended to fasttext.py, whose names it uses.


class SubwordTrainer(SubwordTrainer):
    def _gather(self, rows, centers, out):
        words, self.place = torch.unique(rows[:centers], return_inverse=True)
        self.parts = self.subwords.parts[words.numpy()]
        word = np.repeat(np.arange(len(words)), np.diff(self.parts.indptr))
        share = torch.from_numpy(self.parts.data).to(out.dtype)
        pieces = torch.einsum("p,pd->pd", share, self.table.rows[self.parts.indices])
        composed = out.new_zeros(len(words), out.shape[1]).index_add_(0, torch.from_numpy(word), pieces)
        out[:centers] = composed[self.place]
        out[centers:] = self.table.rows[rows[centers:]]

    def _scatter(self, rows, centers, moved, lr):
        summed = moved.new_zeros(self.parts.shape[0], moved.shape[1])
        summed.index_add_(0, self.place, moved[:centers])
        used, column = np.unique(self.parts.indices, return_inverse=True)
        word = np.repeat(np.arange(len(summed)), np.diff(self.parts.indptr))
        share = torch.from_numpy(self.parts.data).to(moved.dtype)
        pieces = torch.einsum("p,pd->pd", share, summed[torch.from_numpy(word)])
        gradient = moved.new_zeros(len(used), moved.shape[1]).index_add_(0, torch.from_numpy(column), pieces)
        self.table.scatter(torch.from_numpy(used).long(), gradient, lr)
        self.table.scatter(rows[centers:], moved[centers:], lr)
