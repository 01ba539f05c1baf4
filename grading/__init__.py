"""Grading of the labs: steps and their judges, starters, and the contained process that runs a submission."""
