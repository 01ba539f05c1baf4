import torch
import torch.nn.functional as F
from torch import nn


class SkipGramNS(nn.Module):
    def __init__(self, vocab, dim, generator=None):
        super().__init__()
        self.in_emb = nn.Embedding(vocab, dim, sparse=True)
        self.out_emb = nn.Embedding(vocab, dim, sparse=True)
        bound = 0.5 / dim
        nn.init.uniform_(self.in_emb.weight, -bound, bound, generator=generator)
        nn.init.constant_(self.out_emb.weight, 0.0)

    def forward(self, center, context, negatives):
        v = self.in_emb(center)
        u = self.out_emb(context)
        n = self.out_emb(negatives)
        pos_loss = F.logsigmoid(torch.sum(u * v, dim=1))
        neg_score = torch.matmul(n, v.t())
        neg_loss = torch.sum(F.logsigmoid(-neg_score), dim=(1, 2))
        return -(pos_loss + neg_loss)
