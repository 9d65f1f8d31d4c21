"""Scoring and generation with any language model."""
