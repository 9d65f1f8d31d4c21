"""Evaluation: one report for every model."""
