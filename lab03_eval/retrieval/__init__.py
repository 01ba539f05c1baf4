"""A small search: BM25, TF-IDF, static vectors, a contextual model, and rankings joined, measured on Cranfield."""
