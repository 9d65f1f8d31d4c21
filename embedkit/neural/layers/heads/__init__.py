"""The steps of a Transformer between its matrix products, compiled and in NumPy: scaled dot-product attention of
several heads, normalization, activations.

Attention takes queries, keys and values side by side, (T, B, 3D), as one product gives them; head h has the columns
from h · D / heads on of each.
"""
