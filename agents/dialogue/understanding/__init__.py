"""What the clauses of a message do: cues at word boundaries, in English and German.

`reading` makes a text readable for cues, `clauses` takes it apart, `social`, `requests`,
`changes` and `asking` each know one kind of act, `acts` asks them in order.
"""
