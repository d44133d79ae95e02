"""The one error that the text of an expression can cause."""


class ExpressionError(ValueError):
    """An expression that cannot be read, built or differentiated.

    Attributes:
        message: one line for a person, "did you mean" included; ``str(error)`` is the same.
        offset: 0-based character of the text where the trouble begins.
        length: how many characters of the text are to blame (at least 1).
        suggestion: the allowed name closest to the unknown one, if any.
    """

    def __init__(self, message: str, offset: int = 0, length: int = 1, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = max(1, length)
        self.suggestion = suggestion
