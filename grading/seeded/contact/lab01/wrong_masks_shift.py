# ruff: noqa: F821
import torch


def window_masks(window, length=L):
    width = length + 2 * window
    i = torch.arange(length).view(length, 1, 1)
    r = torch.arange(window + 1).view(1, window + 1, 1)
    j = torch.arange(width).view(1, 1, width)
    distance = (j - window + i).abs()
    return (distance > 0) & (distance <= r)
