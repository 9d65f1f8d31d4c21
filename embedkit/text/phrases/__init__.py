"""Phrases: words that belong together, found and joined."""
