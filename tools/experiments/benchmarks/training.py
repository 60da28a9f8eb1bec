"""How long training takes to the reference page's best accuracy: both networks of lesson 05 in one run.

    python benchmarks/training.py --data-dir path/to/folder

Both networks get the reference's posts, split and limits, on the real data. The reference network is trained for a few
epochs, which all take as long, and not for its 20; the attention network for all of its own.
"""

import argparse
import os
import resource
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
for name, value in (("KERAS_BACKEND", "tensorflow"), ("TF_CPP_MIN_LOG_LEVEL", "2"), ("TF_ENABLE_ONEDNN_OPTS", "0")):
    os.environ.setdefault(name, value)  # as in the lessons, before TensorFlow is imported

import numpy as np  # noqa: E402

from experiments import comparison, models  # noqa: E402
from helpers.data import N_GROUPS  # noqa: E402
from helpers.preparation import prepare  # noqa: E402

PAGE_BEST = 0.7562  # the page's best validation accuracy, epoch 15
MEASURED_EPOCHS = 3  # of the reference network; the first, which also builds the graph, is left out


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Seconds of training to the reference page's best accuracy.")
    parser.add_argument("--data-dir", default="")
    posts = prepare("full", parser.parse_args().data_dir, text="reference", split_by="random", **comparison.LIMITS)
    data = [np.array(part) for part in (posts.x_train, posts.y_train, posts.x_validation, posts.y_validation)]
    models.set_seed(1337)
    reference = models.build_reference_network(np.array(posts.matrix), N_GROUPS)
    epochs = models.RECIPES["reference"]["epochs"]
    history = models.train(reference, *data, epochs=MEASURED_EPOCHS, batch_size=comparison.BATCH_SIZE, verbose=0)
    theirs = float(np.median(np.diff(history["seconds"]))) * epochs
    print(f"reference network: {theirs:.0f} s for its {epochs} epochs, by {MEASURED_EPOCHS - 1} of them", flush=True)
    attention = models.build_attention_network(models.starting_vectors(posts.matrix, 1337), N_GROUPS)
    history = models.train(attention, *data, batch_size=comparison.BATCH_SIZE, verbose=0, **models.RECIPES["attention"])
    accuracy = np.array(history["val_accuracy"])
    if accuracy.max() < PAGE_BEST:
        sys.exit(f"the attention network reached {accuracy.max():.4f}, less than the page's {PAGE_BEST}")
    first, best = int(np.argmax(accuracy >= PAGE_BEST)), int(accuracy.argmax())
    for what, epoch in ((f"to {PAGE_BEST}, the page's best", first), (f"to its own best, {accuracy[best]:.4f}", best)):
        took = history["seconds"][epoch]
        print(f"attention network: {took:.0f} s {what}, in epoch {epoch + 1}; {took / theirs:.3f} of that time")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
