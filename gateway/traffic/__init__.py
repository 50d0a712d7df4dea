"""Messages in motion: what comes in, what is decided, what goes out, and what became of it."""
