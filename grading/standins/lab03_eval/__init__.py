"""Lab 3's library as far as the other labs need it: vectors, scores by scipy and gensim, and pictures."""
