"""Linear classifiers: bags of words and n-grams.

Joulin et al. (2017), "Bag of tricks for efficient text classification"; log-count ratios: Wang & Manning (2012),
"Baselines and bigrams".
"""
