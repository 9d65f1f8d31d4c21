"""Clusters of words: `kmeans`, `hierarchy` and `density` find them, `quality` measures and names them."""
