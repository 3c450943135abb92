"""Notice boards: where they are, what hangs on them, what must come down."""
