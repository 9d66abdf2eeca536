"""Has the window moved against the reference: scores, permutations, effects and judgements."""
