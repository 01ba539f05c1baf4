"""What goes wrong with vector files."""

from wordlab.errors import InputError


class VectorFileError(InputError):
    """A vector file that cannot be read or written."""
