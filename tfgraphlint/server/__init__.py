"""``tfgraphlint server``: a language server. Only ``protocol`` and what it imports need pygls; ``linter`` does not."""
