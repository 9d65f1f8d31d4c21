"""Language models of recurrent layers."""
