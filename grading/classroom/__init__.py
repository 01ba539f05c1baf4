"""What a course with many students needs: their folder, an autograder, a roster, and pages to hand back."""
