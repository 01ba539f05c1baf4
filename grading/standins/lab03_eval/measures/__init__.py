"""Measures beside similarity and analogies, made of scikit-learn."""
