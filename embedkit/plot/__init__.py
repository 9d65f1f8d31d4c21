"""Figures: of words (`project`, `words`), and of what training logged: `log` reads, `figures` says what can be drawn,
`draw` draws it with matplotlib."""
