"""Questions and their SQL: a file per resource. A question's model and its predicates stand side by side."""
