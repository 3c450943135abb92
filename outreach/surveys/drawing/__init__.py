"""Who is asked: frames, probabilities, and drawing that anybody can repeat."""
