"""Questions to masked language models, of which they know a protocol."""
