"""What word vectors are worth in tasks: sentence similarity, classification, clustering, retrieval and tagging."""
