"""Whole screens: the start, the laboratory, help, the editor of an expression, export."""
