"""What the six lessons share: one room a lesson, and a few service rooms.

The rooms in the order of the lessons: `data`; `headers`, `splits`, `baseline`, `audit`, `leakage`;
`vectorization`; `glove`, `prepare`; `model`; `export`. Imports run from a later lesson to an
earlier one, never back. Service rooms: `cache`, `archives`, `transfer`, `fetch`, `parameters`,
`plots`, `checks`, `check_env`, and the bundled `sample`.
"""
