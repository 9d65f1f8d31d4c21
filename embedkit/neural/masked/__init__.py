"""Masked language models: words predicted from both sides (BERT; Devlin et al. 2019)."""
