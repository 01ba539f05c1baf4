"""Submissions that try to get points without the work: none may earn one, whatever it finds, patches or returns.

They are run in the grader's child only. Never import them.
"""
