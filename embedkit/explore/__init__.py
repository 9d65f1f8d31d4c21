"""Looking at words: thesauri, clusters, associations. Below the library, above the rooms whose vectors it looks at."""
