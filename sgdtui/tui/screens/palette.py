"""The command palette, which can be paged through as soon as its list has been laid out and not before."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette


class Palette(CommandPalette):
    """Textual's own fails with a KeyError on a page key that comes before the list of hits has a size: typed ahead of a
    slow link, or in a terminal of a few cells.
    """

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No paging without a page."""
        if action == "command_list" and not self.query_one(CommandList).scrollable_content_region.area:
            return False
        return super().check_action(action, parameters)
