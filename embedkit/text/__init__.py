"""Text in: inputs, tokenizers, vocabulary, ids."""
