"""Neural models: their home; each comes with its own file and a line in the catalog."""
