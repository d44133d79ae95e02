"""A network at one place of its weights, over rows: outputs, gradients of single rows, and what curvature makes of a
direction (Pearlmutter 1994, Fast exact multiplication by the Hessian).

Arrays over rows are (n, width of the layer); the weights are (P,), laid out as `sgdtui.model.network.stacked` says.
Weights of several copies, (copies, P), give everything an axis of copies in front.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.network import Layer, NetworkSystem

_ROOT_2 = np.sqrt(2.0)
_ROOT_2_PI = np.sqrt(2.0 * np.pi)


def activated(kind: str, z: Array) -> tuple[Array, Array, Array]:
    """The activation of z, its slope and its curvature (0 for relu, whose kink no derivative sees)."""
    if kind == "tanh":
        a = np.tanh(z)
        return a, 1 - a * a, -2 * a * (1 - a * a)
    if kind == "sigmoid":
        a = 0.5 * (1 + np.tanh(0.5 * z))
        return a, a * (1 - a), a * (1 - a) * (1 - 2 * a)
    if kind == "relu":
        above = (z > 0).astype(float)
        return z * above, above, np.zeros_like(z)
    if kind == "gelu":
        from scipy.special import erf

        share, density = 0.5 * (1 + erf(z / _ROOT_2)), np.exp(-0.5 * z * z) / _ROOT_2_PI
        return z * share, share + z * density, (2 - z * z) * density
    if kind == "square":
        return z * z, 2 * z, np.full_like(z, 2.0)
    return z, np.ones_like(z), np.zeros_like(z)


def split(layer: Layer, weights: Array) -> tuple[Array, Array]:
    """The matrix (…, outputs, inputs) and the biases (…, outputs) of a layer; zeros where it has none."""
    lead = weights.shape[:-1]
    end = layer.first + layer.inputs * layer.outputs
    matrix = weights[..., layer.first : end].reshape(*lead, layer.outputs, layer.inputs)
    if layer.biases is None:
        return matrix, np.zeros((*lead, layer.outputs))
    return matrix, weights[..., layer.biases : layer.biases + layer.outputs]


@dataclass(frozen=True, eq=False)
class Pass:
    """One place (P,) over rows (n, inputs + 1): everything is worked out when it is first asked for.

    The penalty is left out of what stands here. Of several places (copies, P) every shape below begins with copies.
    """

    system: NetworkSystem
    weights: Array
    rows: Array

    @cached_property
    def _forward(self) -> list[tuple[Array, Array, Array]]:
        """Of every layer: what it gives (n, outputs), slope and curvature of its activation; first the features."""
        system, x = self.system, self.rows[:, :-1]
        found = [(x, x, x)]
        for layer in system.layers:
            matrix, biases = split(layer, self.weights)
            kind = system.activation if layer is not system.layers[-1] else "linear"
            found.append(activated(kind, found[-1][0] @ matrix.swapaxes(-1, -2) + biases[..., None, :]))
        return found

    @property
    def outputs(self) -> Array:
        """What the network says, (n, outputs): logits under logistic and softmax."""
        return self._forward[-1][0]

    @property
    def target(self) -> Array:
        """The target, (n,)."""
        return self.rows[:, -1]

    @cached_property
    def losses(self) -> Array:
        """The loss of each row, (n,), without label noise."""
        f = self.outputs
        if self.system.loss == "squared":
            return np.asarray(0.5 * (f[..., 0] - self.target) ** 2)
        if self.system.loss == "logistic":
            return np.asarray(np.logaddexp(0.0, f[..., 0]) - self.target * f[..., 0])
        top = f.max(axis=-1)
        own = f[..., np.arange(len(self.rows)), self.target.astype(int)]
        return np.asarray(top + np.log(np.exp(f - top[..., None]).sum(axis=-1)) - own)

    @property
    def right(self) -> Array:
        """Whether each row is classified right, (n,)."""
        if self.system.loss == "softmax":
            return np.asarray(self.outputs.argmax(axis=-1) == self.target)
        return np.asarray((self.outputs[..., 0] > 0) == (self.target > 0.5))

    @cached_property
    def shares(self) -> Array:
        """What is predicted, (n, outputs): probabilities, or the output itself under squared loss."""
        f = self.outputs
        if self.system.loss == "squared":
            return f
        if self.system.loss == "logistic":
            return np.asarray(0.5 * (1 + np.tanh(0.5 * f)))
        e = np.exp(f - f.max(axis=-1, keepdims=True))
        return np.asarray(e / e.sum(axis=-1, keepdims=True))

    @cached_property
    def residuals(self) -> Array:
        """∂loss/∂output, (n, outputs)."""
        if self.system.loss == "softmax":
            return np.asarray(self.shares - (np.arange(self.system.outputs) == self.target[:, None]))
        return np.asarray(self.shares - self.target[:, None])

    def _bent(self, moved: Array) -> Array:
        """What the loss's curvature in the outputs makes of moved outputs (n, outputs)."""
        p = self.shares
        if self.system.loss == "squared":
            return moved
        if self.system.loss == "logistic":
            return np.asarray(p * (1 - p) * moved)
        return np.asarray(p * (moved - (p * moved).sum(axis=-1, keepdims=True)))

    def pulled_back(self, at_outputs: Array) -> list[Array]:
        """∂/∂z of every layer (n, outputs of it), from the derivative by the outputs."""
        back = [at_outputs]
        for number in range(len(self.system.layers) - 1, 0, -1):
            matrix, _ = split(self.system.layers[number], self.weights)
            back.append(back[-1] @ matrix * self._forward[number][1])
        return back[::-1]

    @cached_property
    def _deltas(self) -> list[Array]:
        return self.pulled_back(self.residuals)

    def _sheets(self, deltas: list[Array]) -> Array:
        """Gradients of single rows, (n, P), from the derivatives by every layer's z."""
        parts = []
        for layer, delta, (given, _, _) in zip(self.system.layers, deltas, self._forward[:-1], strict=True):
            parts.append((delta[..., :, None] * given[..., None, :]).reshape(*delta.shape[:-1], -1))
            if layer.biases is not None:
                parts.append(delta)
        found = np.concatenate(parts, axis=-1)
        found[..., : self.system.frozen] = 0.0
        return found

    @cached_property
    def row_gradients(self) -> Array:
        """The gradient of each row's loss, (n, P)."""
        return self._sheets(self._deltas)

    def output_gradients(self, output: int) -> Array:
        """The gradient of one output at each row, (n, P)."""
        unit = np.zeros_like(self.outputs)
        unit[..., output] = 1.0
        return self._sheets(self.pulled_back(unit))

    def gradient(self) -> Array:
        """The mean gradient, (P,)."""
        n, parts = len(self.rows), []
        for layer, delta, (given, _, _) in zip(
            self.system.layers, self._deltas, self._forward[:-1], strict=True
        ):
            parts.append(_flat(delta.swapaxes(-1, -2) @ given / n))
            if layer.biases is not None:
                parts.append(delta.mean(axis=-2))
        found = np.concatenate(parts, axis=-1)
        found[..., : self.system.frozen] = 0.0
        return found

    def squares(self) -> Array:
        """|gradient|² of each row, (n,), without the gradients: a sum over layers of |δ|²(|a|² + 1)."""
        total = np.zeros(self.outputs.shape[:-1])
        layers = self.system.layers if not self.system.frozen else self.system.layers[-1:]
        offset = len(self.system.layers) - len(layers)
        for number, layer in enumerate(layers, start=offset):
            room = (self._forward[number][0] ** 2).sum(axis=-1) + (layer.biases is not None)
            total += (self._deltas[number] ** 2).sum(axis=-1) * room
        return total

    def curved(self, direction: Array) -> list[tuple[Array, Array]]:
        """Of every layer: how its inputs and its δ move along a direction (P,), each (n, width)."""
        layers, forward = self.system.layers, self._forward
        moved = [np.zeros_like(forward[0][0])]
        tilts: list[Array] = []
        for number, layer in enumerate(layers):
            matrix, _ = split(layer, self.weights)
            turn, shift = split(layer, direction)
            tilt = (
                moved[-1] @ matrix.swapaxes(-1, -2)
                + forward[number][0] @ turn.swapaxes(-1, -2)
                + shift[..., None, :]
            )
            tilts.append(tilt)
            moved.append(tilt * forward[number + 1][1])
        back = [self._bent(tilts[-1])]
        for number in range(len(layers) - 1, 0, -1):
            matrix, _ = split(layers[number], self.weights)
            turn, _ = split(layers[number], direction)
            slope, bend = forward[number][1], forward[number][2]
            inner = back[-1] @ matrix + self._deltas[number] @ turn
            raw = self._deltas[number] @ matrix
            back.append(inner * slope + raw * bend * tilts[number - 1])
        return list(zip(moved[:-1], back[::-1], strict=True))

    def hessian_times(self, direction: Array) -> Array:
        """H v of the mean loss, (P,)."""
        n, parts = len(self.rows), []
        for layer, delta, (given, _, _), (moved, turned) in zip(
            self.system.layers, self._deltas, self._forward[:-1], self.curved(direction), strict=True
        ):
            parts.append(_flat((turned.swapaxes(-1, -2) @ given + delta.swapaxes(-1, -2) @ moved) / n))
            if layer.biases is not None:
                parts.append(turned.mean(axis=-2))
        found = np.concatenate(parts, axis=-1)
        found[..., : self.system.frozen] = 0.0
        return found

    def rows_hessian_times(self, direction: Array) -> Array:
        """H_e v of every row, (n, P)."""
        n, parts = len(self.rows), []
        for layer, delta, (given, _, _), (moved, turned) in zip(
            self.system.layers, self._deltas, self._forward[:-1], self.curved(direction), strict=True
        ):
            outer = turned[:, :, None] * given[:, None, :] + delta[:, :, None] * moved[:, None, :]
            parts.append(outer.reshape(n, -1))
            if layer.biases is not None:
                parts.append(turned)
        found = np.concatenate(parts, axis=1)
        found[:, : self.system.frozen] = 0.0
        return found

    def curvature_traces(self) -> Array:
        """Tr H_e of every row, (n,), exactly: the second derivative by a weight is that by its unit's z times the
        square of its input, and the second derivatives by z go back layer by layer.
        """
        layers, forward = self.system.layers, self._forward
        p = self.shares
        if self.system.loss == "softmax":
            bent = p[..., :, None] * (np.eye(p.shape[-1]) - p[..., None, :])
        elif self.system.loss == "logistic":
            bent = (p * (1 - p))[..., :, None]
        else:
            bent = np.ones((*p.shape[:-1], 1, 1))
        total = np.zeros(p.shape[:-1])
        for number in range(len(layers) - 1, -1, -1):
            room = (forward[number][0] ** 2).sum(axis=-1) + (layers[number].biases is not None)
            total += np.einsum("...ii->...", bent) * room
            if number == 0 or self.system.frozen:
                break
            matrix, _ = split(layers[number], self.weights)
            slope, bend = forward[number][1], forward[number][2]
            each, width = matrix[..., None, :, :], np.arange(matrix.shape[-1])
            bent = each.swapaxes(-1, -2) @ bent @ each * slope[..., :, None] * slope[..., None, :]
            bent[..., width, width] += (self._deltas[number] @ matrix) * bend
        return total


def _flat(matrices: Array) -> Array:
    """A layer's weights row by row, (…, outputs·inputs)."""
    return matrices.reshape(*matrices.shape[:-2], -1)
