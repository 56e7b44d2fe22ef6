"""TFG102 minimize-without-callable."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import LossNotCallable
from tfgraphlint.rule import Rule


class MinimizeWithoutCallable(Rule):
    """An optimizer's `minimize` is given a tensor instead of a function.

    ## What it does

    Reports `optimizer.minimize(loss, ...)` and `optimizer.compute_gradients(loss, ...)` where `loss` is a
    tensor and the code runs eagerly. A tensor that is already computed carries nothing that an optimizer
    could differentiate: eagerly the gradient needs a tape that watched the computation, or a function that
    the optimizer can call under a tape of its own.

    ## Why it matters

    It raises in the first step, with three different texts. Optimizers of `tf.compat.v1.train`:

        RuntimeError: `loss` passed to Optimizer.compute_gradients should be a function when eager execution
        is enabled.

    Keras 2 optimizers (also those of `tf.keras.optimizers.legacy`):

        ValueError: `tape` is required when a `Tensor` loss is passed.

    Keras 3 optimizers have neither method, whatever they are given:

        AttributeError: 'SGD' object has no attribute 'minimize'

    ## Known limits

    `minimize` of a function and `minimize(loss, variables, tape=tape)` are not reported: Keras 2 accepts
    both, and for `compat.v1` a function is the right form. With Keras 3 they fail as well. Nothing is said
    inside a `tf.function`, a `tf.Graph` or a session, where `compat.v1` optimizers take tensors, nor about
    classes of the program's own or of other libraries that have a method of that name.

    ## Fix safety

    Unsafe. The statements that compute the loss move into `with tf.GradientTape() as tape:`, and the call
    becomes `optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))`. This works with
    Keras 2, Keras 3 and `compat.v1`. Where the loss is computed far from the call, look at what has moved.

    ## When to suppress

    Where the code is known to run in graph mode and this is not visible to the analysis, for example because
    another program switches eager execution off.
    """

    code = "TFG102"
    name = "minimize-without-callable"

    def check(self, fact: LossNotCallable) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"`{fact.method}` is given a tensor: eagerly it needs a function, or a tape and `apply_gradients`",
            help="compute the loss inside `with tf.GradientTape() as tape:` and call `apply_gradients`",
        )
