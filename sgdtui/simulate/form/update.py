"""The step that a rule makes of a gradient, as lines of a kernel: the formulas of `sgdtui.model.rules`."""

from __future__ import annotations

from collections.abc import Sequence

from sgdtui.expression import Expression
from sgdtui.expression.source import straight_line
from sgdtui.model.rules.update import GRADIENT, LENGTH, MOVE, Update
from sgdtui.simulate.driver.layout import BORN

PREFIX = "rule_"


class RuleLines:
    """Lines for one update. `own` are the identifiers of the coordinates, in order."""

    def __init__(self, update: Update, own: Sequence[str]) -> None:
        self.update = update
        self.own = own
        self.uniform = {"eta": "eta", "age": "rule_age"}
        self.uniform |= {name: f"{PREFIX}{name}" for name in update.numbers}

    @property
    def dials(self) -> dict[str, float]:
        """The numbers that the lines read, by identifier."""
        return {
            f"{PREFIX}{name}": value
            for name, value in (*self.update.numbers.items(), ("decay", self.update.decay))
        }

    def rows(self, first: int) -> list[str]:
        """Lines that name the rows of what is remembered, the first of which is row `first` of the state."""
        d = len(self.own)
        return [
            f"lane_{self._kept(name, own)} = walkers[{first + place * d + c}]"
            for place, name in enumerate(self.update.state)
            for c, own in enumerate(self.own)
        ]

    def before(self) -> list[str]:
        """Lines before the loop over lanes: what holds for all walkers."""
        lines = [f"rule_age = k - sizes[{BORN}]"]
        names = dict(self.uniform)
        for target, formula in self.update.once:
            names[target] = f"{PREFIX}{target}"
            lines += _lines(names[target], formula, names, ())
        return lines

    def inside(self, slopes: Sequence[str]) -> list[str]:
        """Lines of the loop over lanes: each coordinate's `new_` from its gradient, a number by identifier `slopes`."""
        names = self.uniform | {target: f"{PREFIX}{target}" for target, _ in self.update.once}
        varying: list[str] = []
        lines: list[str] = []
        if self.update.needs_length:
            lines.append(f"rule_length = math.sqrt({' + '.join(f'{slope}*{slope}' for slope in slopes)})")
            names[LENGTH] = "rule_length"
            varying.append(LENGTH)
        for target, formula in self.update.shared:
            names[target] = f"{PREFIX}{target}"
            lines += _lines(names[target], formula, names, varying)
            varying.append(target)
        for own, slope in zip(self.own, slopes, strict=True):
            lines += self._of_coordinate(own, slope, names, varying)
        return lines

    def _of_coordinate(self, own: str, slope: str, shared: dict[str, str], of_walker: list[str]) -> list[str]:
        names = shared | {GRADIENT: slope} | {name: self._kept(name, own) for name in self.update.state}
        varying = [*of_walker, GRADIENT, *self.update.state]
        lines = [f"{names[name]} = lane_{names[name]}[lane]" for name in self.update.state]
        for target, formula in self.update.own:
            names.setdefault(target, f"{PREFIX}{target}_{own}")
            lines += _lines(names[target], formula, names, varying)
            varying.append(target)
        fading = f" - eta*rule_decay*{own}" if self.update.decay != 0.0 else ""
        return [*lines, f"new_{own} = {own} + {names[MOVE]}{fading}"]

    def turning(self) -> dict[str, list[str]]:
        """What changes sign where a wall turns a coordinate round, by the coordinate."""
        return {
            own: [self._kept(name, own) for name in self.update.state if name in self.update.odd]
            for own in self.own
        }

    def after(self) -> list[str]:
        """Lines that keep what is remembered."""
        kept = [self._kept(name, own) for name in self.update.state for own in self.own]
        return [f"lane_{name}[lane] = {name}" for name in kept]

    def _kept(self, name: str, own: str) -> str:
        return f"moment_{name}_{own}"


def _lines(target: str, formula: Expression, names: dict[str, str], varying: Sequence[str]) -> list[str]:
    block = straight_line([(target, formula)], names, varying, prefix=f"part_{target}")
    return [*block.uniform, *block.lanes]
