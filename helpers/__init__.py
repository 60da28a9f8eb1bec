"""What the six lessons share: one room a lesson, and a few service rooms.

The rooms in the order of the lessons: `data`, `headers`, `splits`, `vectorization`,
`glove`, `model`, `export`. Imports run from a later lesson to an earlier one, never back.
"""
