"""Lab 2: GloVe and FastText from scratch."""

import wordlab as wordlab  # before torch: it settles how threads wait
