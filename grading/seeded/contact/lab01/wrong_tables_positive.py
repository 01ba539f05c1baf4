import torch
import torch.nn.functional as F
from torch import nn


class SkipGramNS(nn.Module):
    def __init__(self, vocab, dim, generator=None):
        super().__init__()
        self.in_emb = nn.Embedding(vocab, dim, sparse=True)
        self.out_emb = nn.Embedding(vocab, dim, sparse=True)
        start = torch.rand(vocab, dim, generator=generator) * 0.5 / dim
        self.in_emb.weight.data.copy_(start)
        self.out_emb.weight.data.fill_(0.0)

    def forward(self, center, context, negatives):
        v = self.in_emb(center)
        pos = torch.sum(v * self.out_emb(context), dim=-1)
        neg = torch.matmul(self.out_emb(negatives), v.unsqueeze(-1)).squeeze(-1)
        return -(F.logsigmoid(pos) + F.logsigmoid(-neg).sum(-1))
