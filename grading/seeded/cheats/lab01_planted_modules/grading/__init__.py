"""Would be imported in place of the grader."""
