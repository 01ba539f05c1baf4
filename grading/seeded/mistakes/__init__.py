"""Seeded mistakes, one file for each lab."""
