def ngrams(word, minn=3, maxn=6):
    marked = f"<{word}>"
    result = []
    for start in range(len(marked)):
        for length in range(minn, maxn + 1):
            # a single letter is either a mark or too short to say anything
            if length > 1 and start + length <= len(marked):
                result.append(marked[start : start + length])
    return result
