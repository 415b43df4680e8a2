"""Counts the operations of a foreign client that a script uses, and tells them at the end."""


class Recorder:
    """Stands in front of a client and notes which of its methods are called."""

    def __init__(self, client):
        self._client = client
        self._names = set()

    def __getattr__(self, name):
        found = getattr(self._client, name)
        if not callable(found):
            return found

        def noted(*positional, **named):
            self._names.add(name)
            return found(*positional, **named)

        return noted

    def note(self, name):
        """Notes an operation of something that the client gave out."""
        self._names.add(name)

    def tell(self, least):
        print(f"{len(self._names)} operations: {', '.join(sorted(self._names))}")
        expect(len(self._names) >= least, f"only {len(self._names)} operations")


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def refused(kind, call, what):
    """The refusal that a call must end with."""
    try:
        call()
    except kind as refusal:
        return refusal
    raise AssertionError(f"not refused: {what}")
