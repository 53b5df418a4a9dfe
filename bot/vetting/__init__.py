"""Whether an offer of work looks like a scam: what a user sends, read and judged."""
