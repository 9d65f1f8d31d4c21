"""Classifiers of texts: their protocol, and what is asked of them, whatever they are made of."""
