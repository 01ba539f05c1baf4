"""What starters and submissions are given in place of solved files of other labs, by scipy, gensim and PyTorch.

A file here takes the place of the repository's file of the same name (grading/starters.py). One with marks holds only
bodies, each for the function of its name, and the rest of the file stays the repository's. None of this is a lab's
solution: every body calls a library for what the lab has its learner write.
"""
