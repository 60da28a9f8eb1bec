"""Pre-trained word embeddings: what the lessons share, one module per lesson.

In the order of the lessons: `data` (1); `headers`, `splits`, `leakage` (2); `vectorization` (3);
`glove` (4), `preparation` (all of these in one call); `models` (5, 7); `export`, `predict` (6, 9);
`evaluation` (8, 9). For every lesson: `plots`, `checks`, `check_env`. Data that comes with the
package: `sample`, `results`, `figures`. A module whose name begins with an underscore is
plumbing: you need not open it. Imports run from later lessons to earlier ones, never back.
"""

COURSE = "word-embeddings-course"  # the distribution's name: tells this package from another `helpers`
