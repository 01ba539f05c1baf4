"""A contextual model beside static vectors: sentence-transformers folders, words in context, and a distilled table."""
