"""The two ways in which a command ends early on purpose."""


class InputError(ValueError):
    """Something that the user gave cannot be used. The message is one line: what, where, and the remedy."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, after everything worth keeping was saved. The message says what is saved and how to go on."""
