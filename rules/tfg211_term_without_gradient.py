"""TFG211 term-without-gradient."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Severity
from tfgraphlint.facts.gradients import TermCut
from tfgraphlint.fixes import gradient_cuts
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import name_source, trace_path


class TermWithoutGradient(Rule):
    """A term of the loss contributes to its value and not to its gradient.

    ## What it does

    Reports an additive term of the target that left TensorFlow on its way from the source, by a NumPy call, `.numpy()`,
    `float()`, `tf.numpy_function`, `predict`, a new variable or an assignment, while another path from the same source
    is whole. The report is at the first call that takes the value out of TensorFlow; the path shows the further ones,
    and the fix repairs all of them.

    ## Why it matters

    Nothing raises and nothing is `None`. The term counts in the loss that is printed and plotted, and for training it
    is a constant: its gradient is missing from the sum. A penalty of `0.01 * np.sum(w ** 2)` never shrinks a weight; a
    divergence averaged after `.numpy()` never changes the encoder. TensorFlow returns exactly the gradient of the other
    terms, with no warning in any version.

    ## Known limits

    Only whole terms of a sum whose other terms are live. Host values that multiply, mask or weigh a live term
    are not reported (`np.where(ce.numpy() > 0.5, 2.0, 1.0) * ce`, advantages, balancing factors), nor values
    that stand twice and cancel (a log-sum-exp shift by `np.max`, the straight-through
    `x + (np.round(x) - x.numpy())`), nor features centred by a NumPy mean inside a term, nor terms that do
    not depend on the source, nor TensorFlow's own operations without a gradient (`x - tf.floor(x)` is right).
    A term that goes through a `py_function` raises or is zero: see TFG205.

    ## Fix safety

    Unsafe, as in TFG201 to TFG207: the NumPy call becomes its TensorFlow equivalent, `.numpy()` and `float()` are
    dropped. The gradient changes, and that is the purpose: a strength that was tuned while the term did nothing may now
    be too large.

    ## When to suppress

    When the term is only logged with the loss. `tf.stop_gradient(term)` states this in the code and ends the report.
    """

    code = "TFG211"
    name = "term-without-gradient"
    severity = Severity.WARNING

    def check(self, fact: TermCut) -> Iterable[Diagnostic]:
        code, loss = brief(fact.place.code), brief(fact.lost.target.code)
        fix = gradient_cuts.repair(fact)
        yield self.report(
            fact.place.span,
            f"`{code}` leaves TensorFlow: this term of `{loss}` contributes no gradient to {name_source(fact.lost)}",
            path=trace_path(fact),
            help=gradient_cuts.advise(fact, fix, "keep the value a tensor"),
            fix=fix,
            suggestions=gradient_cuts.suggest(fact, fix),
        )
