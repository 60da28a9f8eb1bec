"""Pre-trained word embeddings: what the lessons share, one module per lesson.

In the order of the lessons: `data` (1); `headers`, `splits`, `leakage` (2); `vectorization` (3);
`glove` (4), `preparation` (all of these in one call); `models` (5, 7); `export`, `predict` (6, 9);
`evaluation` (8, 9). For every lesson: `plots`, `checks`, `check_env`. Data that comes with the
package: folders `sample`, `results`, `figures`. A module whose name begins with an underscore is
plumbing: you need not open it. Imports run from later lessons to earlier ones, never back.
"""

import os

# set before Keras and TensorFlow are imported, whatever imports them
os.environ["KERAS_BACKEND"] = "tensorflow"  # no other backend reads text
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hides TensorFlow's start-up notes
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # sums in the same order on every processor

COURSE = "word-embeddings-course"  # the distribution's name: another `helpers` has none
