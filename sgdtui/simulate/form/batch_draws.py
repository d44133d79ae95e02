"""How a minibatch is drawn: with replacement, distinct within the batch, or epochs reshuffled."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.model.data import Fresh
from sgdtui.model.sample import SampleSystem
from sgdtui.simulate.driver import rng
from sgdtui.simulate.form.writer import Text
from sgdtui.simulate.program import Unsupported

MEMORY_LIMIT = 2**28
"""Entries (walkers times rows) of the permutations that reshuffled epochs keep: 1 GiB."""

_SEEDS = ("seed_a", "seed_b")
_LOAD = ["seed_a = streams[0, lane]", "seed_b = streams[1, lane]"]
_STORE = ["streams[0, lane] = seed_a", "streams[1, lane] = seed_b"]


@dataclass(frozen=True, slots=True)
class Draw:
    """With replacement: the row of every example is drawn anew. The others refine it.

    Where rows are drawn (`tabled`), `fill` chooses those of the next `some` examples for all lanes, into `places` (as
    where a row begins in the flat table): apart from the gradients, so that the choice is vector arithmetic and many
    rows come from memory at once.
    `width` is the distance between rows in that table.
    `scratch` counts rows of `work` and `memory_columns` the integers that each walker remembers.
    """

    examples: int
    width: int
    batch: int
    about: str = "with replacement"
    tabled: bool = True
    scratch: int = 0
    memory_columns: int = 0

    def before_batch(self, text: Text, _scratch_row: int) -> None:
        """Lines before the loop over examples."""
        text.add("examples = uint64(uint32(sizes[11]))")  # so short that a product is one instruction

    def fill(self, text: Text) -> None:
        """Loops that put the rows of `some` examples, from the example `begin` on, into `places`."""
        text.open("for example in range(some):")
        text.add("place = places[example]")
        text.open("for lane in range(lanes):")
        text.add(*_LOAD, *rng.next_word("word", *_SEEDS), *_STORE)
        text.add(f"place[lane] = uint32(((uint64(word)*examples) >> HALF_WORD)*uint64({self.width}))")
        text.close()
        text.close()


class AfreshDraw(Draw):
    """Examples drawn afresh: there is no row to choose."""

    def before_batch(self, text: Text, _scratch_row: int) -> None:
        """Nothing is needed."""


class DistinctDraw(Draw):
    """Few distinct rows of many, by Floyd's method: the i-th draw is from the first N - B + i rows, and a row that is
    taken gives way to the last of them. Each is compared with the earlier ones, so B² comparisons.
    """

    def before_batch(self, text: Text, scratch_row: int) -> None:
        """Draw the whole batch; the rows are kept in `work`."""
        text.add("examples = sizes[11]", f"picks = work[{scratch_row}:{scratch_row + self.batch}]")
        text.add(f"taken = work[{scratch_row + self.batch}]")
        text.open("for example in range(batch):")
        text.add("last = examples - batch + example", "pick = picks[example]")
        text.open("for lane in range(lanes):")
        text.add(*_LOAD, *rng.next_word("word", *_SEEDS), *_STORE)
        text.add("pick[lane] = float((uint64(word)*uint64(last + 1)) >> HALF_WORD)", "taken[lane] = 0.0")
        text.close()
        text.open("for earlier in range(example):")
        text.add("other = picks[earlier]")
        text.open("for lane in range(lanes):")
        text.add("taken[lane] = 1.0 if other[lane] == pick[lane] else taken[lane]")
        text.close()
        text.close()
        text.open("for lane in range(lanes):")
        text.add("pick[lane] = float(last) if taken[lane] == 1.0 else pick[lane]")
        text.close()
        text.close()

    def fill(self, text: Text) -> None:
        """Read them."""
        text.open("for example in range(some):")
        text.add("place = places[example]", "pick = picks[begin + example]")
        text.open("for lane in range(lanes):")
        text.add(f"place[lane] = uint32({self.width}*int64(pick[lane]))")
        text.close()
        text.close()


class SelectionDraw(Draw):
    """Many distinct rows, by going through all of them: a row is taken with probability (still wanted)/(still left)."""

    def before_batch(self, text: Text, scratch_row: int) -> None:
        """How many each lane has taken is kept in `work`."""
        text.add("examples = sizes[11]", f"picks = work[{scratch_row}]")
        text.open("for lane in range(lanes):")
        text.add("picks[lane] = 0.0")
        text.close()

    def choose(self, text: Text) -> None:
        """Lines of a loop over lanes: every lane looks at the row `example`, and takes it (`picked` is 1) or not."""
        text.add(*_LOAD, *rng.next_word("word", *_SEEDS), *_STORE)
        text.add(
            "wanted = float(batch) - picks[lane]",
            "left = float(examples - example)",
            "picked = 1.0 if (np.float64(word) + 0.5)*2.3283064365386963e-10*left < wanted else 0.0",
            "picks[lane] += picked",
        )


class ReshuffledDraw(Draw):
    """Every walker goes through its own random order of the rows, then through a new one.

    The order is shuffled in place as it is used (Fisher and Yates), so a new epoch costs nothing. A batch that reaches
    past the end of an epoch goes on with the next.
    """

    def before_batch(self, text: Text, _scratch_row: int) -> None:
        """Where this batch begins in the epoch."""
        text.add("examples = sizes[11]", "epoch = int64(k)*batch % examples")

    def fill(self, text: Text) -> None:
        """The next rows of each walker's order."""
        text.open("for example in range(some):")
        text.add("turn = (epoch + begin + example) % examples")
        text.open("for lane in range(lanes):")
        text.add(*_LOAD, *rng.next_word("word", *_SEEDS), *_STORE)
        text.add(
            "pick = uint64(turn) + ((uint64(word)*uint64(examples - turn)) >> HALF_WORD)",
            "place = memory[lane, pick]",
            "memory[lane, pick] = memory[lane, turn]",
            "memory[lane, turn] = place",
            f"places[example, lane] = uint32({self.width}*place)",
        )
        text.close()
        text.close()


def draw_of(system: SampleSystem, batch: int, walkers: int, width: int) -> Draw:
    """How this system's minibatches are drawn, from a table with `width` numbers a row. Raises Unsupported."""
    if isinstance(system.data, Fresh):
        return AfreshDraw(0, 0, batch, "afresh", tabled=False)
    n = system.example_count or 0
    if system.draw == "distinct" and batch <= n and (batch * batch > 16 * n or batch == n):
        return SelectionDraw(n, width, batch, "distinct within the batch", tabled=False, scratch=1)
    return table_draw(n, system.draw, batch, walkers, width)


def table_draw(n: int, draw: str, batch: int, walkers: int, width: int) -> Draw:
    """How minibatches are drawn from a table of `n` rows, `width` numbers each, row by row. Raises Unsupported."""
    if n * width >= 2**32:
        raise Unsupported(f"{n} rows of {width} columns are too many: at most 2^32 numbers")
    if draw == "replacement":
        return Draw(n, width, batch)
    if draw == "reshuffle":
        if n * walkers > MEMORY_LIMIT:
            raise Unsupported(
                f"reshuffled epochs of {n} rows for {walkers} walkers need {n * walkers * 4 / 2**30:.1f} GiB; "
                f"at most {MEMORY_LIMIT // n} walkers fit"
            )
        return ReshuffledDraw(n, width, batch, "reshuffled epochs", memory_columns=n)
    if batch > n:
        raise Unsupported(f"a batch of {batch} distinct examples cannot be drawn from {n}")
    return DistinctDraw(n, width, batch, "distinct within the batch", scratch=batch + 1)
