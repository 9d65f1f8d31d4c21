"""WordNet as a thesaurus: `wndb` reads its files, `wordnet` answers, `measures` compares, `source` is for queries."""
