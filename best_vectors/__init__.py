"""The best vectors that the labs' models make together."""

import wordlab as wordlab  # before torch: it settles how threads wait
