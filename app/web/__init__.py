"""Pages for people: they show what the public API answers, and ask nothing else."""
