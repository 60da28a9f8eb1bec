"""Lessons 02 and 05: the linear model, the course's measuring instrument, and naive Bayes, a second baseline."""

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_pipeline


def linear_model(seed=0):
    """Return TF-IDF and logistic regression as one model from texts to labels.

    The regression is fitted by stochastic gradient descent: on these data as accurate as the
    default solver and many times quicker.

    Parameters
    ----------
    seed : int
        Of the order in which the posts are shown.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Not fitted; takes lists of str.
    """
    return make_pipeline(_tf_idf(), SGDClassifier(loss="log_loss", alpha=1e-5, random_state=seed))


def naive_bayes():
    """Return TF-IDF and complement naive Bayes as one model from texts to labels.

    Nothing is trained: a word that is rare in the posts of all other groups speaks for this one. What is added up
    over the posts are TF-IDF weights (Rennie et al., "Tackling the Poor Assumptions of Naive Bayes Text Classifiers",
    ICML 2003).

    Returns
    -------
    sklearn.pipeline.Pipeline
        Not fitted; takes lists of str.
    """
    return make_pipeline(_tf_idf(), ComplementNB())


def _tf_idf():
    return TfidfVectorizer(sublinear_tf=True, min_df=2)
