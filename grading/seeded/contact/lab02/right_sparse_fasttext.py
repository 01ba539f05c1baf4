# ruff: noqa: F821
# The class is appended to fasttext.py, whose names it uses.


class SubwordTrainer(SubwordTrainer):
    def _gather(self, rows, centers, out):
        center = rows[:centers].numpy()
        self.words, self.inverse = np.unique(center, return_inverse=True)
        weights = self.subwords.parts[self.words].astype(np.float32)
        out[:centers] = torch.from_numpy(weights @ self.table.rows.numpy())[self.inverse]
        self.table.gather(rows[centers:], out[centers:])

    def _scatter(self, rows, centers, moved, lr):
        ones = np.ones(centers, dtype=np.float32)
        places = np.arange(centers)
        per_word = sparse.csr_array((ones, (self.inverse, places)), shape=(len(self.words), centers))
        weights = self.subwords.parts[self.words].astype(np.float32).tocsc()
        touched = np.flatnonzero(np.diff(weights.indptr))
        gradient = weights[:, touched].T @ (per_word @ moved[:centers].numpy())
        self.table.scatter(torch.from_numpy(touched), torch.from_numpy(gradient), lr)
        self.table.scatter(rows[centers:], moved[centers:], lr)
