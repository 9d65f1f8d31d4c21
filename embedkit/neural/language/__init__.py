"""Language models that learn by gradients."""
