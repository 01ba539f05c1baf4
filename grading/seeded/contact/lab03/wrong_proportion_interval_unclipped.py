from math import nan, sqrt


def proportion_interval(correct, n):
    if n == 0:
        return nan, nan
    z = 1.959964
    p = correct / n
    bottom = 1 + z * z / n
    center = (p + z * z / (2 * n)) / bottom
    margin = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / bottom
    return center - margin, center + margin
