def hash_ngram(ngram: str) -> int:
    h = 2166136261
    for byte in bytearray(ngram, "utf-8"):
        if byte > 128:
            byte += 2**32 - 256
        h ^= byte
        h *= 16777619
        h &= 0xFFFFFFFF
    return h
