"""Paragraph vectors (Le & Mikolov 2014): PV-DBOW and PV-DM, by the loop and the steps of word2vec."""
