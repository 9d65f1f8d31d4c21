"""Training, whatever the model: checkpoints, optimizers, learning-rate schedules, initializers."""
