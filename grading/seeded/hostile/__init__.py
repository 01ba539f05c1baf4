"""Submissions that mean harm, or are broken: none may pass a step, hang, or touch anything outside its folder.

They are run in the grader's child only. Never import them.
"""
