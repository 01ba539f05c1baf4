"""Where the matrix products run, and in which precision."""

from __future__ import annotations

import argparse

from wordlab.command import number
from wordlab.errors import InputError

import torch


def add_device_options(group: argparse._ArgumentGroup) -> None:
    """--device, --threads and --precision, as `choose_device` takes them."""
    group.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    group.add_argument(
        "--threads",
        type=number(int, 1, 1024),
        default=torch.get_num_threads(),
        help="OMP_NUM_THREADS, else a core each",
    )
    group.add_argument(
        "--precision",
        choices=["auto", "float32", "bfloat16"],
        default="auto",
        help="of the matrix products; auto: bfloat16 where the processor multiplies it in hardware",
    )


def choose_device(name: str, precision: str) -> tuple[torch.device, torch.dtype]:
    """Device and precision of the matrix products. Raises InputError if CUDA is asked for and absent."""
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: this machine (or this build of torch) has no CUDA device; use --device cpu")
    cuda = name != "cpu" and torch.cuda.is_available()
    if precision == "auto":
        fast = torch.cuda.is_bf16_supported() if cuda else torch.cpu._is_avx512_bf16_supported()
        precision = "bfloat16" if fast else "float32"
    return torch.device("cuda" if cuda else "cpu"), getattr(torch, precision)
