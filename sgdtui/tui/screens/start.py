"""What is there before anything heavy is imported: a name, a question, and what is being waited for."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

QUESTION = "where does stochastic gradient descent settle?"


class Start(Screen[None]):
    """The first frame."""

    DEFAULT_CSS = """
    Start { align: center middle; }
    Start Static { width: auto; height: auto; text-align: center; }
    """

    def compose(self) -> ComposeResult:
        """One quiet block in the middle."""
        yield Static(f"sgdtui\n\n{QUESTION}\n\nloading numerics …", markup=False, id="greeting")

    def tell(self, text: str) -> None:
        """Says what is being waited for, or what went wrong."""
        self.query_one("#greeting", Static).update(f"sgdtui\n\n{QUESTION}\n\n{text}")
