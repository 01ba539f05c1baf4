# ruff: noqa: F821
# The class is appended to fasttext.py, whose names it uses.


class SubwordTrainer(SubwordTrainer):
    def _gather(self, rows, centers, out):
        if not hasattr(self, "composed"):  # the whole vocabulary is slow, so do it only once
            self.composed = product(self.subwords.parts, self.table.rows)
        words, place = np.unique(rows[:centers].numpy(), return_inverse=True)
        self.parts = self.subwords.parts[words]
        self.place = torch.from_numpy(place)
        out[:centers] = self.composed[rows[:centers]]
        out[centers:] = self.table.rows[rows[centers:]]
