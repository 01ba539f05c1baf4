"""Measures beside similarity and analogies, and the tables that show them all."""
