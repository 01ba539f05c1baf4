def anisotropy(matrix):
    n = len(matrix)
    if n < 2:
        return float("nan")
    total = 0
    own = 0
    for row in matrix:
        row = row.astype(float)
        length = (row @ row) ** 0.5
        if length > 0:
            total = total + row / length
            own += 1
    squared = sum(entry * entry for entry in total) if own else 0
    return float((squared - own) / (n * (n - 1)))


def hubness(matrix, k=10):
    n = len(matrix)
    times = [0] * n
    for neighbours in nearest_rows(matrix, k):
        for neighbour in neighbours:
            times[neighbour] += 1
    mean = sum(times) / n
    second = sum((count - mean) ** 2 for count in times) / n
    third = sum((count - mean) ** 3 for count in times) / n
    hub = 0
    for row in range(n):
        if times[row] > times[hub]:
            hub = row
    return {
        "skewness": third / second**1.5 if second > 0 else 0.0,
        "max": times[hub],
        "hub": hub,
        "antihubs": times.count(0) / n,
    }
