"""Translation of lines by a trained encoder-decoder, whatever it is made of."""
