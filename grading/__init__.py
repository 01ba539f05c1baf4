"""Grading of the labs: steps, judges, and the contained child process that runs a submission (see child.py)."""
