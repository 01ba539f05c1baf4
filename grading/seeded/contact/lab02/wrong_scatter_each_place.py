# ruff: noqa: F821
# The class is appended to fasttext.py, whose names it uses.


class SubwordTrainer(SubwordTrainer):
    def _scatter(self, rows, centers, moved, lr):
        parts = self.subwords.parts[rows[:centers].numpy()]  # one row per center of the batch
        center = np.repeat(np.arange(centers), np.diff(parts.indptr))
        share = torch.from_numpy(parts.data).to(moved.dtype)
        gradient = moved[center] * share[:, None]
        self.table.scatter(torch.from_numpy(parts.indices), gradient, lr)
        self.table.scatter(rows[centers:], moved[centers:], lr)
