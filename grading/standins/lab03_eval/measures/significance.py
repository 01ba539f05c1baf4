"""What counts as a difference."""

ROUNDING = 1e-6  # float32 cosines of equal directions differ by less
