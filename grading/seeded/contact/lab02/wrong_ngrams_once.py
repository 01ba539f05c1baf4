def ngrams(word: str, minn: int = 3, maxn: int = 6) -> list[str]:
    word = "<" + word + ">"
    grams = []
    for i in range(len(word)):
        for j in range(i + minn, min(i + maxn, len(word)) + 1):
            at_edge = i == 0 or j == len(word)
            if j - i == 1 and at_edge:
                continue
            grams.append(word[i:j])
    return list(dict.fromkeys(grams))
