# ruff: noqa: F821
# The class is appended to fasttext.py, whose names it uses.


class SubwordTrainer(SubwordTrainer):
    def _gather(self, rows, centers, out):
        unique, place = np.unique(rows[:centers].numpy(), return_inverse=True)
        composed = self.subwords.parts[unique] @ self.table.rows.numpy().astype(np.float64)
        out[:centers] = torch.from_numpy(composed[place]).to(out.dtype)
        out[centers:] = self.table.rows[rows[centers:]]

    def _scatter(self, rows, centers, moved, lr):
        unique, place = np.unique(rows[:centers].numpy(), return_inverse=True)
        parts = self.subwords.parts[unique]
        summed = np.zeros((len(unique), moved.shape[1]), dtype=np.float64)
        np.add.at(summed, place, moved[:centers].numpy())
        touched = np.unique(parts.indices)
        gradient = (parts.T @ summed)[touched]
        self.table.scatter(torch.from_numpy(touched).long(), torch.from_numpy(gradient).to(moved.dtype), lr)
        self.table.scatter(rows[centers:], moved[centers:], lr)
