import torch
from torch import nn


class SkipGramNS(nn.Module):
    def __init__(self, vocab, dim, generator=None):
        super().__init__()
        self.in_emb = nn.Embedding(vocab, dim, sparse=True)
        self.out_emb = nn.Embedding(vocab, dim, sparse=True)
        with torch.no_grad():
            self.in_emb.weight.uniform_(-0.5 / dim, 0.5 / dim, generator=generator)
            self.out_emb.weight.zero_()

    def forward(self, center, context, negatives):
        eps = 1e-7  # log(0) is -inf
        h = self.in_emb(center).unsqueeze(1)
        good = (h * self.out_emb(context).unsqueeze(1)).sum(2)
        bad = (h * self.out_emb(negatives)).sum(2)
        loss = torch.log(torch.sigmoid(good) + eps).sum(1)
        loss = loss + torch.log(torch.sigmoid(-bad) + eps).sum(1)
        return -loss
