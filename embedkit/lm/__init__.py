"""What every language model can do, whatever it is made of: be scored, and write."""
